"""The outcome test: do the loans just above the cut-off turn out equally bad in every group?

Becker (1957): a group that is held to a harder standard shows a lower bad rate at the margin. Only
loans near the cut-off are looked at, because away from it the groups' risks may differ for good
reasons (infra-marginality; Ayres 2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairness.gaps import share
from fairness.groups import Grouping
from fairness.intervals import difference_interval
from scoring.intervals import UNDEFINED, Estimate
from scoring.vector import FloatArray

WITHIN = 5.0
"""Points above the cut-off that still count as near it."""
FEWEST_LOANS = 50
"""Loans near the cut-off that each side of a comparison needs."""


@dataclass(frozen=True)
class MarginalLoans:
    """Bad rates of loans near the cut-off: the group's, the reference's, and their difference.

    A difference below 0 says that the group was held to a harder standard. With fewer than
    FEWEST_LOANS loans on a side it is not ``sufficient`` and the rates are undefined.
    """

    group: str
    reference: str
    sufficient: bool
    loans: tuple[int, int]
    defaults: tuple[int, int]
    rate: Estimate = UNDEFINED
    reference_rate: Estimate = UNDEFINED
    difference: Estimate = UNDEFINED


def outcome_test(
    points: FloatArray | NDArray[np.int64],
    cut_off: float,
    approved: NDArray[np.bool_],
    y: FloatArray,
    grouping: Grouping,
    *,
    error: float = 0.05,
) -> list[MarginalLoans]:
    """Each group but the reference, in the order of their names.

    ``points`` (n) are scores (more is safer) and ``cut_off`` the fewest that are approved;
    ``approved`` (n) the decisions that were taken, ``y`` (n) 1 bad, 0 good, NaN no outcome.
    Wilson's intervals for the rates, the score interval for the difference.
    """
    near = approved & (points >= cut_off) & (points <= cut_off + WITHIN) & ~np.isnan(y)
    base = y[near & grouping.members(grouping.reference)]
    reference = grouping.names[grouping.reference]
    return [
        _compare(grouping.names[i], y[near & grouping.members(i)], reference, base, error)
        for i in grouping.others
    ]


def _compare(
    group: str, own: FloatArray, reference: str, base: FloatArray, error: float
) -> MarginalLoans:
    loans, defaults = (len(own), len(base)), (int(own.sum()), int(base.sum()))
    if min(loans) < FEWEST_LOANS:
        return MarginalLoans(group, reference, False, loans, defaults)
    rate, reference_rate = (share(float(y.mean()), len(y), error) for y in (own, base))
    low, high = difference_interval(defaults[0], loans[0], defaults[1], loans[1], error)
    gap = Estimate(defaults[0] / loans[0] - defaults[1] / loans[1], float(low), float(high))
    return MarginalLoans(group, reference, True, loans, defaults, rate, reference_rate, gap)
