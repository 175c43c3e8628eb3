"""How well the probability of a score is known: an interval that needs no model of the curve.

What it is about: the share of bad loans among people with the same score, as far as the
calibration loans tell it. What it is not: a person either repays or does not, and a world that
has changed since is not in it (that is what drift jobs look for).
"""

from __future__ import annotations

from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator
from scipy.optimize import isotonic_regression

from data.contract import Frozen
from scoring.vector import FloatArray

LEVEL = 0.95
RESAMPLES = 200
_POINTS = 33
_BINS = 300


class Band(Frozen):
    """Lower and upper probability of default at log-odds ``at``, which rise; linear between.

    Venn-Abers predictors (Vovk, Petej and Fedorova 2015) give two probabilities of a score: those
    of isotonic calibration when the score itself joins the calibration loans as a good loan, and
    as a bad one. The band is the 2.5 % quantile of the first and the 97.5 % quantile of the
    second over RESAMPLES resamples of the calibration loans, so that it also holds the chance
    that brought those loans.
    """

    at: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if not len(self.at) == len(self.low) == len(self.high) > 0:
            raise ValueError("needs a lower and an upper limit at each point")
        if np.any(np.diff(self.at) <= 0):
            raise ValueError("the points must rise")
        if not all(0 <= a <= b <= 1 for a, b in zip(self.low, self.high, strict=True)):
            raise ValueError("limits must be probabilities, the lower one first")
        return self

    def around(self, log_odds: FloatArray, pd: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Limits (n) at ``log_odds`` (n), moved where needed so that they hold ``pd`` (n)."""
        at, low, high = self._limits
        return (
            np.minimum(np.interp(log_odds, at, low), pd),
            np.maximum(np.interp(log_odds, at, high), pd),
        )

    @cached_property
    def _limits(self) -> FloatArray:
        return np.array([self.at, self.low, self.high])

    @classmethod
    def fit(cls, log_odds: FloatArray, y: FloatArray, seed: int) -> Self:
        """The band from calibrated ``log_odds`` (n) of held-out loans and outcomes ``y`` (n)."""
        order = np.argsort(log_odds, kind="stable")
        sorted_scores, outcomes = log_odds[order], y[order]
        n, bins = len(y), min(_BINS, len(y))
        first = sorted_scores[(np.arange(bins) * n) // bins]
        starts = np.unique(np.searchsorted(sorted_scores, first))  # equal scores stay together
        means = np.add.reduceat(sorted_scores, starts) / np.diff(starts, append=n)
        points = np.unique(np.quantile(sorted_scores, np.linspace(0, 1, _POINTS)))
        places = np.minimum(np.searchsorted(means, points), len(starts) - 1)
        rng = np.random.default_rng(seed)
        pairs = np.empty((RESAMPLES, 2, len(points)))
        for draw in pairs:
            counts = np.bincount(rng.integers(0, n, n), minlength=n)
            rows = np.add.reduceat(counts, starts).astype(np.float64)
            bads = np.add.reduceat(counts * outcomes, starts)
            for j, place in enumerate(places):
                draw[:, j] = [_joined(rows, bads, int(place), bad) for bad in (0.0, 1.0)]
        tail = (1 - LEVEL) / 2
        low = np.quantile(pairs[:, 0], tail, axis=0)
        high = np.maximum(np.quantile(pairs[:, 1], 1 - tail, axis=0), low)
        return cls(at=tuple(points.tolist()), low=tuple(low.tolist()), high=tuple(high.tolist()))


def _joined(rows: FloatArray, bads: FloatArray, place: int, bad: float) -> float:
    """Isotonic probability at bin ``place`` when one more loan with outcome ``bad`` is in it."""
    rows, bads = rows.copy(), bads.copy()
    rows[place] += 1
    bads[place] += bad
    filled = rows > 0
    rates = isotonic_regression(bads[filled] / rows[filled], weights=rows[filled]).x
    here: NDArray[np.intp] = np.cumsum(filled)[place] - 1
    return float(rates[here])
