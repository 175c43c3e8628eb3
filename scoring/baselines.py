"""What a model must beat: a logistic scorecard on binned variables, and the base rate alone."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from scoring.boosting import Sample
from scoring.vector import FloatArray

BINS = 10
STRENGTHS = (0.01, 0.1, 1.0)
"""Inverse ridge penalties; validation chooses."""


def majority(train: Sample, n: int) -> FloatArray:
    """Log-odds of ``n`` rows that all get the bad rate of ``train``."""
    return np.full(n, float(logit(train.y.mean())))


def logistic(
    fit: Sample, validation: Sample, train: Sample, matrix: FloatArray, categorical: list[int]
) -> FloatArray:
    """Log-odds of ``matrix`` by logistic regression on binned variables.

    Numbers are cut at their deciles in the training rows, categories stand for themselves and
    missing is a bin of its own; every bin is a 0/1 variable. The ridge penalty is chosen by
    log-loss on ``validation`` after fitting on ``fit``; then the model is fitted on ``train``.
    """

    bins = _Bins(train.matrix, categorical)

    def fitted(strength: float, sample: Sample) -> LogisticRegression:
        return LogisticRegression(C=strength, max_iter=1000).fit(bins(sample.matrix), sample.y)

    def loss(strength: float) -> float:
        pd = fitted(strength, fit).predict_proba(bins(validation.matrix))[:, 1]
        return float(log_loss(validation.y, pd))

    model = fitted(min(STRENGTHS, key=loss), train)
    return np.asarray(model.decision_function(bins(matrix)), dtype=np.float64)


class _Bins:
    """Deciles of training columns; calling it turns rows into 0/1 variables."""

    def __init__(self, matrix: FloatArray, categorical: list[int]) -> None:
        self._cuts = [_cuts(c, j in categorical) for j, c in enumerate(matrix.T)]
        sizes = [len(cuts) + 2 for cuts in self._cuts]
        self._starts = np.concatenate([[0], np.cumsum(sizes)])

    def __call__(self, matrix: FloatArray) -> csr_array:
        """One variable a bin; the last bin of a column is for missing values."""
        n, k = matrix.shape
        at = np.empty((n, k), dtype=np.intp)
        for j, cuts in enumerate(self._cuts):
            column = matrix[:, j]
            bin_of_row = np.searchsorted(cuts, column, side="right")
            at[:, j] = np.where(np.isnan(column), len(cuts) + 1, bin_of_row) + self._starts[j]
        shape = (n, int(self._starts[-1]))
        return csr_array((np.ones(n * k), at.ravel(), np.arange(0, n * k + 1, k)), shape=shape)


def _cuts(column: FloatArray, category: bool) -> FloatArray:
    known = column[~np.isnan(column)]
    if len(known) == 0:
        return known
    if category:
        return np.unique(known)[1:]
    return np.unique(np.quantile(known, np.arange(1, BINS) / BINS))
