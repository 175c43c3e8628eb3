"""Can a model tell the window from the reference? A LightGBM classifier and its null.

It sees what no feature shows alone. How far its area under the ROC curve stands from 1/2 by
chance depends on the data, so the same is done with splits of the reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from drift.coding import Codes
from scoring.intervals import delong
from scoring.vector import FloatArray

MOST_ROWS = 3000
FEWEST_REFERENCE = 2000
ROUNDS = 20
DRAWS = 40
_PARAMETERS = {
    "objective": "binary",
    "num_leaves": 7,
    "min_data_in_leaf": 20,
    "max_bin": 63,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "feature_pre_filter": False,
    "verbosity": -1,
    "seed": 1,
}

Matrix = NDArray[np.float32]


class Sizes(NamedTuple):
    """Rows of the window and of the reference that the classifier sees."""

    window: int
    reference: int

    @property
    def spread(self) -> float:
        """Standard deviation of the area of scores that know nothing (Mann and Whitney 1947)."""
        n, m = self
        return float(np.sqrt((n + m + 1) / (12 * n * m)))


def sizes(n: int, m: int) -> Sizes:
    """How many of ``n`` and ``m`` rows are used."""
    window = min(n, m // 2, MOST_ROWS)
    return Sizes(window, min(m - window, max(window, FEWEST_REFERENCE), MOST_ROWS))


class Separation(NamedTuple):
    """Area under the ROC curve of rows that the classifier did not learn; gain of each column."""

    area: float
    gain: FloatArray


def evenly(rows: int, wanted: int) -> NDArray[np.intp]:
    """``wanted`` of ``rows`` positions, evenly spread: a fair sample of rows in an order."""
    return np.linspace(0, rows - 1, wanted).astype(np.intp)


def separation(window: Matrix, reference: Matrix) -> Separation:
    """Two-fold cross-fitted area (mean of the folds) of telling ``window`` from ``reference``."""
    x = np.concatenate([window, reference])
    y = np.append(np.ones(len(window)), np.zeros(len(reference)))
    fold = np.append(np.arange(len(window)), np.arange(len(reference))) % 2
    areas, gain = [], np.zeros(x.shape[1])
    for held in (0, 1):
        learn = fold != held
        booster = lgb.train(_PARAMETERS, lgb.Dataset(x[learn], y[learn]), ROUNDS)
        score = np.asarray(booster.predict(x[~learn], raw_score=True, num_threads=1))
        areas.append(delong(y[~learn], score).value or 0.5)
        gain += booster.feature_importance("gain")
    return Separation(float(np.mean(areas)), gain)


class DomainNull(NamedTuple):
    """Mean of the area less 1/2, and its spread, in units of ``Sizes.spread``."""

    mean: float
    sd: float
    draws: int

    def p(self, area: float, at: Sizes) -> float:
        """One-sided p of an area by Student's t of one more draw."""
        scaled = (area - 0.5) / at.spread
        z = (scaled - self.mean) / (self.sd * np.sqrt(1 + 1 / self.draws))
        return float(student.sf(z, self.draws - 1))

    def critical(self, share: float, at: Sizes) -> float:
        """Area that chance passes with probability ``share``."""
        z = float(student.isf(share, self.draws - 1)) * self.sd * np.sqrt(1 + 1 / self.draws)
        return float(0.5 + at.spread * (self.mean + z))


def domain_null(rows: Matrix, at: Sizes, rng: np.random.Generator) -> DomainNull:
    """Areas between random parts of the reference ``rows`` (m, k), in their canonical order."""
    found = []
    for _ in range(DRAWS):
        drawn = rng.permutation(len(rows))[: sum(at)]
        first, second = np.sort(drawn[: at.window]), np.sort(drawn[at.window :])
        found.append((separation(rows[first], rows[second]).area - 0.5) / at.spread)
    return DomainNull(float(np.mean(found)), float(np.std(found, ddof=1)) or 1.0, DRAWS)


def canonical_order(codes: Sequence[Codes]) -> NDArray[np.intp]:
    """An order of rows that depends on what they hold alone, and otherwise on nothing."""
    key = np.zeros(len(codes[0]), dtype=np.uint64)
    weights = np.random.default_rng(1).integers(1, 2**63, len(codes), dtype=np.uint64) * 2 + 1
    for column, weight in zip(codes, weights, strict=True):
        key += column.astype(np.uint64) * weight
    key ^= key >> np.uint64(33)
    key *= np.uint64(0xFF51AFD7ED558CCD)
    key ^= key >> np.uint64(33)
    return np.argsort(key, kind="stable").astype(np.intp)
