"""NannyML's CBPE, run by the Python of an environment that has it (pandas and nannyml alone).

    PYTHON bench/drift/nannyml_cbpe.py FOLDER

The folder holds reference.csv (probability ``pd``, outcome ``bad``) and windows with ``pd`` alone,
a CSV file each: CBPE never sees their outcomes. Prints a JSON list: whether the estimated area
under the curve, F1 or accuracy of any chunk of 200 loans was alarmed.
"""

import json
import sys
from pathlib import Path

CHUNK, CUT_OFF = 200, 0.2


def alarms(folder: Path) -> list[bool]:
    """Default thresholds: three standard deviations of the reference's chunks."""
    import nannyml

    estimator = nannyml.CBPE(
        problem_type="classification_binary",
        y_pred_proba="pd",
        y_pred="declined",
        y_true="bad",
        metrics=["roc_auc", "f1", "accuracy"],
        chunk_size=CHUNK,
    ).fit(_read(folder / "reference.csv"))
    return [_alarmed(estimator, path) for path in sorted(folder.glob("window*.csv"))]


def _alarmed(estimator, path: Path) -> bool:
    found = estimator.estimate(_read(path)).filter(period="analysis").to_df()
    alerts = found.loc[:, [c for c in found.columns if c[-1] == "alert"]]
    return bool(alerts.to_numpy().any())


def _read(path: Path):
    import pandas as pd

    frame = pd.read_csv(path)
    frame["declined"] = (frame["pd"] >= CUT_OFF).astype(int)
    return frame


if __name__ == "__main__":
    print(json.dumps(alarms(Path(sys.argv[1]))))
