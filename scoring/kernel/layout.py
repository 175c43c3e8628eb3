"""The kernel's tables laid out for numpy: all splits of a model, a level of its trees at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.kernel.tables import LANES, Tables

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class Level:
    """Splits of one depth, places ``start`` to ``end``.

    Their children in a row, first all to the left: ``splits`` and ``leaves`` are the places of
    either kind in it, ``values`` the leaves' (log-odds).
    """

    start: int
    end: int
    splits: IntArray
    leaves: IntArray
    values: FloatArray


@dataclass(frozen=True)
class Agains:
    """Splits on a feature that was asked above, as many times for all of them.

    ``split`` is the place of each; ``earlier`` that of the last one above on its feature,
    ``right`` the branch taken there; ``before`` the row of that one among the agains before.
    """

    split: IntArray
    earlier: IntArray
    right: NDArray[np.bool_]
    before: IntArray | None


@dataclass(frozen=True)
class Layout:
    """N splits, level by level.

    A split has two rows in ``factors`` and ``gains`` (rows, points), the first at ``row``: for
    who goes to the left, and for who goes to the right. A split on a feature that was asked
    above has a third, for who did not take every branch on it above. ``roots`` (splits of the
    first level, points) are the weights of the points. ``sums`` (features, N x parts) adds the
    splits of a feature up, in the kernel's order; a part is ``LANES`` points.
    """

    features: int
    base: float
    missing: NDArray[np.int8]
    feature: IntArray
    threshold: FloatArray
    missing_right: NDArray[np.bool_]
    set_split: IntArray
    set_first: IntArray
    set_words: IntArray
    words: NDArray[np.uint32]
    agains: list[Agains]
    row: IntArray
    factors: FloatArray
    gains: FloatArray
    roots: FloatArray
    levels: list[Level]
    sums: csr_array

    @property
    def points(self) -> int:
        """Points of the rule of the deepest block; others are filled up with weightless ones."""
        return int(self.factors.shape[1])


def lay_out(tables: Tables, features: int) -> Layout:
    """The layout of ``tables``, for a model of so many features."""
    blocks = tables.blocks
    block = np.repeat(np.arange(len(blocks)), blocks["splits"])
    first = blocks["first_split"]
    splits, n = tables.splits[: len(block)], len(block)
    leaf = (blocks["first_leaf"] - blocks["splits"] + n)[block][:, None]
    child = splits["child"].astype(np.intp)
    child += np.where(child < blocks["splits"][block][:, None], first[block][:, None], leaf)
    levels, order = _levels(child, _roots(blocks), tables.leaves)
    place = np.empty_like(order)
    place[order] = np.arange(n)
    again, again_block = _of_blocks(tables.agains, blocks["agains"])
    sets, set_block = _of_blocks(tables.sets, blocks["sets"])
    w = np.full(n, np.nan)
    w[again["split"] + first[again_block]] = again["before"]
    points, weights = _points(tables)
    factors, gains, row = _factors(splits["right"][order], w[order], points[block[order]])
    root_blocks = block[order[: levels[0].end]] if levels else block[:0]
    return Layout(
        features=features,
        base=tables.base,
        missing=tables.missing,
        feature=splits["feature"][order].astype(np.intp),
        threshold=splits["threshold"][order, None],
        missing_right=(splits["kind"][order, None] & 1).astype(bool),
        set_split=place[sets["split"] + first[set_block]],
        set_first=sets["first_word"].astype(np.intp)[:, None],
        set_words=sets["words"].astype(np.intp)[:, None],
        words=tables.words,
        agains=_agains(again, first[again_block], blocks["first_again"][again_block], place),
        row=row,
        factors=factors,
        gains=gains,
        roots=weights[root_blocks],
        levels=levels,
        sums=_sums(splits["feature"], block, place, features, -(-points.shape[1] // LANES)),
    )


def _of_blocks(rows: NDArray[Any], counts: NDArray[np.int32]) -> tuple[NDArray[Any], IntArray]:
    """The rows that blocks own, and the block of each."""
    block = np.repeat(np.arange(len(counts)), counts)
    return rows[: len(block)], block


def _roots(blocks: NDArray[Any]) -> IntArray:
    """The root splits of all trees that have one."""
    live = np.arange(blocks["root"].shape[1]) < blocks["trees"][:, None]
    live &= blocks["root"] < blocks["splits"][:, None]
    return np.asarray((blocks["root"] + blocks["first_split"][:, None])[live], dtype=np.intp)


def _levels(child: IntArray, roots: IntArray, leaves: FloatArray) -> tuple[list[Level], IntArray]:
    """The levels from the roots down, and the splits in their order."""
    levels: list[Level] = []
    order, here, start = [np.empty(0, dtype=np.intp)], roots, 0
    while len(here):
        below = child[here].T.ravel()
        is_split = below < len(child)
        values = leaves[below[~is_split] - len(child)]
        found = np.flatnonzero(is_split), np.flatnonzero(~is_split)
        levels.append(Level(start, start + len(here), *found, values))
        order.append(here)
        start += len(here)
        here = below[is_split]
    return levels, np.concatenate(order)


def _points(tables: Tables) -> tuple[FloatArray, FloatArray]:
    """Points and weights of each block (blocks, points): its own, then weightless ones."""
    counts = tables.blocks["count"]
    most = int(counts.max(initial=1))
    most = most if most <= LANES else -(-most // LANES) * LANES
    own = np.arange(most) < counts[:, None]
    at = np.where(own, tables.blocks["rule"][:, None] + np.arange(most), 0)
    return np.where(own, tables.points[at], 0.5), np.where(own, tables.weights[at], 0.0)


def _factors(
    right: FloatArray, before: FloatArray, t: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """The factor of the branch to the right and the gain of splits (n), as in ``treeshap.c``.

    A row a case (see ``Layout``), and the first row of each split. ``t`` is (n, points);
    ``before`` is NaN where a feature is asked for the first time.
    """
    again, w, off = ~np.isnan(before), before[:, None], 1.0 - t
    factors, gains = np.empty((2, len(t), 3, t.shape[1]))
    for z in (0, 1):
        f, gain = right[:, None] * off + z * t, z - right[:, None]
        met = w * off + t
        factors[:, z] = np.where(again[:, None], f / met, f)
        gains[:, z] = np.where(again[:, None], (gain - (1.0 - w) * factors[:, z]) / met, gain)
    factors[:, 2], gains[:, 2] = right[:, None] / w, 0.0
    there = np.ones((len(t), 3), dtype=bool)
    there[:, 2] = again
    return factors[there], gains[there], np.cumsum(2 + again) - 2 - again


def _agains(
    rows: NDArray[Any], first_split: IntArray, first_again: IntArray, place: IntArray
) -> list[Agains]:
    """Those that repeat a feature once, then those that repeat it twice, and so on."""
    before = np.where(rows["again"] < 0, -1, rows["again"] + first_again)
    turn, at = np.zeros(len(rows), dtype=np.intp), np.zeros(len(rows), dtype=np.intp)
    for i, b in enumerate(before):  # a split stands behind those above it
        turn[i] = 0 if b < 0 else turn[b] + 1
    found = []
    for number in range(turn.max(initial=-1) + 1):
        mine = np.flatnonzero(turn == number)
        at[mine] = np.arange(len(mine))
        found.append(
            Agains(
                place[(rows["split"] + first_split)[mine]],
                place[(rows["earlier"] + first_split)[mine]],
                rows["side"][mine, None] == 1,
                at[before[mine]] if number else None,
            )
        )
    return found


def _sums(
    feature: NDArray[np.int16], block: IntArray, place: IntArray, features: int, parts: int
) -> csr_array:
    """Sums of features in the kernel's order: block, part, and the splits from the last up."""
    n = len(feature)
    split, part = np.repeat(np.arange(n), parts), np.tile(np.arange(parts), n)
    asked = feature[split].astype(np.intp)
    order = np.lexsort((-split, part, block[split], asked))
    ends = np.concatenate([[0], np.cumsum(np.bincount(asked, minlength=features))])
    columns = (place[split] * parts + part)[order]
    return csr_array((np.ones(len(order)), columns, ends), shape=(features, n * parts))
