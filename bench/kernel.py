"""CPU time of probability and contributions together: kernel and numpy against LightGBM.

    python bench/kernel.py

One row at a time and batches, a model of 300 trees x 31 leaves on 60 features (10 categories,
missing values). All run in this process in turn; figures are medians of CPU time a row.
"""

import platform
import statistics
import time
from collections.abc import Callable

import lightgbm as lgb
import numpy as np

from scoring import tree_text
from scoring.kernel import load_kernel, load_levels

TREES, LEAVES, FEATURES, CATEGORIES = 300, 31, 60, 10


def _model() -> tuple[lgb.Booster, np.ndarray]:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(20_000, FEATURES))
    rows[:, :CATEGORIES] = rng.integers(0, 12, (len(rows), CATEGORIES))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    signal = np.nansum(rows[:, CATEGORIES : CATEGORIES + 12], axis=1) + (rows[:, 0] % 3 == 1)
    y = (signal + 2 * rng.normal(size=len(rows)) > 0).astype(float)
    data = lgb.Dataset(rows, y, categorical_feature=list(range(CATEGORIES)))
    settings = {"objective": "binary", "num_leaves": LEAVES, "verbose": -1, "num_threads": 2}
    return lgb.train(settings, data, TREES), rows


def _microseconds(call: Callable[[], object], rows: int, repeat: int) -> float:
    times = []
    for _ in range(9):
        start = time.process_time()
        for _ in range(repeat):
            call()
        times.append((time.process_time() - start) / repeat / rows * 1e6)
    return statistics.median(times)


def main() -> None:
    """Print both times, their ratio and the largest difference."""
    booster, rows = _model()
    booster = lgb.Booster(model_str=booster.model_to_string())
    trees = tree_text.check(booster.model_to_string())
    kernel, levels = load_kernel(trees), load_levels(trees)
    if kernel is None or levels is None:
        raise SystemExit("the kernel is not built: python -m scoring.kernel")
    print(f"{platform.processor() or platform.machine()}, {TREES} x {LEAVES}, {FEATURES} features")
    for count, repeat in ((1, 40), (200, 1)):
        part = np.ascontiguousarray(rows[:count])
        theirs = _microseconds(
            lambda part=part: booster.predict(part, pred_contrib=True, num_threads=1), count, repeat
        )
        ours = _microseconds(lambda part=part: kernel.explain(part), count, repeat)
        plain = _microseconds(lambda part=part: levels.contributions(part), count, repeat)
        print(
            f"{count:4d} rows a call: pred_contrib {theirs:7.0f} us a row, kernel {ours:6.0f} us, "
            f"ratio {ours / theirs:.3f} (bar 0.10); numpy {plain:6.0f} us, {plain / theirs:.3f}"
        )
    gap = np.abs(kernel.explain(rows[:2000])[1] - booster.predict(rows[:2000], pred_contrib=True))
    print(f"largest difference of a contribution: {gap.max():.1e} (bar 1e-9)")


if __name__ == "__main__":
    main()
