"""Many looks at one comparison: along the cut-off, and month after month.

    python bench/fairness/looks.py [--quick]

Share of data sets in which the band of the curve misses the true curve anywhere, and in which the
limits over 120 months exclude parity at any month although it holds. Beside them what happens
with a 95 % interval at every point, as dashboards do it.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.stats import norm

from fairness.curves import cut_off_curves
from fairness.groups import grouping
from fairness.intervals import difference_interval, ratio_interval
from fairness.over_time import over_time

SHIFT = 0.3
SIZES = ((150, 800), (400, 400), (1500, 3000))
MONTHS = 120
MONTHLY = ((6, 25), (40, 90), (200, 400))


def along_the_cut_off(group: int, reference: int, data_sets: int) -> tuple[float, float]:
    """Share of data sets with a miss anywhere: of the band, and of single intervals."""
    rng = np.random.default_rng(0)
    named = grouping("x", np.repeat(np.array(["a", "b"], dtype=object), [reference, group]), "a")
    missed = np.zeros(2)
    for _ in range(data_sets):
        risk = rng.standard_normal(group + reference) + SHIFT * named.members(1)
        (curve,) = cut_off_curves(named, risk)
        truth = norm.cdf(curve.cut_off - SHIFT) / norm.cdf(curve.cut_off)
        single = ratio_interval(curve.approved, group, curve.reference_approved, reference)
        for i, band in enumerate((curve.band, single)):
            missed[i] += bool(np.any((truth < band.low) | (truth > band.high)))
    return float(missed[0] / data_sets), float(missed[1] / data_sets)


def month_after_month(group: int, reference: int, data_sets: int) -> tuple[float, float]:
    """Share of data sets at parity with an alarm: of the sequence, and of single intervals."""
    rng = np.random.default_rng(1)
    people = np.repeat(np.array(["a", "b"], dtype=object), [reference, group])
    named = grouping("x", np.tile(people, MONTHS), "a")
    month = np.repeat(np.arange(MONTHS), len(people))
    names = [str(m) for m in range(MONTHS)]
    alarms = np.zeros(2)
    for _ in range(data_sets):
        approved = rng.random(len(month)) < 0.65
        (found,) = over_time(named, approved, month.tolist(), names)
        alarms[0] += found.since is not None
        each = np.zeros((MONTHS, 2))
        np.add.at(each, (month, named.codes), approved)
        low, high = difference_interval(each[:, 1], group, each[:, 0], reference)
        alarms[1] += bool(np.any((low > 0) | (high < 0)))
    return float(alarms[0] / data_sets), float(alarms[1] / data_sets)


def main(*, quick: bool) -> None:
    """Print figure | bar | tool of today."""
    print("any miss                                  | ours  | bar    | single intervals")
    for group, reference in SIZES:
        ours, single = along_the_cut_off(group, reference, 40 if quick else 1000)
        name = f"curve, {group} against {reference} people"
        print(f"{name:<41} | {ours:.3f} | ~ 0.05 | {single:.3f}")
    for group, reference in MONTHLY:
        ours, single = month_after_month(group, reference, 20 if quick else 500)
        name = f"{MONTHS} months, {group} against {reference} a month"
        print(f"{name:<41} | {ours:.3f} | < 0.05 | {single:.3f}")


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
