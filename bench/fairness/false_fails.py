"""Audits with any false FAIL at exact parity: 8 groups, 6 metrics (policy and 5 approval rates).

    python bench/fairness/false_fails.py [--quick]

Beside it the naive four-fifths check: lowest approval rate of a group over the highest, under
any of the six rules.
"""

from __future__ import annotations

import sys

import numpy as np

from bench.fairness.portfolios import RULES, approvals, fails, pairs
from scoring.vector import FloatArray

PORTFOLIOS = {
    "100 a group": [100] * 8,
    "300 a group": [300] * 8,
    "650 a group": [650] * 8,
    "2,000 a group": [2000] * 8,
    "1,500 to 40": [1500, 1000, 700, 400, 250, 150, 60, 40],
}


def four_fifths(approved: FloatArray, sizes: list[int]) -> float:
    """Share of data sets (data sets, groups, rules) with a ratio under 0.8."""
    rates = approved / np.array(sizes)[:, None]
    return float((rates.min(axis=1) / rates.max(axis=1) < 0.8).any(axis=1).mean())


def main(*, quick: bool) -> None:
    """Print figure | bar | tool of today."""
    data_sets = 300 if quick else 20_000
    print(
        f"audits with any false FAIL, {data_sets} data sets | ours   | bar   | four-fifths min/max"
    )
    worst = 0.0
    for seed, (name, sizes) in enumerate(PORTFOLIOS.items()):
        approved = approvals(sizes, [0.0] * 8, RULES, seed, data_sets)
        found = float(fails(pairs(approved, sizes)).any(axis=1).mean())
        worst = max(worst, found)
        print(f"{name:<42} | {found:6.2%} | <= 1% | {four_fifths(approved, sizes):6.1%}")
    if worst > 0.01 + (0.015 if quick else 0.0):
        raise SystemExit("more false FAILs than the bar")


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
