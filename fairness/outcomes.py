"""Outcome metrics by group when only approved loans have an outcome: always three answers.

The loans that were given are a selected sample, and what they show can have the wrong sign. So
TPR, FPR and AUC are given (a) from them alone, labelled as biased, (b) weighted by the inverse of
the logged propensity where some approvals were random, and (c) as bounds over all that the
applicants without a loan could have done. A verdict rests on (b) and (c) alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairness.gaps import difference
from fairness.groups import Grouping
from fairness.outcome_bounds import BANDS, Bounds, monotone, worst_case
from fairness.outcome_gap import BoundsView, OutcomeGap, View
from fairness.outcome_rates import METRICS, Applicants, Metric, observed, weighted
from scoring.intervals import UNDEFINED, Estimate
from scoring.vector import FloatArray

FEWEST_EACH = 10
"""Outcomes of each kind that a group needs, and random approvals of each for the weights."""


@dataclass(frozen=True)
class _Named:
    """What the gap is called and how it is judged."""

    group: str
    reference: str
    assume_monotone: bool
    error: float


def outcome_gaps(
    rows: Applicants,
    grouping: Grouping,
    *,
    assume_monotone: bool = False,
    error: float = 0.05,
) -> list[OutcomeGap]:
    """Every metric of every group but the reference, in the order of names and METRICS.

    ``rows`` are all n applicants whose outcome window is over, with or without a loan. A logged
    propensity of 0 means that a group of applicants can never be seen: then there are no
    weighted answers. Raises ValueError for a propensity outside 0 to 1.
    """
    if rows.propensity is not None:
        if not ((rows.propensity >= 0) & (rows.propensity <= 1)).all():
            raise ValueError("propensities must lie between 0 and 1")
        if (rows.propensity == 0).any():
            rows = Applicants(rows.approve, rows.log_odds, rows.y)
    bands = np.unique(np.quantile(rows.log_odds, np.arange(1, BANDS) / BANDS))
    base = _take(rows, grouping.members(grouping.reference))
    reference = grouping.names[grouping.reference]
    return [
        _gap(metric, _take(rows, grouping.members(i)), base, bands, named)
        for i in grouping.others
        for named in [_Named(grouping.names[i], reference, assume_monotone, error)]
        for metric in METRICS
    ]


def equalized_odds(tpr: Estimate, fpr: Estimate) -> Estimate:
    """The larger of the absolute TPR and FPR gaps of one group, from two signed gaps.

    The interval holds every value that the intervals of the two gaps allow; its confidence is
    at least 1 - 2·error.
    """
    both = [(v, low, high) for v, low, high in (tpr, fpr) if None not in {v, low, high}]
    if len(both) < 2:
        return UNDEFINED
    values, lows, highs = (np.array(part, dtype=np.float64) for part in zip(*both, strict=True))
    nearest = np.where(lows * highs <= 0, 0.0, np.minimum(np.abs(lows), np.abs(highs)))
    farthest = np.maximum(np.abs(lows), np.abs(highs))
    return Estimate(*(float(v.max()) for v in (np.abs(values), nearest, farthest)))


def _gap(
    metric: Metric,
    group: Applicants,
    reference: Applicants,
    bands: FloatArray,
    named: _Named,
) -> OutcomeGap:
    pair = (group, reference)
    error = named.error
    assumed = None
    if metric != "auc":
        assumed = _bounds(*(monotone(rows, metric, bands, error) for rows in pair))
    enough = all(_enough(rows, metric) for rows in pair)
    random = all(_enough_random(rows, metric) for rows in pair)
    return OutcomeGap(
        metric,
        named.group,
        named.reference,
        enough,
        loans=(_loans(group), _loans(reference)),
        hidden=(len(group.y) - _loans(group), len(reference.y) - _loans(reference)),
        approved_only=_view(*(observed(rows, metric, error) for rows in pair)),
        weighted=_view(*(weighted(rows, metric, error) for rows in pair)) if random else None,
        worst_case=_bounds(*(worst_case(rows, metric, error) for rows in pair)),
        monotone=assumed,
        assume_monotone=named.assume_monotone,
    )


def _view(group: Estimate, reference: Estimate) -> View:
    return View(group, reference, difference(group, reference))


def _bounds(group: Bounds, reference: Bounds) -> BoundsView:
    """The gap is lowest with the group at its lowest and the reference at its highest."""
    low, high = difference(group.low, reference.high), difference(group.high, reference.low)
    return BoundsView(group, reference, Bounds(low, high))


def _loans(rows: Applicants) -> int:
    return int(np.count_nonzero(~np.isnan(rows.y)))


def _enough(rows: Applicants, metric: Metric, of: NDArray[np.bool_] | bool = True) -> bool:
    """FEWEST_EACH of the outcomes that the metric is about, among the rows ``of``."""
    needed = {"tpr": [rows.good], "fpr": [rows.bad], "auc": [rows.good, rows.bad]}[metric]
    return all(np.count_nonzero(kind & of) >= FEWEST_EACH for kind in needed)


def _enough_random(rows: Applicants, metric: Metric) -> bool:
    """Whether the weights rest on enough outcomes of loans that were given by chance."""
    if rows.propensity is None:
        return False
    chance = rows.propensity < 1
    return not chance.any() or _enough(rows, metric, chance)


def _take(rows: Applicants, at: NDArray[np.bool_]) -> Applicants:
    propensity = None if rows.propensity is None else rows.propensity[at]
    return Applicants(rows.approve[at], rows.log_odds[at], rows.y[at], propensity)
