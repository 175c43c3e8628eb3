"""NannyML's alarms, run by the Python of an environment that has it (pandas and nannyml alone).

    PYTHON bench/drift/nannyml_alarms.py N FOLDER...

Each folder holds reference.csv and window.csv. Prints a JSON list: whether any column alarmed.
"""

import json
import sys
from pathlib import Path


def alarmed(folder: Path, n: int) -> bool:
    """Default univariate drift: Jensen-Shannon, thresholds from reference chunks of ``n``."""
    import nannyml
    import pandas as pd

    reference, window = (pd.read_csv(folder / f"{name}.csv") for name in ("reference", "window"))
    categories = ["EDUCATION", "MARRIAGE"]
    for frame in (reference, window):
        frame[categories] = frame[categories].astype(str)
    calculator = nannyml.UnivariateDriftCalculator(
        column_names=list(reference.columns), treat_as_categorical=categories, chunk_size=n
    )
    result = calculator.fit(reference).calculate(window).filter(period="analysis").to_df()
    alerts = result.loc[:, [c for c in result.columns if c[-1] == "alert"]]
    return bool(alerts.to_numpy().any())


if __name__ == "__main__":
    print(json.dumps([alarmed(Path(p), int(sys.argv[1])) for p in sys.argv[2:]]))
