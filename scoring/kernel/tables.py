"""The kernel's tables, made from parsed trees."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, zip_longest
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.trees import CATEGORICAL, DEFAULT_LEFT, MISSING_SHIFT, Tree, TreeModel

LANES = 8
MOST_POINTS = 32
ROOTS = 4
"""Trees in a block; in the C code, too."""
NAN_IS_MISSING = 2
_LARGEST = 2**15 - 1

SPLIT = np.dtype(
    [("threshold", "f8"), ("right", "f8"), ("child", "i2", 2), ("feature", "i2"), ("kind", "i2")]
)
SET = np.dtype([("first_word", "i4"), ("words", "i2"), ("split", "i2")])
AGAIN = np.dtype([("before", "f8"), *((n, "i2") for n in ("split", "earlier", "side", "again"))])
BLOCK = np.dtype(
    [
        *(
            (name, "i4")
            for name in (
                "first_split", "splits", "first_leaf", "leaves", "first_set", "sets",
                "first_again", "agains", "count", "rule", "trees",
            )
        ),
        ("root", "i4", ROOTS),
        ("ends", "i4", ROOTS),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """All trees as the C code reads them; ``base`` is the sum of their expected values."""

    splits: NDArray[Any]
    leaves: NDArray[np.float64]
    sets: NDArray[Any]
    agains: NDArray[Any]
    blocks: NDArray[Any]
    words: NDArray[np.uint32]
    points: NDArray[np.float64]
    weights: NDArray[np.float64]
    missing: NDArray[np.int8]
    base: float


class _TooLargeError(Exception):
    """A block is outside the kernel's limits."""


@dataclass
class _Rows:
    """Rows of the tables, as they grow."""

    splits: list[Any] = field(default_factory=list)
    leaves: list[float] = field(default_factory=list)
    sets: list[Any] = field(default_factory=list)
    agains: list[Any] = field(default_factory=list)
    blocks: list[Any] = field(default_factory=list)
    words: list[int] = field(default_factory=list)

    def counts(self) -> tuple[int, int, int, int]:
        """Rows of the four tables that a block has a part of."""
        return len(self.splits), len(self.leaves), len(self.sets), len(self.agains)


class _Branch(NamedTuple):
    """The last branch on a feature above a split, and the feature's w after it."""

    split: int
    side: int
    weight: float


def make_tables(model: TreeModel) -> Tables | None:
    """Tables of ``model``; None when it is outside the kernel's limits.

    The limits: no empty cover, one way of being missing a feature, at most
    2 x MOST_POINTS distinct features on a path, 2^15 splits and leaves in a few trees.
    """
    missing = _missing(model)
    if missing is None or not all(_covered(tree) for tree in model.trees):
        return None
    rows = _Rows()
    try:
        for first in range(0, len(model.trees), ROOTS):
            _Block(model.trees[first : first + ROOTS], rows).add()
    except _TooLargeError:
        return None
    points, weights = _rules()
    return Tables(
        splits=np.array([*rows.splits, (0.0, 0.0, (0, 0), 0, 0)], dtype=SPLIT),
        leaves=np.array(rows.leaves or [0.0]),
        sets=np.array([*rows.sets, (0, 0, 0)], dtype=SET),
        agains=np.array([*rows.agains, (1.0, 0, 0, 0, 0)], dtype=AGAIN),
        blocks=np.array(rows.blocks, dtype=BLOCK),
        words=np.array(rows.words or [0], dtype=np.uint32),
        points=points,
        weights=weights,
        missing=missing,
        base=sum(_expected(tree) for tree in model.trees),
    )


def _covered(tree: Tree) -> bool:
    return len(tree.leaf_value) == 1 or min(*tree.internal_count, *tree.leaf_count) > 0


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


class _Block:
    """Some trees, their splits taking turns; a split stands before its children."""

    def __init__(self, trees: Sequence[Tree], rows: _Rows) -> None:
        self._trees, self._rows = trees, rows
        self._first = rows.counts()
        self._order = _turns(trees)
        self._at = {pair: i for i, pair in enumerate(self._order)}
        n = len(self._order)
        sizes = [len(tree.leaf_value) for tree in trees]
        self._leaf = [n + before for before in accumulate(sizes, initial=0)]
        if n + sum(sizes) > _LARGEST:
            raise _TooLargeError
        self._branches: list[dict[int, _Branch]] = [{} for _ in range(n)]
        self._again: dict[int, int] = {}

    def add(self) -> None:
        """Add all rows. Raises _TooLargeError."""
        for i, (k, split) in enumerate(self._order):
            self._add_split(i, k, split)
        for tree in self._trees:
            self._rows.leaves.extend(tree.leaf_value)
        distinct = max((len(b) for b in self._branches), default=1)
        count = max(1, -(-distinct // 2))
        if count > MOST_POINTS:
            raise _TooLargeError
        roots = [
            self._child(k, 0 if tree.split_feature else ~0) for k, tree in enumerate(self._trees)
        ]
        sizes = zip(self._first, self._rows.counts(), strict=True)
        placed = [value for first, end in sizes for value in (first, end - first)]
        none = [0] * (ROOTS - len(roots))
        ends = [*accumulate(len(tree.leaf_value) for tree in self._trees), *none]
        rule = sum(map(_filled, range(1, count)))
        self._rows.blocks.append((*placed, count, rule, len(self._trees), [*roots, *none], ends))

    def _child(self, k: int, child: int) -> int:
        """A child in LightGBM's numbers as the block's."""
        return self._at[k, child] if child >= 0 else self._leaf[k] + ~child

    def _add_split(self, i: int, k: int, split: int) -> None:
        tree, rows = self._trees[k], self._rows
        feature = tree.split_feature[split]
        above = self._branches[i].get(feature)
        before = 1.0 if above is None else above.weight
        if above is not None:
            self._again[i] = len(rows.agains) - self._first[3]
            again = self._again.get(above.split, -1)
            rows.agains.append((before, i, above.split, above.side, again))
        nodes = tree.left_child[split], tree.right_child[split]
        covers = [tree.internal_count[c] if c >= 0 else tree.leaf_count[~c] for c in nodes]
        weights = [before * cover / tree.internal_count[split] for cover in covers]
        for side, child in enumerate(nodes):
            if child >= 0:
                branch = {feature: _Branch(i, side, weights[side])}
                self._branches[self._child(k, child)] = self._branches[i] | branch
        self._branches[i] = self._branches[i] | {feature: _Branch(i, 0, before)}
        children = [self._child(k, child) for child in nodes]
        kind = self._kind(tree, split, i)
        rows.splits.append((tree.threshold[split], weights[1], children, feature, kind))

    def _kind(self, tree: Tree, split: int, i: int) -> int:
        missing_right = int(not tree.decision_type[split] & DEFAULT_LEFT)
        if not tree.decision_type[split] & CATEGORICAL:
            return missing_right
        at = int(tree.threshold[split])
        words = tree.cat_threshold[tree.cat_boundaries[at] : tree.cat_boundaries[at + 1]]
        if len(words) > _LARGEST:
            raise _TooLargeError
        self._rows.sets.append((len(self._rows.words), len(words), i))
        self._rows.words.extend(words)
        return (len(self._rows.sets) - self._first[2]) << 1 | missing_right


def _turns(trees: Sequence[Tree]) -> list[tuple[int, int]]:
    """Tree and split of all splits, the trees taking turns."""
    each = [[(k, i) for i in range(len(tree.split_feature))] for k, tree in enumerate(trees)]
    return [pair for turn in zip_longest(*each) for pair in turn if pair is not None]


def _expected(tree: Tree) -> float:
    if len(tree.leaf_value) == 1:
        return tree.leaf_value[0]
    total = tree.internal_count[0]
    return sum(c / total * v for c, v in zip(tree.leaf_count, tree.leaf_value, strict=True))


def _rules() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gauss-Legendre points and weights on [0, 1], for 1 to MOST_POINTS points in turn.

    Each is filled up to whole vectors by points that weigh nothing.
    """
    points, weights = [], []
    for n in range(1, MOST_POINTS + 1):
        x, w = np.polynomial.legendre.leggauss(n)
        none = _filled(n) - n
        points.append(np.pad((x + 1) / 2, (0, none), constant_values=0.5))
        weights.append(np.pad(w / 2, (0, none)))
    return np.concatenate(points), np.concatenate(weights)


def _filled(points: int) -> int:
    """Places of a rule in whole vectors."""
    return -(-points // LANES) * LANES
