"""A scan for features that know the outcome, before and after a model is fitted.

A leak is a value that came to be, or was changed, after the decision. It shows as a single
feature that ranks outcomes better than credit data can, as a value whose being there or not
tells the outcome, or as a model that is better than is plausible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.errors import NotEnoughDataError
from scoring.intervals import delong
from scoring.vector import FloatArray

MOST_ALONE = 0.85
"""Area under the ROC curve of one feature; whole models of public credit data end at 0.87."""
MOST_BY_MISSING = 0.75
"""The same for the mere fact that a value is missing."""
MOST_TOGETHER = 0.93
"""The same for a model, at the lower end of its interval."""
_BINS = 20
_FOLDS = 5

Sign = Literal["alone", "missing", "together"]


class Suspicion(NamedTuple):
    """What is too good to be true; ``feature`` is None for the whole model."""

    feature: str | None
    sign: Sign
    auc: float

    def sentence(self) -> str:
        """What was seen, for a person."""
        if self.feature is None:
            return f"the model's AUC of {self.auc:.3f} is above what credit data can give"
        if self.sign == "missing":
            return (
                f"whether {self.feature} is given tells the outcome (AUC {self.auc:.3f}): "
                "is it filled in after the decision?"
            )
        return (
            f"{self.feature} alone tells the outcome (AUC {self.auc:.3f}): "
            "is it known, and never changed, before the decision?"
        )


class LeakageError(NotEnoughDataError):
    """A feature or the model is too good to be true."""

    def __init__(self, found: Sequence[Suspicion]) -> None:
        self.found = tuple(found)
        told = "; ".join(one.sentence() for one in found)
        super().__init__(f"{told}. Mend the data; a single feature can be vouched for by name.")


def scan(
    matrix: FloatArray,
    y: FloatArray,
    features: Sequence[str],
    categorical: Sequence[int],
    vouched: Sequence[str] = (),
) -> list[Suspicion]:
    """Suspicious columns of ``matrix`` (n, k) with outcomes ``y`` (n; 1 bad, 0 good).

    A feature is ranked by the bad rate of its bin (or category) in the other folds, so that
    neither its direction nor its shape matters and noise ranks at one half. ``vouched``:
    features that a person answers for.
    """
    found = []
    fold = np.arange(len(y)) % _FOLDS
    for j, name in enumerate(features):
        if name in vouched:
            continue
        column = matrix[:, j]
        missing = np.isnan(column)
        by_missing = _area(missing.astype(np.intp), y, fold)
        alone = _area(_binned(column, j in categorical), y, fold)
        if by_missing > MOST_BY_MISSING:
            found.append(Suspicion(name, "missing", by_missing))
        elif alone > MOST_ALONE:
            found.append(Suspicion(name, "alone", alone))
    return found


def implausible(auc: Mapping[str, float | None]) -> list[Suspicion]:
    """A suspicion of the whole model, from its test's AUC (``value``, ``low``, ``high``)."""
    low, value = auc["low"], auc["value"]
    if low is None or value is None or low <= MOST_TOGETHER:
        return []
    return [Suspicion(None, "together", value)]


def _binned(column: FloatArray, category: bool) -> NDArray[np.intp]:
    """Bin of each row, 0 for a missing value."""
    known = ~np.isnan(column)
    bins = np.zeros(len(column), dtype=np.intp)
    if category:
        bins[known] = column[known].astype(np.intp) + 1
        return bins
    if known.any():
        cuts = np.unique(np.quantile(column[known], np.arange(1, _BINS) / _BINS))
        bins[known] = np.searchsorted(cuts, column[known], side="right") + 1
    return bins


def _area(bins: NDArray[np.intp], y: FloatArray, fold: NDArray[np.intp]) -> float:
    """Area of the bad rate of each row's bin in the other folds, shrunk towards their mean."""
    score = np.empty(len(y))
    size = int(bins.max()) + 1
    for k in range(_FOLDS):
        others = fold != k
        rows = np.bincount(bins[others], minlength=size)
        bads = np.bincount(bins[others], weights=y[others], minlength=size)
        rate = (bads + 10 * y[others].mean()) / (rows + 10)
        score[~others] = rate[bins[~others]]
    return float(delong(y, score).value or 0.5)
