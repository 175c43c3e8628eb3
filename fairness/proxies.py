"""Proxies: what the features together know of a protected attribute, and which carry the gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from fairness.gaps import difference, mean
from fairness.groups import Grouping
from scoring.intervals import UNDEFINED, Estimate, delong
from scoring.vector import FloatArray

FEWEST_EACH = 100
MOST_ROWS = 20_000
PERMUTATIONS = 999
ROUNDS = 60
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 8,
    "min_data_in_leaf": 20,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "feature_pre_filter": False,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


@dataclass(frozen=True)
class ProxyStrength:
    """How well the features tell a group from the reference, on people not fitted on.

    ``auc``: area under the ROC curve of a LightGBM model on the half of the rows that it was not
    fitted on, with DeLong's interval; 0.5 means that they know nothing. ``null_high``: the area
    that 95 % of PERMUTATIONS shuffles of the attribute stay below; ``p_value``: (1 + shuffles
    with an area at least as large) / (1 + PERMUTATIONS).

    Halves rather than folds: given the model, the people of the other half are exchangeable when
    the features know nothing, so that the test is exact. The areas of folds hang together (in
    simulations their mean varies 1.3 times as much as it would alone).
    """

    group: str
    reference: str
    sufficient: bool
    rows: tuple[int, int]
    auc: Estimate = UNDEFINED
    null_high: float | None = None
    p_value: float | None = None


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
    MOST_ROWS rows are used; ``seed`` draws them, the halves and the shuffles.
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
    fit, check = _halves(np.flatnonzero(members), np.flatnonzero(others), rng)
    label = members.astype(np.float64)
    data = lgb.Dataset(matrix[fit], label[fit], categorical_feature=categorical, params=PARAMETERS)
    booster = lgb.train(PARAMETERS, data, ROUNDS)
    guess = np.asarray(booster.predict(matrix[check], raw_score=True))
    auc, null = delong(label[check], guess), _null(label[check], guess, rng)
    p = (1 + np.count_nonzero(null >= (auc.value or 0.0) - 1e-12)) / (1 + PERMUTATIONS)
    null_high = float(np.quantile(null, 0.95))
    return ProxyStrength(name, reference, True, counts, auc, null_high, p)


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


def _halves(
    members: NDArray[np.intp], others: NDArray[np.intp], rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """At most MOST_ROWS rows, in proportion but for FEWEST_EACH of both, cut into halves."""
    share = min(1.0, MOST_ROWS / (len(members) + len(others)))
    drawn = [
        rng.permutation(rows)[: max(FEWEST_EACH, round(share * len(rows)))]
        for rows in (members, others)
    ]
    fit, check = ([rows[i::2] for rows in drawn] for i in (0, 1))
    return np.sort(np.concatenate(fit)), np.sort(np.concatenate(check))


def _null(label: FloatArray, guess: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Areas (PERMUTATIONS) of ``guess`` for shuffled labels."""
    ranks, m = rankdata(guess), label.sum()
    sums = np.array([ranks @ rng.permutation(label) for _ in range(PERMUTATIONS)])
    return np.asarray((sums - m * (m + 1) / 2) / (m * (len(label) - m)), dtype=np.float64)
