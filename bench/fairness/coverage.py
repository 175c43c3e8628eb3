"""Coverage of the 95 % intervals of adverse impact ratio and approval-rate difference.

    python bench/fairness/coverage.py [--quick]

Ours is exact: for every pair of group sizes and rates all possible data are enumerated. Beside
it fairlearn's own bootstrap of ``difference()`` and ``ratio()`` on data at exact parity.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product

import numpy as np
from fairlearn.metrics import MetricFrame, selection_rate
from scipy.stats import binom

from fairness.intervals import difference_score, ratio_score, wilson_limits
from scoring.intervals import Z95

SIZES = (20, 35, 60, 120, 300, 650, 1500)
RATES = tuple(np.round(np.arange(0.1, 0.91, 0.1), 1))
GROUPS = 8
PEOPLE = 150


def score_coverage(sizes: tuple[int, ...], rates: tuple[float, ...]) -> Iterator[tuple[float, ...]]:
    """Coverage of ratio and difference for every pair of sizes and rates.

    An interval holds a value exactly when the score of that value is within z.
    """
    for n1, n0 in product(sizes, repeat=2):
        x1, x0 = np.arange(n1 + 1)[:, None], np.arange(n0 + 1)[None, :]
        for p1, p0 in product(rates, repeat=2):
            rows, columns = (_likely(n, p) for n, p in ((n1, p1), (n0, p0)))
            counts = (x1[rows], n1, x0[:, columns], n0)
            weight = binom.pmf(counts[0], n1, p1) * binom.pmf(counts[2], n0, p0)
            held = [
                np.abs(score) <= Z95
                for score in (ratio_score(*counts, p1 / p0), difference_score(*counts, p1 - p0))
            ]
            yield tuple(float(weight[h].sum()) for h in held)


def _likely(n: int, p: float) -> slice:
    """All counts but one in a million."""
    return slice(int(binom.ppf(5e-7, n, p)), int(binom.isf(5e-7, n, p)) + 1)


def percentile_bootstrap(n: int, p: float) -> float:
    """Coverage of the percentile bootstrap of one rate, exactly."""
    x = np.arange(n + 1)
    low, high = (binom.ppf(q, n, x / n) / n for q in (0.025, 0.975))
    return float(binom.pmf(x, n, p)[(np.nan_to_num(low) <= p) & (p <= np.nan_to_num(high))].sum())


def wilson_mean(n: int, p: float) -> float:
    """Coverage of Wilson's interval of one rate."""
    x = np.arange(n + 1)
    low, high = wilson_limits(x, n)
    return float(binom.pmf(x, n, p)[(low <= p) & (p <= high)].sum())


def fairlearn_bootstrap(data_sets: int, resamples: int) -> int:
    """How often one of its intervals holds the truth (difference 0, ratio 1) at exact parity."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(data_sets):
        group = np.repeat(np.arange(GROUPS), PEOPLE)
        approved = (rng.random(len(group)) < 0.6).astype(int)
        frame = MetricFrame(
            metrics=selection_rate,
            y_true=approved,
            y_pred=approved,
            sensitive_features=group,
            n_boot=resamples,
            ci_quantiles=[0.025, 0.975],
            random_state=0,
        )
        low, high = frame.difference_ci()
        least, most = frame.ratio_ci()
        held += bool(low <= 0 <= high or least <= 1 <= most)
    return held


def main(*, quick: bool) -> None:
    """Print figure | bar | tool of today."""
    sizes, rates = (SIZES[::3], RATES[::4]) if quick else (SIZES, RATES)
    found = np.array(list(score_coverage(sizes, rates)))
    sets, resamples = (3, 20) if quick else (30, 100)
    held = fairlearn_bootstrap(sets, resamples)
    print("coverage of 95 % intervals          | least | mean  | most  | cases | bar")
    for name, values in zip(("ratio", "difference"), found.T, strict=True):
        line = " | ".join(f"{v:.3f}" for v in (values.min(), values.mean(), values.max()))
        print(f"ours, {name:<29} | {line} | {len(values):>5} | .930 to .970")
        if values.min() < 0.93 or values.max() > 0.97:
            raise SystemExit("an interval misses the bar")
    single = np.array([wilson_mean(n, p) for n, p in product(range(20, 1501, 37), RATES)])
    line = " | ".join(f"{v:.3f}" for v in (single.min(), single.mean(), single.max()))
    print(f"ours, rate of one group (Wilson)    | {line} | {len(single):>5} |")
    print(f"fairlearn, difference and ratio     | held the truth in {held} of {sets} data sets")
    print(f"bootstrap of one rate, n = 10       | {percentile_bootstrap(10, 0.1):.3f}")


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
