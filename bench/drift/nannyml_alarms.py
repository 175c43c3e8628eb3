"""NannyML's alarms, run by the Python of an environment that has it (pandas and nannyml alone).

    PYTHON bench/drift/nannyml_alarms.py FOLDER...

Each folder holds reference.csv and windows, a CSV file each. Prints one JSON object: path of a
window to whether any column alarmed, and the seconds that it took.
"""

import json
import sys
import time
from pathlib import Path

CATEGORIES = ["EDUCATION", "MARRIAGE"]


def windows(folder: Path) -> dict[str, tuple[bool, float]]:
    """Default univariate drift: Jensen-Shannon, thresholds from reference chunks of its size."""
    import nannyml

    reference, fitted, found = _read(folder / "reference.csv"), {}, {}
    for path in sorted(folder.glob("window*.csv")):
        window = _read(path)
        n = len(window)
        if n not in fitted:
            calculator = nannyml.UnivariateDriftCalculator(
                column_names=list(reference.columns),
                treat_as_categorical=CATEGORIES,
                chunk_size=n,
            )
            fitted[n] = calculator.fit(reference)
        start = time.perf_counter()
        result = fitted[n].calculate(window).filter(period="analysis").to_df()
        alerts = result.loc[:, [c for c in result.columns if c[-1] == "alert"]]
        found[str(path)] = bool(alerts.to_numpy().any()), time.perf_counter() - start
    return found


def _read(path: Path):
    import pandas as pd

    frame = pd.read_csv(path)
    frame[CATEGORIES] = frame[CATEGORIES].astype(str)
    return frame


if __name__ == "__main__":
    print(json.dumps({k: v for name in sys.argv[1:] for k, v in windows(Path(name)).items()}))
