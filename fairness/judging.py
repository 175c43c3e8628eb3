"""A family of adverse impact ratios judged together: claims, verdicts, applications needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from fairness.groups import MINIMUM, BoolArray, Minimum
from fairness.intervals import Interval, equality_test, ratio_interval, ratio_score
from fairness.multiplicity import Corrected, Method, Side, correct
from fairness.verdicts import ADVERSE_IMPACT, Tolerance, Verdict, factor_needed, verdicts
from scoring.intervals import Z95
from scoring.vector import FloatArray

SIDES: tuple[Side, Side] = ("below", "above")
FAMILY_ERROR = 0.016
"""Chance of any false claim on one side of a Holm family. Fisher's test and comparisons that hang
together bring it below 1 % in truth, and it keeps a power of 95 % for an AIR of 0.80 from 650
people a group, 60 % approved (bench/fairness/false_fails.py and power.py; below 0.0155 the power
falls short)."""
INTERSECTIONS_ERROR = 0.05
"""Share of false claims among the claims on one side of a Benjamini-Hochberg family."""


@dataclass(frozen=True)
class Judging:
    """How a family is judged; the profile of the jurisdiction fills it.

    ``error`` is that of one side: of any false claim (holm), or the share of false ones among
    the claims (benjamini_hochberg). Smaller groups than ``minimum`` are not judged.
    """

    tolerance: Tolerance = ADVERSE_IMPACT
    method: Method = "holm"
    error: float = FAMILY_ERROR
    minimum: Minimum = MINIMUM


class Pairs(NamedTuple):
    """Counts of m comparisons (m each): ``x1`` of ``n1`` approved, ``x0`` of ``n0`` reference."""

    x1: FloatArray
    n1: FloatArray
    x0: FloatArray
    n0: FloatArray

    def times(self, factor: FloatArray) -> Pairs:
        """The same rates with ``factor`` (m) times the people."""
        return Pairs(*(v * factor for v in self))

    def at(self, chosen: BoolArray) -> Pairs:
        """The ``chosen`` comparisons."""
        return Pairs(*(v[chosen] for v in self))

    @property
    def ratio(self) -> FloatArray:
        """Adverse impact ratios: rate / reference rate."""
        return (self.x1 / self.n1) / (self.x0 / self.n0)


@dataclass(frozen=True)
class Judgement:
    """What is known of each of m comparisons, arrays of m.

    ``plain``: 95 % intervals of each alone; ``corrected``: limits that hold for all together;
    ``p``: exact two-sided p-values, ``p_corrected``: those of the family, for the side on which
    the estimate lies; ``below`` and ``above``: proven different from the reference; ``outside``:
    proven to lie beyond the tolerance itself; ``factor``: times the applications that would
    settle the verdict (1 when it is settled, inf for never).
    """

    plain: Interval
    corrected: Interval
    p: FloatArray
    p_corrected: FloatArray
    below: BoolArray
    above: BoolArray
    outside: BoolArray
    verdicts: list[Verdict]
    factor: FloatArray


def judge(pairs: Pairs, judging: Judging | None = None) -> Judgement:
    """Judge m comparisons as one family; each has approvals in the group and the reference."""
    judging = judging or Judging()
    tolerance, ratio = judging.tolerance, pairs.ratio
    parity = [_claims(pairs, tolerance.parity, side, judging) for side in SIDES]
    below, above = (_claims(pairs, tolerance.null(side), side, judging) for side in SIDES)
    plain = ratio_interval(*pairs)
    enough = np.ones(len(ratio), dtype=np.bool_)
    return Judgement(
        plain=plain,
        corrected=Interval(above.limit, below.limit),
        p=equality_test(*pairs).two_sided,
        p_corrected=np.where(ratio <= tolerance.parity, parity[0].p, parity[1].p),
        below=parity[0].proven,
        above=parity[1].proven,
        outside=_outside(pairs, judging),
        verdicts=verdicts(ratio, plain, below.proven, above.proven, enough, tolerance),
        factor=_factor(pairs, below.error, above.error, tolerance),
    )


def _claims(pairs: Pairs, null: float, side: Side, judging: Judging) -> Corrected:
    """Test "the ratio is below (above) ``null``": exactly against 1, else by the score."""
    if null == 1:
        p = getattr(equality_test(*pairs), side)
    else:
        z = ratio_score(*pairs, null)
        p = norm.cdf(z) if side == "below" else norm.sf(z)

    def limit_at(errors: FloatArray) -> FloatArray:
        interval = ratio_interval(*pairs, 2 * errors)
        return interval.high if side == "below" else interval.low

    return correct(p, limit_at, null, side, judging.error, judging.method)


def _outside(pairs: Pairs, judging: Judging) -> BoolArray:
    limits = zip(SIDES, (judging.tolerance.low, judging.tolerance.high), strict=True)
    proven = [
        _claims(pairs, limit, side, judging).proven for side, limit in limits if limit is not None
    ]
    outside: BoolArray = np.any([np.zeros(len(pairs.x1), dtype=np.bool_), *proven], axis=0)
    return outside


def _factor(
    pairs: Pairs, error_below: FloatArray, error_above: FloatArray, tolerance: Tolerance
) -> FloatArray:
    low, high = tolerance.beyond(pairs.ratio)

    def settled(factor: FloatArray) -> NDArray[np.bool_]:
        more = pairs.times(factor)
        fail_low = low & (_score(more, tolerance.null("below"), 0.5) <= norm.ppf(error_below))
        fail_high = high & (_score(more, tolerance.null("above"), -0.5) >= norm.isf(error_above))
        inside = ~low & ~high
        if tolerance.low is not None:
            inside &= ratio_score(*more, tolerance.low) > Z95
        if tolerance.high is not None:
            inside &= ratio_score(*more, tolerance.high) < -Z95
        return fail_low | fail_high | inside

    return factor_needed(settled, len(pairs.x1))


def _score(pairs: Pairs, null: float, shift: float) -> FloatArray:
    """Score against ``null``; against parity with half a person moved, which is Fisher's test.

    (Yates's correction: the exact p-value of counts that need not be whole.)
    """
    moved = shift if null == 1 else 0.0
    return ratio_score(pairs.x1 + moved, pairs.n1, pairs.x0 - moved, pairs.n0, null)
