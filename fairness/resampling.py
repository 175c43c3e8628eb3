"""Bootstrap of count metrics: cells are resampled instead of rows.

Drawing n rows with replacement and counting them by group, outcome and decision gives a
multinomial sample of the cells. Drawing that directly is the same bootstrap in a thousandth of
the time; it serves every metric that is a function of the counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairness.intervals import Interval
from scoring.vector import FloatArray

RESAMPLES = 2000

Cells = NDArray[np.int64]
"""Counts (..., groups, 2, 2): by group, outcome (0 good, 1 bad) and decision (1 approved)."""


def cells(
    codes: NDArray[np.intp], groups: int, bad: NDArray[np.bool_], approved: NDArray[np.bool_]
) -> Cells:
    """Count n rows by group (``codes``, below ``groups``), outcome and decision."""
    at = (codes * 2 + bad) * 2 + approved
    return np.bincount(at, minlength=groups * 4).reshape(groups, 2, 2).astype(np.int64)


def resample(counts: Cells, seed: int, resamples: int = RESAMPLES) -> Cells:
    """Bootstrap samples of ``counts`` (groups, 2, 2): (resamples, groups, 2, 2)."""
    total = int(counts.sum())
    drawn = np.random.default_rng(seed).multinomial(total, counts.ravel() / total, resamples)
    return drawn.reshape(resamples, *counts.shape).astype(np.int64)


def selection_rate(counts: Cells) -> FloatArray:
    """Approved of all, by group (..., groups); NaN without anybody."""
    return _share(counts[..., 1].sum(axis=-1), counts.sum(axis=(-2, -1)))


def true_positive_rate(counts: Cells) -> FloatArray:
    """Approved of the good (the positive class is a loan that is repaid)."""
    return _share(counts[..., 0, 1], counts[..., 0, :].sum(axis=-1))


def false_positive_rate(counts: Cells) -> FloatArray:
    """Approved of the bad."""
    return _share(counts[..., 1, 1], counts[..., 1, :].sum(axis=-1))


def accuracy(counts: Cells) -> FloatArray:
    """Good and approved, or bad and declined, of all."""
    return _share(counts[..., 0, 1] + counts[..., 1, 0], counts.sum(axis=(-2, -1)))


def percentile_interval(drawn: FloatArray, error: float = 0.05) -> Interval:
    """Quantiles over the resamples (first axis), those without a value left out."""
    low, high = np.nanquantile(drawn, [error / 2, 1 - error / 2], axis=0)
    return Interval(low, high)


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> FloatArray:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)
