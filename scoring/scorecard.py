"""A points table that a branch without connection can use, and a yardstick for the model.

Weights of evidence of monotone bins in a logistic regression, scaled to whole points (Siddiqi
2017). It learns from the same rows as the model, without the holes made for that, is calibrated
across the same folds and judged on the same test. Limits of bins are as round as they can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator
from sklearn.linear_model import LogisticRegression

from data.contract import Contract, Frozen
from scoring import binning
from scoring.boosting import Sample
from scoring.calibration import Calibration
from scoring.calibrators import levelled
from scoring.crossing import HeldOut
from scoring.preparing import Rows
from scoring.vector import FloatArray, Vectorizer

MOST_CHARACTERISTICS = 12
LEAST_INFORMATION = 0.02
"""Information value below which a feature is called useless (Siddiqi 2017)."""
MOST_ALIKE = 0.7
"""Absolute correlation of weights above which the weaker of two features is left out."""
FEWEST_UNKNOWN = 50
"""Loans without an answer from which on its absence is given a weight: of fewer it is chance."""
_SMOOTHING = 0.5
"""Loans added to each side of a bin, so that an empty side has a weight."""


class Bin(Frozen):
    """One row of the table: below ``upper`` (None: no limit), or ``categories``, or missing."""

    upper: float | None = None
    categories: tuple[int, ...] = ()
    missing: bool = False
    rows: int
    bads: int
    weight: float
    points: int


_EMPTY = Bin(rows=0, bads=0, weight=0.0, points=0)


class Characteristic(Frozen):
    """A feature's bins in the order of the table; ``information`` is its information value."""

    feature: str
    information: float
    bins: tuple[Bin, ...]

    def place(self, column: FloatArray) -> NDArray[np.intp]:
        """Index of the bin of each value (n). A category never seen falls into the last bin."""
        known, missing = ~np.isnan(column), [b.missing for b in self.bins].index(True)
        out = np.full(len(column), missing, dtype=np.intp)
        if self.bins[0].categories:
            out[known] = missing - 1
            for i, one in enumerate(self.bins):
                out[known & np.isin(column, one.categories)] = i
            return out
        limits = [b.upper for b in self.bins if b.upper is not None]
        out[known] = np.searchsorted(np.array(limits), column[known], side="right")
        return out


class Scorecard(Frozen):
    """``points``: ``base`` and those of each characteristic's bin; high is safe.

    ``calibration`` turns a sum of points into a log-odds of default: its margin is minus the
    points. At the contract's anchor the points have the contract's odds.
    """

    features: tuple[str, ...]
    base: int
    characteristics: tuple[Characteristic, ...]
    calibration: Calibration

    @model_validator(mode="after")
    def _known(self) -> Self:
        if unknown := {c.feature for c in self.characteristics} - {*self.features}:
            raise ValueError(f"unknown features: {', '.join(sorted(unknown))}")
        return self

    def points(self, matrix: FloatArray) -> NDArray[np.int64]:
        """Whole points (n) of rows of the model's matrix (n, k)."""
        total = np.full(len(matrix), self.base, dtype=np.int64)
        for one in self.characteristics:
            points = np.array([b.points for b in one.bins], dtype=np.int64)
            total += points[one.place(matrix[:, self.features.index(one.feature)])]
        return total

    def margins(self, matrix: FloatArray) -> FloatArray:
        """Minus the points (n): high is risky."""
        return -self.points(matrix).astype(np.float64)

    def log_odds(self, matrix: FloatArray) -> FloatArray:
        """Calibrated log-odds of default (n), from the whole points alone."""
        return self.calibration.log_odds(self.margins(matrix))


def fit(contract: Contract, rows: Rows) -> Scorecard:
    """The scorecard of all known rows, calibrated on points of cards that did not see the row."""

    def again(at: NDArray[np.intp]) -> tuple[Scorecard, float]:
        return _table(contract, Sample(rows.matrix[at], rows.y[at])), 0.0

    card, _ = again(rows.parts.known)
    held_out = HeldOut.crossed(card, 0.0, again, rows)
    line = Calibration.fit(held_out.margin, held_out.y)
    latest = held_out.latest
    line = levelled(line, held_out.margin[latest], held_out.y[latest])
    return card.model_copy(update={"calibration": line})


def _table(contract: Contract, train: Sample) -> Scorecard:
    """The points that ``train`` gives, not yet calibrated."""
    candidates = [_weighed(contract, j, train) for j in range(len(contract.model_features))]
    kept = _chosen([c for c in candidates if c.information >= LEAST_INFORMATION], train, contract)
    weights = _weights(kept, train.matrix, contract)
    kept, slopes, intercept = _regression(kept, weights, train.y)
    scale = contract.policy.points
    factor = scale.double / np.log(2)
    base = scale.points - factor * (intercept + np.log(scale.at_odds))
    table = tuple(
        one.model_copy(update={"bins": tuple(_pointed(one, slope, factor))})
        for one, slope in zip(kept, slopes, strict=True)
    )
    return Scorecard(
        features=contract.model_features,
        base=round(float(base)),
        characteristics=table,
        calibration=Calibration(),
    )


def _pointed(one: Characteristic, slope: float, factor: float) -> Iterator[Bin]:
    for part in one.bins:
        yield part.model_copy(update={"points": round(-factor * slope * part.weight)})


def _weighed(contract: Contract, j: int, train: Sample) -> Characteristic:
    """Bins of column ``j`` with counts and weights; points come later."""
    name = contract.model_features[j]
    column = train.matrix[:, j]
    if j in Vectorizer(contract).categorical:
        bins = [
            _EMPTY.model_copy(update={"categories": p}) for p in binning.groups(column, train.y)
        ]
    else:
        cuts = binning.cuts(column, train.y, contract.features[name].monotone)
        limits = [_roundest(column, cut) for cut in cuts]
        bins = [_EMPTY.model_copy(update={"upper": limit}) for limit in (*limits, None)]
    bins.append(_EMPTY.model_copy(update={"missing": True}))
    shell = Characteristic(feature=name, information=0.0, bins=tuple(bins))
    return _counted(shell, column, train.y)


def _roundest(column: FloatArray, cut: float) -> float:
    """The number of the fewest digits that parts the values of ``column`` as ``cut`` does."""
    below, above = column[column < cut].max(), column[column >= cut].min()
    for digits in range(1, 16):
        unit = 10.0 ** (np.floor(np.log10(abs(above))) + 1 - digits) if above else 1.0
        limit = float(f"{np.floor(above / unit) * unit:.{digits}g}")
        if below < limit <= above:
            return limit
    return float(above)


def _counted(shell: Characteristic, column: FloatArray, y: FloatArray) -> Characteristic:
    """Weight of evidence of a bin: ln(share of the bads in it / share of the goods in it)."""
    place = shell.place(column)
    rows = np.bincount(place, minlength=len(shell.bins))
    bads = np.bincount(place, weights=y, minlength=len(shell.bins))
    bad_share = (bads + _SMOOTHING) / (y.sum() + _SMOOTHING)
    good_share = (rows - bads + _SMOOTHING) / (len(y) - y.sum() + _SMOOTHING)
    few = [FEWEST_UNKNOWN if b.missing else 1 for b in shell.bins]
    weight = np.where(rows >= few, np.log(bad_share / good_share), 0.0)
    information = float(np.sum((bad_share - good_share) * weight))
    parts = zip(shell.bins, rows, bads, weight, strict=True)
    counted = [
        b.model_copy(update={"rows": int(r), "bads": int(k), "weight": float(w)})
        for b, r, k, w in parts
    ]
    return Characteristic(feature=shell.feature, information=information, bins=tuple(counted))


def _weights(
    characteristics: list[Characteristic], matrix: FloatArray, contract: Contract
) -> FloatArray:
    """Weight of evidence (n, characteristics) of each row."""
    columns = []
    for one in characteristics:
        weight = np.array([b.weight for b in one.bins])
        columns.append(weight[one.place(matrix[:, contract.model_features.index(one.feature)])])
    return np.column_stack(columns) if columns else np.empty((len(matrix), 0))


def _chosen(
    candidates: list[Characteristic], train: Sample, contract: Contract
) -> list[Characteristic]:
    """The most informative ones that are not alike, the strongest first."""
    ranked = sorted(candidates, key=lambda c: (-c.information, c.feature))
    weights = _weights(ranked, train.matrix, contract)
    kept: list[int] = []
    for j in range(len(ranked)):
        alike = [abs(np.corrcoef(weights[:, j], weights[:, i])[0, 1]) for i in kept]
        if len(kept) < MOST_CHARACTERISTICS and max(alike, default=0.0) <= MOST_ALIKE:
            kept.append(j)
    return [ranked[j] for j in kept]


def _regression(
    kept: list[Characteristic], weights: FloatArray, y: FloatArray
) -> tuple[list[Characteristic], list[float], float]:
    """Slopes, all positive: a characteristic that turns around beside the others is dropped."""
    while kept:
        model = LogisticRegression(C=10.0, max_iter=1000).fit(weights, y)
        slopes = model.coef_[0]
        worst = int(np.argmin(slopes))
        if slopes[worst] > 0:
            return kept, [float(s) for s in slopes], float(model.intercept_[0])
        kept = kept[:worst] + kept[worst + 1 :]
        weights = np.delete(weights, worst, axis=1)
    return [], [], float(np.log(y.mean() / (1 - y.mean())))
