"""Exact interventional Shapley values of a tree model against a fixed background.

The game of a row x and a background row z: a coalition's features come from x, the others from z;
the value is the model's margin, and the Shapley values are averaged over the background
(Janzing et al. 2020; Lundberg et al. 2020, "independent" TreeSHAP). In one leaf a feature of its
path lets x through, z, both or neither. If none of the features stops both, with a features that
let only x through and c that let only z through, the leaf's value v gives each of the a
``v (a-1)! c! / (a+c)!`` and takes from each of the c ``v a! (c-1)! / (a+c)!``.

A path's features are bits, so x and z are one integer a leaf. The patterns of the background are
counted per leaf once (``_tabulate``); a row then costs a few look-ups a leaf.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import factorial

import numpy as np
from numpy.typing import NDArray

from scoring.trees import CATEGORICAL, DEFAULT_LEFT, MISSING_SHIFT, Tree, TreeModel
from scoring.vector import FloatArray

MOST_BITS = 62
"""Distinct features on one path that fit into a pattern."""
_ZERO = float(np.float32(1e-35))
"""LightGBM's kZeroThreshold: what is not further from 0 is zero."""
_MISSING_ZERO, _MISSING_NAN = 1, 2

Bits = NDArray[np.int64]


@dataclass(frozen=True)
class _Branch:
    """A split on the way to a leaf: column, bit of its feature, and the side that leads on."""

    split: int
    bit: int
    left: bool


@dataclass(frozen=True)
class _Leaf:
    value: float
    features: tuple[int, ...]
    branches: tuple[_Branch, ...]


class Interventional:
    """Explains rows of a model (k features) against ``background`` (n, k), n > 0.

    The work before the first row grows with leaves x distinct background patterns. Immutable:
    threads may share it. Raises ValueError for an empty background or a path of more than
    MOST_BITS features.
    """

    def __init__(self, model: TreeModel, background: FloatArray) -> None:
        if not len(background):
            raise ValueError("an interventional explanation needs a background")
        self._trees = [(tree, list(_leaves(tree))) for tree in model.trees]
        self._width = len(model.feature_names)
        leaves = [leaf for _, own in self._trees for leaf in own]
        if max((len(leaf.features) for leaf in leaves), default=0) > MOST_BITS:
            raise ValueError(f"a path asks for more than {MOST_BITS} features")
        self._leaves = leaves
        self._tabulate(background)

    @cached_property
    def base(self) -> float:
        """Mean margin of the background: the value of nobody's features."""
        full = self._pattern == self._full[self._leaf]
        return float(np.bincount(np.zeros(full.sum(), np.intp), self._weight[full], 1)[0])

    def explain(self, matrix: FloatArray) -> FloatArray:
        """Contributions (n, k + 1) in margin, the base last; each row adds up to its margin."""
        out = np.empty((len(matrix), self._width + 1))
        patterns = self._patterns(matrix)
        for i, row in enumerate(patterns):
            out[i, :-1] = self._row(row)
        out[:, -1] = self.base
        return out

    def _row(self, x: Bits) -> FloatArray:
        """Contributions (k) of a row whose patterns (leaves) are ``x``."""
        missing = self._full & ~x
        met = ((self._pattern & missing[self._leaf]) == missing[self._leaf]).nonzero()[0]
        leaf, z, weight = self._leaf[met], self._pattern[met], self._weight[met]
        only_x, only_z = self._full[leaf] & ~z, missing[leaf]
        a, c = self._size[met], np.bitwise_count(only_z).astype(np.intp)
        gain, loss = weight * _GAIN[a, c], weight * _LOSS[a, c]
        flat = np.zeros(self._width)
        for bit in range(self._features.shape[1]):
            mask = np.int64(1 << bit)
            share = np.where(only_x & mask, gain, 0.0) - np.where(only_z & mask, loss, 0.0)
            flat += np.bincount(self._features[leaf, bit], share, self._width)
        return flat

    def _tabulate(self, background: FloatArray) -> None:
        """Count the background's patterns per leaf: entries of leaf, pattern and weight."""
        sizes = [len(leaf.features) for leaf in self._leaves]
        deepest = max(1, *sizes)
        self._features = np.zeros((len(sizes), deepest), dtype=np.intp)
        for i, leaf in enumerate(self._leaves):
            self._features[i, : len(leaf.features)] = leaf.features
        self._full = np.array([(1 << size) - 1 for size in sizes], dtype=np.int64)
        entries = [np.unique(column, return_counts=True) for column in self._patterns(background).T]
        self._leaf = np.repeat(np.arange(len(sizes)), [len(found) for found, _ in entries])
        self._pattern = np.concatenate([found for found, _ in entries])
        counts = np.concatenate([counted for _, counted in entries])
        values = np.array([leaf.value for leaf in self._leaves])
        self._weight = values[self._leaf] * (counts / len(background))
        self._size = np.bitwise_count(self._full[self._leaf] & ~self._pattern).astype(np.intp)

    def _patterns(self, matrix: FloatArray) -> Bits:
        """For each row and leaf the features of the path that let the row through (n, leaves)."""
        columns = []
        for tree, leaves in self._trees:
            sides = [_goes_left(tree, i, matrix) for i in range(len(tree.split_feature))]
            columns += [_pattern(leaf, sides, len(matrix)) for leaf in leaves]
        return np.stack(columns, axis=1)


def _pattern(leaf: _Leaf, sides: list[NDArray[np.bool_]], n: int) -> Bits:
    stopped = np.zeros(n, dtype=np.int64)
    for branch in leaf.branches:
        stopped |= np.where(sides[branch.split] == branch.left, 0, np.int64(1 << branch.bit))
    return ((1 << len(leaf.features)) - 1) & ~stopped


def _leaves(tree: Tree) -> Iterator[_Leaf]:
    """The leaves of ``tree`` with the splits on the way to each."""
    if len(tree.leaf_value) == 1:
        yield _Leaf(tree.leaf_value[0], (), ())
        return
    waiting: list[tuple[int, tuple[tuple[int, bool], ...]]] = [(0, ())]
    while waiting:
        node, path = waiting.pop()
        if node < 0:
            yield _leaf(tree, ~node, path)
            continue
        waiting.append((tree.right_child[node], (*path, (node, False))))
        waiting.append((tree.left_child[node], (*path, (node, True))))


def _leaf(tree: Tree, number: int, path: tuple[tuple[int, bool], ...]) -> _Leaf:
    features = tuple(dict.fromkeys(tree.split_feature[split] for split, _ in path))
    bits = {feature: bit for bit, feature in enumerate(features)}
    branches = tuple(_Branch(s, bits[tree.split_feature[s]], left) for s, left in path)
    return _Leaf(tree.leaf_value[number], features, branches)


def _goes_left(tree: Tree, split: int, matrix: FloatArray) -> NDArray[np.bool_]:
    """Which rows of ``matrix`` (n, k) go left, as LightGBM sends them."""
    values, kind = matrix[:, tree.split_feature[split]], tree.decision_type[split]
    nan = np.isnan(values)
    if kind & CATEGORICAL:
        sent = np.array(sorted(tree.categories(split)), dtype=np.float64)
        return np.asarray(~nan & np.isin(np.trunc(np.where(nan, -1.0, values)), sent))
    missing = kind >> MISSING_SHIFT
    known = values if missing == _MISSING_NAN else np.where(nan, 0.0, values)
    left = known <= tree.threshold[split]
    if missing == _MISSING_NAN:
        absent = nan
    elif missing == _MISSING_ZERO:
        absent = np.abs(known) <= _ZERO
    else:
        return np.asarray(left)
    return np.where(absent, bool(kind & DEFAULT_LEFT), left)


def _weights() -> tuple[FloatArray, FloatArray]:
    """Shares of a leaf's value by (a, c): what each of the a gets and each of the c loses."""
    gain, loss = np.zeros((MOST_BITS + 1,) * 2), np.zeros((MOST_BITS + 1,) * 2)
    for a in range(MOST_BITS + 1):
        for c in range(MOST_BITS + 1 - a):
            if a:
                gain[a, c] = factorial(a - 1) * factorial(c) / factorial(a + c)
            if c:
                loss[a, c] = factorial(a) * factorial(c - 1) / factorial(a + c)
    return gain, loss


_GAIN, _LOSS = _weights()
