"""The kernel's tables, made from parsed trees."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.trees import CATEGORICAL, DEFAULT_LEFT, MISSING_SHIFT, Tree, TreeModel

LANES = 4
MOST_GROUPS = 8
NAN_IS_MISSING = 2

SPLIT = np.dtype(
    [
        ("threshold", "f8"),
        ("right", "f8"),
        ("before", "f8"),
        ("child", "i2", 2),
        ("earlier", "i2"),
        ("feature", "i2"),
        ("words", "i2"),
        ("missing_right", "i2"),
    ],
    align=True,
)
TREE = np.dtype(
    [(name, "i4") for name in ("first_split", "splits", "first_leaf", "groups", "rule")]
)


@dataclass(frozen=True)
class Tables:
    """All trees as the C code reads them; ``base`` is the sum of their expected values."""

    splits: NDArray[Any]
    leaves: NDArray[np.float64]
    trees: NDArray[Any]
    words: NDArray[np.uint32]
    points: NDArray[np.float64]
    weights: NDArray[np.float64]
    missing: NDArray[np.int8]
    base: float
    most_splits: int


def make_tables(model: TreeModel) -> Tables | None:
    """Tables of ``model``; None when it is outside the kernel's limits.

    The limits: no empty cover, one way of being missing a feature, and at most
    2 x LANES x MOST_GROUPS distinct features on a path.
    """
    missing = _missing(model)
    if missing is None:
        return None
    splits: list[NDArray[Any]] = []
    leaves: list[float] = []
    words: list[int] = []
    trees = np.zeros(len(model.trees), dtype=TREE)
    for i, tree in enumerate(model.trees):
        if len(tree.leaf_value) > 1 and min(*tree.internal_count, *tree.leaf_count) <= 0:
            return None
        made, distinct = _splits(tree, len(words))
        groups = -(-max(1, -(-distinct // 2)) // LANES)
        if groups > MOST_GROUPS:
            return None
        first = sum(len(s) for s in splits)
        trees[i] = (first, len(made), len(leaves), groups, groups * (groups - 1) // 2)
        splits.append(made)
        leaves.extend(tree.leaf_value)
        words.extend(tree.cat_threshold)
    points, weights = _rules()
    return Tables(
        splits=np.concatenate([*splits, np.zeros(1, dtype=SPLIT)]),
        leaves=np.array(leaves),
        trees=trees,
        words=np.array(words or [0], dtype=np.uint32),
        points=points,
        weights=weights,
        missing=missing,
        base=sum(_expected(tree) for tree in model.trees),
        most_splits=max(1, *(len(s) for s in splits)) if splits else 1,
    )


def _missing(model: TreeModel) -> NDArray[np.int8] | None:
    """How each feature is missing; None when two numerical splits of one feature differ."""
    kinds = np.full(len(model.feature_names), -1, dtype=np.int8)
    for tree in model.trees:
        for feature, decision in zip(tree.split_feature, tree.decision_type, strict=True):
            categorical = decision & CATEGORICAL  # its code is looked up as it is
            kind = NAN_IS_MISSING if categorical else decision >> MISSING_SHIFT
            if kinds[feature] not in {-1, kind}:
                return None
            kinds[feature] = kind
    return np.where(kinds < 0, np.int8(NAN_IS_MISSING), kinds)


def _splits(tree: Tree, first_word: int) -> tuple[NDArray[Any], int]:
    """Splits of one tree in order, and the most distinct features on a path."""
    n = len(tree.split_feature)
    made = np.zeros(n, dtype=SPLIT)
    branches: list[dict[int, tuple[int, float]]] = [{} for _ in range(n)]
    distinct = 0
    for i in range(n):
        feature, total = tree.split_feature[i], tree.internal_count[i]
        earlier, before = branches[i].get(feature, (-1, 1.0))
        children = (tree.left_child[i], tree.right_child[i])
        covers = [tree.internal_count[c] if c >= 0 else tree.leaf_count[~c] for c in children]
        row = made[i]
        row["feature"], row["earlier"], row["before"] = feature, earlier, before
        row["right"] = before * covers[1] / total
        _decision(tree, i, row, first_word)
        for side, (child, cover) in enumerate(zip(children, covers, strict=True)):
            row["child"][side] = child if child >= 0 else n + ~child
            if child >= 0:
                now = {feature: (2 * i + side, before * cover / total)}
                branches[child] = branches[i] | now
        distinct = max(distinct, len(branches[i].keys() | {feature}))
    return made, distinct


def _decision(tree: Tree, i: int, row: Any, first_word: int) -> None:
    kind = tree.decision_type[i]
    row["missing_right"] = not kind & DEFAULT_LEFT
    row["threshold"] = tree.threshold[i]
    if kind & CATEGORICAL:
        at = int(tree.threshold[i])
        row["threshold"] = first_word + tree.cat_boundaries[at]
        row["words"] = tree.cat_boundaries[at + 1] - tree.cat_boundaries[at]


def _expected(tree: Tree) -> float:
    if len(tree.leaf_value) == 1:
        return tree.leaf_value[0]
    total = tree.internal_count[0]
    return sum(c / total * v for c, v in zip(tree.leaf_count, tree.leaf_value, strict=True))


def _rules() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gauss-Legendre points and weights on [0, 1], for 1 to MOST_GROUPS groups in turn."""
    pairs = [np.polynomial.legendre.leggauss(LANES * g) for g in range(1, MOST_GROUPS + 1)]
    points = np.concatenate([(x + 1) / 2 for x, _ in pairs])
    weights = np.concatenate([w / 2 for _, w in pairs])
    return points, weights
