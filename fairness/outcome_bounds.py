"""What TPR, FPR and AUC of a group can be, whatever the applicants without a loan would do.

Partial identification (Manski 1989, 2003): instead of guessing outcomes that nobody saw, all
outcomes that are possible give the lowest and the highest value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairness.gaps import share
from fairness.outcome_rates import Applicants, Metric, area
from fairness.outcome_weights import uniform
from scoring.intervals import UNDEFINED, Estimate
from scoring.ranking import weight_below
from scoring.vector import FloatArray

FEWEST_SEEN = 10
"""Outcomes that a cell needs to say something about the applicants who got no loan."""
BANDS = 10


@dataclass(frozen=True)
class Bounds:
    """Lowest and highest possible value, each with the interval of its sampling error."""

    low: Estimate
    high: Estimate


def worst_case(rows: Applicants, metric: Metric, error: float) -> Bounds:
    """Sharp bounds without any assumption."""
    if metric == "auc":
        return _auc(rows, error)
    cells = _cells(rows, np.zeros(len(rows.y), dtype=np.intp), 1)
    return _rates(cells, metric, error, fewest=np.inf)


def monotone(rows: Applicants, metric: Metric, bands: FloatArray, error: float) -> Bounds:
    """Bounds for TPR and FPR if the lender did not turn down its better risks.

    The assumption, in words: among applicants of one group, one decision under audit and one
    band of the score (cut at ``bands``), those without a loan would not have repaid more often
    than those with one. It caps how many of them are good; nothing limits how many are bad. In
    cells with fewer than FEWEST_SEEN outcomes it is not used.
    """
    band = np.searchsorted(bands, rows.log_odds, side="right").astype(np.intp)
    return _rates(_cells(rows, band, len(bands) + 1), metric, error, fewest=FEWEST_SEEN)


def _cells(rows: Applicants, band: NDArray[np.intp], bands: int) -> FloatArray:
    """Applicants by decision (declined, approved), band and outcome (good, bad, none)."""
    outcome = np.where(rows.good, 0, np.where(rows.bad, 1, 2))
    cell = (rows.approve * bands + band) * 3 + outcome
    counts = np.bincount(cell, minlength=2 * bands * 3)
    return counts.reshape(2, bands, 3).astype(np.float64)


@dataclass(frozen=True)
class _Tally:
    """A number of applicants and its derivatives by the counts of the cells."""

    value: float
    slope: FloatArray

    def __add__(self, other: _Tally) -> _Tally:
        return _Tally(self.value + other.value, self.slope + other.slope)

    def __sub__(self, other: _Tally) -> _Tally:
        return _Tally(self.value - other.value, self.slope - other.slope)


def _count(cells: FloatArray, decision: int, outcome: int) -> _Tally:
    slope = np.zeros_like(cells)
    slope[decision, :, outcome] = 1.0
    return _Tally(float(cells[decision, :, outcome].sum()), slope)


def _most_good(cells: FloatArray, decision: int, fewest: float) -> _Tally:
    """Most applicants without a loan that can be good: all, or the good share of the cell."""
    good, bad, none = cells[decision].T
    seen = np.maximum(good + bad, 1.0)
    known = good + bad >= fewest
    slope = np.zeros_like(cells)
    slope[decision, :, 0] = np.where(known, none * bad / seen**2, 0.0)
    slope[decision, :, 1] = np.where(known, -none * good / seen**2, 0.0)
    slope[decision, :, 2] = np.where(known, good / seen, 1.0)
    return _Tally(float((none * slope[decision, :, 2]).sum()), slope)


def _rates(cells: FloatArray, metric: Metric, error: float, fewest: float) -> Bounds:
    """A rate is lowest when the hidden outcomes lie with the declined, highest the other way."""
    most = [_most_good(cells, decision, fewest) for decision in (0, 1)]
    good, bad, none = ([_count(cells, d, outcome) for d in (0, 1)] for outcome in (0, 1, 2))
    if metric == "tpr":
        return Bounds(
            _share(good[1], good[0] + most[0], cells, error),
            _share(good[1] + most[1], good[0], cells, error),
        )
    fewest_bad = [none[d] - most[d] for d in (0, 1)]
    return Bounds(
        _share(bad[1] + fewest_bad[1], bad[0] + none[0], cells, error),
        _share(bad[1] + none[1], bad[0] + fewest_bad[0], cells, error),
    )


def _share(part: _Tally, rest: _Tally, cells: FloatArray, error: float) -> Estimate:
    """``part`` of ``part + rest``, with Wilson's interval at the effective sample size.

    The variance is the delta method's over multinomial cells: sum of count · derivative².
    """
    whole = part.value + rest.value
    if whole <= 0:
        return UNDEFINED
    slope = (rest.value * part.slope - part.value * rest.slope) / whole**2
    variance = float(np.sum(cells * slope**2))
    value = part.value / whole
    return share(value, value * (1 - value) / variance if variance > 0 else whole, error)


def _auc(rows: Applicants, error: float) -> Bounds:
    """The AUC is extreme when the hidden defaults are the riskiest scores, or the safest.

    (Swapping a hidden default with a hidden repayment of a higher score can only raise it.) So
    only the number of hidden defaults is searched. The sampling error is that of the AUC with the
    hidden outcomes as they stand at the extreme.
    """
    return Bounds(
        _extreme_auc(rows, error, riskiest=False), _extreme_auc(rows, error, riskiest=True)
    )


def _extreme_auc(rows: Applicants, error: float, *, riskiest: bool) -> Estimate:
    hidden = np.flatnonzero(np.isnan(rows.y))
    hidden = hidden[np.argsort(rows.log_odds[hidden], kind="stable")]
    hidden = hidden[::-1] if riskiest else hidden
    scores, good, bad = rows.log_odds[hidden], rows.log_odds[rows.good], rows.log_odds[rows.bad]
    beaten = weight_below(scores, good, np.ones(len(good)))
    beating = len(bad) - weight_below(scores, bad, np.ones(len(bad)))
    defaults = np.arange(len(hidden) + 1)
    bads, goods = len(bad) + defaults, len(good) + len(hidden) - defaults
    ordered = (
        weight_below(bad, good, np.ones(len(good))).sum()
        + np.concatenate([[0.0], np.cumsum(beaten)])
        + np.concatenate([[0.0], np.cumsum(beating[::-1])])[::-1]
        + (defaults * (len(hidden) - defaults) if riskiest else 0)
    )
    possible = (bads > 0) & (goods > 0)
    if not possible.any():
        return UNDEFINED
    areas = np.where(possible, ordered / np.maximum(bads * goods, 1), np.nan)
    best = int(np.nanargmax(areas) if riskiest else np.nanargmin(areas))
    y = rows.y.copy()
    y[hidden] = 0.0
    y[hidden[:best]] = 1.0
    return area(rows.log_odds, y, uniform(~np.isnan(y)), error)
