"""Proxies: what the features together know of a protected attribute, and which carry the gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from fairness.gaps import difference, mean
from fairness.groups import Grouping
from scoring.intervals import UNDEFINED, Estimate, delong
from scoring.vector import FloatArray

FEWEST_EACH = 100
MOST_ROWS = 4000
"""Rows that the guessing model is fitted on; more would sharpen little and cost much."""
FOLDS = 3
PERMUTATIONS = 39
"""Permutations of the attribute; the smallest p is 1 / (PERMUTATIONS + 1) = 0.025."""
ENOUGH_ABOVE = 4
"""Permutations above the observed area after which the answer is clear (Besag, Clifford 1991)."""
ROUNDS = 25
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 8,
    "min_data_in_leaf": 20,
    "lambda_l2": 5.0,
    "max_bin": 31,
    "feature_pre_filter": False,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


@dataclass(frozen=True)
class ProxyStrength:
    """How well the features tell a group from the reference, out of sample.

    ``auc``: area under the ROC curve of a LightGBM model that was fitted on the other folds,
    with DeLong's interval; 0.5 means that they know nothing. ``null_high``: the largest area of
    ``permutations`` refits on a shuffled attribute; ``p_value``: (1 + areas at least as large) /
    (1 + permutations).
    """

    group: str
    reference: str
    sufficient: bool
    rows: tuple[int, int]
    auc: Estimate = UNDEFINED
    null_high: float | None = None
    p_value: float | None = None
    permutations: int = 0


@dataclass(frozen=True)
class FeatureShare:
    """What one feature adds to the gap of the mean log-odds of default, with its interval."""

    feature: str
    gap: Estimate


@dataclass(frozen=True)
class GapDecomposition:
    """The gap of the mean log-odds, group less reference, as a sum over the model's features.

    ``gap`` above 0: the group is scored as riskier. The features' values add up to it, because
    the contributions (TreeSHAP; Lundberg et al. 2020) of every row add up to its log-odds and
    the base is the same for all. Sorted by size, the largest first.
    """

    group: str
    reference: str
    sufficient: bool
    rows: tuple[int, int]
    gap: Estimate = UNDEFINED
    features: tuple[FeatureShare, ...] = ()


def proxy_strength(
    matrix: FloatArray, grouping: Grouping, *, categorical: Sequence[int], seed: int
) -> list[ProxyStrength]:
    """Each group against the reference, in the order of names.

    ``matrix`` (n, k) is the model's (``Vectorizer.matrix``; ``categorical`` its columns of
    categories). A group with fewer than FEWEST_EACH rows is not ``sufficient``. At most
    MOST_ROWS rows, drawn by ``seed``, are used.
    """
    rng = np.random.default_rng(seed)
    return [_strength(matrix, grouping, i, list(categorical), rng) for i in grouping.others]


def _strength(
    matrix: FloatArray,
    grouping: Grouping,
    group: int,
    categorical: list[int],
    rng: np.random.Generator,
) -> ProxyStrength:
    name, reference = grouping.names[group], grouping.names[grouping.reference]
    counts = _sizes(grouping, group)
    if min(counts) < FEWEST_EACH:
        return ProxyStrength(name, reference, False, counts)
    members, others = grouping.members(group), grouping.members(grouping.reference)
    rows = _sample(np.flatnonzero(members), np.flatnonzero(others), rng)
    guess, label = _Guess(matrix[rows], categorical, rng), members[rows].astype(np.float64)
    auc = guess.auc(label)
    observed = auc.value or 0.0
    null = _null(guess, label, observed, rng)
    above = sum(area >= observed for area in null)
    p = (1 + above) / (1 + len(null))
    return ProxyStrength(name, reference, True, counts, auc, max(null), p, len(null))


def decompose_gap(
    contributions: FloatArray, features: Sequence[str], grouping: Grouping
) -> list[GapDecomposition]:
    """Each group against the reference, in the order of names.

    ``contributions`` (n, k + 1) are ``Scores.contributions``, the base last; ``features`` the k
    names of the model's columns. Normal intervals (95 %), the differences by MOVER.
    """
    found = []
    base, reference = grouping.members(grouping.reference), grouping.names[grouping.reference]
    for i in grouping.others:
        name, counts = grouping.names[i], _sizes(grouping, i)
        if min(counts) < FEWEST_EACH:
            found.append(GapDecomposition(name, reference, False, counts))
            continue
        own = grouping.members(i)
        gaps = [
            difference(mean(column[own]), mean(column[base]))
            for column in (*contributions.T[: len(features)], contributions.sum(axis=1))
        ]
        shares = [FeatureShare(f, gap) for f, gap in zip(features, gaps[:-1], strict=True)]
        shares.sort(key=lambda s: -abs(s.gap.value or 0.0))
        found.append(GapDecomposition(name, reference, True, counts, gaps[-1], tuple(shares)))
    return found


def _sizes(grouping: Grouping, group: int) -> tuple[int, int]:
    return int(grouping.people[group]), int(grouping.people[grouping.reference])


def _sample(
    members: NDArray[np.intp], others: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.intp]:
    """At most MOST_ROWS rows, in proportion but for FEWEST_EACH of both."""
    share = min(1.0, MOST_ROWS / (len(members) + len(others)))
    drawn = [
        rng.choice(rows, min(len(rows), max(FEWEST_EACH, round(share * len(rows)))), replace=False)
        for rows in (members, others)
    ]
    return np.sort(np.concatenate(drawn))


class _Guess:
    """Cross-validated guessing of a label from one matrix, which is binned once."""

    def __init__(
        self, matrix: FloatArray, categorical: list[int], rng: np.random.Generator
    ) -> None:
        self._matrix = matrix
        self._fold = rng.permutation(np.arange(len(matrix)) % FOLDS)
        self._data = [
            lgb.Dataset(
                matrix[self._fold != fold],
                np.zeros(np.count_nonzero(self._fold != fold)),
                categorical_feature=categorical,
                params=PARAMETERS,
            ).construct()
            for fold in range(FOLDS)
        ]

    def auc(self, label: FloatArray) -> Estimate:
        """Area for ``label`` (n), each fold's ranks put side by side."""
        place = np.empty(len(label))
        for fold, data in enumerate(self._data):
            inside = self._fold == fold
            booster = lgb.train(PARAMETERS, data.set_label(label[~inside]), ROUNDS)
            guess = np.asarray(booster.predict(self._matrix[inside], raw_score=True))
            place[inside] = guess - guess.mean()
        return delong(label, place)


def _null(
    guess: _Guess, member: FloatArray, observed: float, rng: np.random.Generator
) -> list[float]:
    """Areas for shuffled labels, until it is clear that the observed one is nothing special."""
    areas: list[float] = []
    while len(areas) < PERMUTATIONS and sum(a >= observed for a in areas) < ENOUGH_ABOVE:
        areas.append(guess.auc(rng.permutation(member)).value or 0.0)
    return areas
