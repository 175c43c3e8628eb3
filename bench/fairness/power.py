"""Power of a FAIL for a true adverse impact ratio of 0.80, after Holm over 24 comparisons.

    python bench/fairness/power.py [--quick]

60 % of the reference and the group together are approved (two in three, and 53.3 %). The exact
figure is the worst case: no other of the 24 comparisons differs, so Holm gives no help. The
simulated one is a whole audit: 5 groups under 6 rules, one of them disadvantaged.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.stats import binom, norm

from bench.fairness.portfolios import RULES, approvals, fails, pairs
from fairness.intervals import equality_test, ratio_interval
from fairness.judging import FAMILY_ERROR
from fairness.verdicts import ADVERSE_IMPACT
from scoring.vector import FloatArray

AIR = 0.8
COMPARISONS = 24
TOLERANCES = (0.8, 0.85, 0.87, 0.9, 0.95, 1.0)


class Study:
    """All data that can reasonably come from ``n`` people a group, and how likely each is."""

    def __init__(self, n: int, reference: float) -> None:
        rates = (AIR * reference, reference)
        x1, x0 = (np.arange(binom.ppf(1e-7, n, p), binom.isf(1e-7, n, p) + 1) for p in rates)
        self.n = n
        self.x1, self.x0 = np.meshgrid(x1, x0, indexing="ij")
        self.weight = binom.pmf(self.x1, n, rates[0]) * binom.pmf(self.x0, n, rates[1])
        self.different = equality_test(self.x1, n, self.x0, n).below <= FAMILY_ERROR / COMPARISONS

    def power(self, tolerance: float) -> float:
        """Different from the reference, and at or beyond ``tolerance``."""
        return float(self.weight[self.different & (self.x1 / self.x0 <= tolerance)].sum())

    def strict(self, tolerance: float) -> float:
        """The whole corrected interval beyond ``tolerance``."""
        error = 2 * FAMILY_ERROR / COMPARISONS
        high: FloatArray = ratio_interval(self.x1, self.n, self.x0, self.n, error).high
        return float(self.weight[high < tolerance].sum())

    def four_fifths(self) -> float:
        """The ratio alone, no test."""
        return float(self.weight[self.x1 / self.x0 < AIR].sum())


def audit_power(n: int, reference: float, data_sets: int) -> float:
    """Share of whole audits in which the disadvantaged group FAILs at the policy in force."""
    shift = float(norm.isf(AIR * reference) - norm.isf(reference))
    policy = (4 + AIR) * reference / 5
    approved = approvals([n] * 5, [0, 0, 0, 0, shift], (policy, *RULES[1:]), 7, data_sets)
    found = fails(pairs(approved, [n] * 5)).reshape(data_sets, 4, len(RULES))
    return float(found[:, 3, 0].mean())


def main(*, quick: bool) -> None:
    """Print figure | bar | tool of today."""
    tolerance = ADVERSE_IMPACT.low or 1.0
    study = Study(650, 2 / 3)
    exact = study.power(tolerance)
    data_sets = 200 if quick else 3000
    print(f"power for a true AIR of 0.80 after Holm ({COMPARISONS}), 650 people a group")
    print(
        "ours, worst case (exact) | ours, whole audit (simulated) | bar      | AIR < 0.8, no test"
    )
    whole = audit_power(650, 2 / 3, data_sets)
    print(f"{exact:<24.3f} | {whole:<29.3f} | >= 0.950 | {study.four_fifths():.3f}")
    for reading, reference in (("60 % together", 2 / 3), ("60 % of the reference", 0.6)):
        curve = ((n, Study(n, reference).power(tolerance)) for n in range(600, 1301, 25))
        enough = next((n for n, power in curve if power >= 0.95), None)
        print(f"people a group for a power of 0.95, {reading}: {enough}")
    print("tolerance | power, default rule | power, whole interval beyond it (proof: limit)")
    for low in TOLERANCES:
        print(f"{low:<9} | {study.power(low):<19.3f} | {study.strict(low):.3f}")
    if exact < 0.95:
        raise SystemExit("less power than the bar")


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
