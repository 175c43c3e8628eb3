"""Bootstrap of four metrics by group: 20,000 rows, 12 groups.

    python bench/fairness/resamples.py [--quick]

Ours draws the cells of group, outcome and decision; beside it fairlearn's MetricFrame, which
draws the rows. Both give the limits of the same bootstrap distribution.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from fairlearn.metrics import (
    MetricFrame,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from sklearn.metrics import accuracy_score

from fairness import resampling

ROWS = 20_000
GROUPS = 12
RESAMPLES = 2000
METRICS = {
    "selection_rate": (selection_rate, resampling.selection_rate),
    "true_positive_rate": (true_positive_rate, resampling.true_positive_rate),
    "false_positive_rate": (false_positive_rate, resampling.false_positive_rate),
    "accuracy": (accuracy_score, resampling.accuracy),
}


def main(*, quick: bool) -> None:
    """Print figure | bar | tool of today."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, GROUPS, ROWS)
    bad, approved = rng.random(ROWS) < 0.2, rng.random(ROWS) < 0.6
    start = time.perf_counter()
    drawn = resampling.resample(resampling.cells(codes, GROUPS, bad, approved), 1, RESAMPLES)
    limits = {n: resampling.percentile_interval(ours(drawn)) for n, (_, ours) in METRICS.items()}
    seconds = time.perf_counter() - start
    boots = 10 if quick else 100
    start = time.perf_counter()
    frame = MetricFrame(
        metrics={name: theirs for name, (theirs, _) in METRICS.items()},
        y_true=(~bad).astype(int),
        y_pred=approved.astype(int),
        sensitive_features=codes,
        n_boot=boots,
        ci_quantiles=[0.025, 0.975],
        random_state=0,
    )
    low, high = frame.by_group_ci
    theirs_seconds = time.perf_counter() - start
    widths = [(interval.high - interval.low).mean() for interval in limits.values()]
    theirs_widths = [float((high[n] - low[n]).mean()) for n in METRICS]
    ratio = float(np.mean(np.array(widths) / theirs_widths))
    print(
        f"{RESAMPLES} resamples | bar    | fairlearn, {boots} resamples | width, ours / fairlearn"
    )
    print(f"{seconds:10.3f} s   | <= 1 s | {theirs_seconds:10.1f} s              | {ratio:.2f}")
    if seconds > 1:
        raise SystemExit("slower than the bar")


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
