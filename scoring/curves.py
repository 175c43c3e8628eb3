"""Shapes of calibration beyond a line, all of them rising, so that the ranking stays."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit, log_expit, logit

from data.contract import Frozen
from scoring.vector import FloatArray

FLATTEST = 1e-3
"""The smallest slope that a calibration may have."""
_FEWEST_IN_BIN = 50
_MOST_BINS = 200
_SAME_STEP = 1e-9
"""Log-odds that only rounding puts between two steps."""


class Beta(Frozen):
    """Log-odds of beta calibration (Kull, Silva Filho and Flach 2017).

    ``low·ln p - high·ln(1 - p) + intercept`` with p the probability of the margin: a line of
    slope ``low`` for small risks that bends to slope ``high`` for large ones.
    """

    kind: Literal["beta"] = "beta"
    low: float = Field(ge=FLATTEST)
    high: float = Field(ge=FLATTEST)
    intercept: float

    def log_odds(self, margin: FloatArray) -> FloatArray:
        """Calibrated log-odds of ``margin`` (any shape)."""
        bent = self.low * log_expit(margin) - self.high * log_expit(-margin)
        return np.asarray(bent + self.intercept, dtype=np.float64)

    def raised(self, by: float) -> Self:
        """The same with all log-odds higher by ``by``."""
        return self.model_copy(update={"intercept": self.intercept + by})

    @classmethod
    def fit(cls, margin: FloatArray, y: FloatArray) -> Self:
        """By maximum likelihood."""
        columns = np.column_stack([log_expit(margin), -log_expit(-margin), np.ones(len(y))])
        low, high, intercept = fit_rising(columns, y, [1.0, 1.0, 0.0])
        return cls(low=low, high=high, intercept=intercept)


class Isotonic(Frozen):
    """Isotonic regression, joined by straight lines in log-odds between the middles of its steps.

    Joining the middles (centred isotonic regression, Oron and Flournoy 2017) keeps different
    margins different. Beyond the first and last step it goes on with slope 1.
    """

    kind: Literal["isotonic"] = "isotonic"
    at: tuple[float, ...]
    to: tuple[float, ...]

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if not len(self.at) == len(self.to) > 0:
            raise ValueError("needs a log-odds for each margin")
        if np.any(np.diff(self.at) <= 0) or np.any(np.diff(self.to) <= 0):
            raise ValueError("margins and log-odds must rise")
        return self

    def log_odds(self, margin: FloatArray) -> FloatArray:
        """Calibrated log-odds of ``margin`` (any shape)."""
        at, to = self._steps
        beyond = np.minimum(margin - at[0], 0.0) + np.maximum(margin - at[-1], 0.0)
        return np.asarray(np.interp(margin, at, to) + beyond, dtype=np.float64)

    def raised(self, by: float) -> Self:
        """The same with all log-odds higher by ``by``."""
        return type(self)(at=self.at, to=tuple(to + by for to in self.to))

    @cached_property
    def _steps(self) -> FloatArray:
        return np.array([self.at, self.to])

    @classmethod
    def fit(cls, margin: FloatArray, y: FloatArray) -> Self:
        """Steps over bins of about equal counts; a share of 0 or 1 counts half a loan."""
        n = len(y)
        bins = int(np.clip(n // _FEWEST_IN_BIN, 1, _MOST_BINS))
        order = np.argsort(margin, kind="stable")
        ordered = margin[order]
        edges = np.unique(np.searchsorted(ordered, ordered[np.arange(bins) * n // bins]))
        rows = np.diff(edges, append=n).astype(np.float64)
        bads, sums = (np.add.reduceat(v, edges) for v in (y[order], ordered))
        rates = np.clip(isotonic_regression(bads / rows, weights=rows).x, 0.5 / n, 1 - 0.5 / n)
        rising = logit(rates)
        steps = np.flatnonzero(np.diff(rising, prepend=-np.inf) > _SAME_STEP)
        middles = np.add.reduceat(sums, steps) / np.add.reduceat(rows, steps)
        return cls(at=tuple(middles.tolist()), to=tuple(rising[steps].tolist()))


def fit_rising(columns: FloatArray, y: FloatArray, start: list[float]) -> list[float]:
    """Coefficients of a logistic regression on ``columns`` (n, k), all but the last >= FLATTEST.

    Where the data would turn the ranking around, the slope is held there and the intercept, the
    last, fitted alone, so that the base rate is still right.
    """

    def loss(theta: FloatArray) -> tuple[float, FloatArray]:
        z = columns @ theta
        value = -float(np.mean(y * log_expit(z) + (1 - y) * log_expit(-z)))
        return value, np.asarray(columns.T @ (expit(z) - y) / len(y))

    fitted = minimize(
        loss,
        np.array(start),
        jac=True,
        method="L-BFGS-B",
        bounds=[(FLATTEST, None)] * (len(start) - 1) + [(None, None)],
        options={"gtol": 1e-10, "ftol": 1e-14},
    )
    return [float(v) for v in fitted.x]
