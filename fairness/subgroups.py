"""The worst-served subgroup that nobody thought of: searched on one half, tested on the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom
from sklearn.tree import DecisionTreeRegressor

from fairness.groups import Grouping
from fairness.multiplicity import holm
from scoring.vector import FloatArray

DEPTH = 3
FEWEST_IN_LEAF = 50

Names = NDArray[np.object_]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Subgroup:
    """A leaf of the search, with its figures on the half of the data that the search never saw.

    ``rule``: conditions that all hold, such as ``sex is female``. ``rate`` is its approval rate,
    ``expected`` the one that the same strata have as a whole, ``shortfall`` the approvals that it
    lacks against them. ``p_value`` is exact and one-sided (fewer approvals than by chance);
    ``adjusted`` is it after Holm's (1979) correction over all leaves.
    """

    rule: tuple[str, ...]
    rows: int
    approved: int
    rate: float
    expected: float
    shortfall: float
    p_value: float
    adjusted: float


@dataclass(frozen=True)
class SubgroupSearch:
    """All subgroups with enough rows, the one that the search half calls worst first.

    Empty when there are too few rows for two leaves in each half.
    """

    rows: tuple[int, int]
    subgroups: tuple[Subgroup, ...]


def search_subgroups(
    approve: Bools,
    groupings: Sequence[Grouping],
    *,
    strata: Names | None = None,
    seed: int,
) -> SubgroupSearch:
    """Search the combinations of groups of all ``groupings`` that have the fewest approvals.

    A tree of depth DEPTH is fitted on half of the rows to the residual approvals: approved (0/1)
    less the rate of the row's stratum (all rows are one without ``strata``). Each leaf of at
    least FEWEST_IN_LEAF rows is then tested on the other half, given the numbers of approvals of
    its strata (hypergeometric; the sum over strata by convolution), which is an honest test
    (Athey and Imbens 2016). ``seed`` draws the halves.
    """
    n = len(approve)
    search = np.zeros(n, dtype=bool)
    search[np.random.default_rng(seed).permutation(n)[: n // 2]] = True
    halves = (int(search.sum()), n - int(search.sum()))
    if min(halves) < 2 * FEWEST_IN_LEAF:
        return SubgroupSearch(halves, ())
    stratum = np.zeros(n, dtype=np.intp)
    if strata is not None:
        stratum = np.unique(strata.astype(str), return_inverse=True)[1].astype(np.intp)
    columns, words = _indicators(groupings)
    residual = approve[search] - _rates(approve[search], stratum[search])[stratum[search]]
    tree = DecisionTreeRegressor(
        max_depth=DEPTH, min_samples_leaf=FEWEST_IN_LEAF, random_state=seed
    ).fit(columns[search], residual)
    leaf = tree.apply(columns)
    honest = ~search
    found = [
        _subgroup(rule, approve[honest], leaf[honest] == node, stratum[honest])
        for node, rule, _ in sorted(_leaves(tree, words), key=lambda leaf: leaf[2])
        if np.count_nonzero(leaf[honest] == node) >= FEWEST_IN_LEAF
    ]
    adjusted = holm(np.array([s.p_value for s in found]))
    both = zip(found, adjusted, strict=True)
    return SubgroupSearch(halves, tuple(replace(s, adjusted=float(p)) for s, p in both))


def _indicators(groupings: Sequence[Grouping]) -> tuple[FloatArray, list[tuple[str, str]]]:
    """One 0/1 column for each group of each grouping, and the words for 0 and for 1."""
    columns, words = [], []
    for g in groupings:
        for i, name in enumerate(g.names):
            others = g.names[:i] + g.names[i + 1 :]
            not_it = f"is {others[0]}" if len(others) == 1 else f"is not {name}"
            columns.append(g.members(i))
            words.append((f"{g.title} {not_it}", f"{g.title} is {name}"))
    return np.column_stack(columns).astype(np.float64), words


def _rates(approve: Bools, stratum: NDArray[np.intp]) -> FloatArray:
    size = np.bincount(stratum)
    return np.asarray(np.bincount(stratum, approve) / np.maximum(size, 1), dtype=np.float64)


def _leaves(
    tree: DecisionTreeRegressor, words: list[tuple[str, str]]
) -> Iterator[tuple[int, tuple[str, ...], float]]:
    """Node number, rule and mean residual (on the search half) of every leaf."""
    structure = tree.tree_
    waiting: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while waiting:
        node, rule = waiting.pop()
        left, right = int(structure.children_left[node]), int(structure.children_right[node])
        if left == right:
            yield node, rule, float(structure.value[node].item())
            continue
        no, yes = words[int(structure.feature[node])]
        waiting.append((left, (*rule, no)))
        waiting.append((right, (*rule, yes)))


def _subgroup(
    rule: tuple[str, ...], approve: Bools, inside: Bools, stratum: NDArray[np.intp]
) -> Subgroup:
    rows, approved = int(inside.sum()), int(approve[inside].sum())
    expected = float(_rates(approve, stratum)[stratum[inside]].sum())
    p = float(min(_approvals(approve, inside, stratum)[: approved + 1].sum(), 1.0))
    return Subgroup(
        rule, rows, approved, approved / rows, expected / rows, expected - approved, p, p
    )


def _approvals(approve: Bools, inside: Bools, stratum: NDArray[np.intp]) -> FloatArray:
    """P(the subgroup has k approvals), k from 0, were approvals in a stratum dealt at random."""
    parts = []
    for i in np.unique(stratum[inside]):
        at = stratum == i
        rows, total, members = np.sum(at), np.sum(approve[at]), np.sum(inside & at)
        parts.append(hypergeom.pmf(np.arange(members + 1), rows, total, members))
    return np.asarray(reduce(np.convolve, parts), dtype=np.float64)
