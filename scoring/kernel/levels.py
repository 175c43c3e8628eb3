"""The kernel's sums in numpy: TreeSHAP for all trees at once, a level of splits at a time.

Where no compiler built the kernel, this explains: the same tables, the same steps in the same
order, so the same contributions to the last bit (``treeshap.c`` says what is summed and why). A
decision made with the kernel can so be computed again without.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scoring.kernel.layout import Layout, lay_out
from scoring.kernel.tables import LANES, make_tables
from scoring.trees import TreeModel

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

_ROWS = 8
"""Rows taken together: more would leave the processor's cache."""
_ZERO = float(np.float32(1e-35))


class Levels:
    """A model laid out level by level. Safe to share between threads: nothing in it changes."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def contributions(self, matrix: FloatArray) -> FloatArray:
        """Contributions (n, features + 1) of a matrix (n, features), the base last."""
        m = self._layout
        if matrix.ndim != 2 or matrix.shape[1] != m.features:
            raise ValueError(f"a matrix of {m.features} columns is needed")
        out = np.zeros((len(matrix), m.features + 1))
        out[:, -1] = m.base
        for i in range(0, len(matrix) if m.levels else 0, _ROWS):
            self._add(matrix[i : i + _ROWS], out[i : i + _ROWS, :-1])
        return out

    def _add(self, rows: FloatArray, out: FloatArray) -> None:
        m = self._layout
        case = _cases(m, rows)
        down = _down(m, case)
        terms = _up(m, case, down)
        lanes = min(m.points, LANES)
        parts = m.points // lanes
        terms = terms.reshape(-1, len(rows), parts, lanes).swapaxes(1, 2)
        sums = m.sums @ terms.reshape(-1, len(rows) * lanes)
        for lane in range(lanes):  # one after the other: a sum has one order
            out += sums.reshape(m.features, len(rows), lanes)[:, :, lane].T


def _cases(m: Layout, rows: FloatArray) -> IntArray:
    """The row of ``factors`` and ``gains`` for each split and applicant (N, n)."""
    x = rows.T.copy()
    x[(m.missing == 0)[:, None] & np.isnan(x)] = 0.0
    x[(m.missing == 1)[:, None] & (np.abs(x) <= _ZERO)] = np.nan
    right = x[m.feature] > m.threshold
    right |= np.isnan(x)[m.feature] & m.missing_right
    right[m.set_split] = ~_in_sets(m, x[m.feature[m.set_split]])
    case = m.row[:, None] + right
    met: list[BoolArray] = []
    for again in m.agains:
        met.append(right[again.earlier] == again.right)
        if again.before is not None:
            met[-1] &= met[-2][again.before]
        case[again.split] = np.where(met[-1], case[again.split], m.row[again.split, None] + 2)
    return case


def _in_sets(m: Layout, codes: FloatArray) -> BoolArray:
    """Whether categories (sets, n) are in their set; what is no category is in none."""
    known = (codes >= 0) & (codes < 32.0 * m.set_words)
    code = np.where(known, codes, 0).astype(np.intp)
    word = m.words[m.set_first + code // 32]
    return np.asarray(known & (word >> (code % 32).astype(np.uint32) & 1 == 1))


def _down(m: Layout, case: IntArray) -> tuple[FloatArray, FloatArray]:
    """The product of the factors above each split, times the weight; and its factor."""
    shape = (*case.shape, m.points)
    f = m.factors[case]
    here = np.empty(shape)
    here[: m.levels[0].end] = m.roots[:, None]
    for level, below in pairwise(m.levels):
        n = level.end - level.start
        both = np.empty((2 * n, *shape[1:]))
        mine = here[level.start : level.end]
        np.multiply(mine, f[level.start : level.end], out=both[n:])
        np.subtract(mine, both[n:], out=both[:n])
        both.take(level.splits, axis=0, out=here[below.start : below.end], mode="clip")
    return here, f


def _up(m: Layout, case: IntArray, down: tuple[FloatArray, FloatArray]) -> FloatArray:
    """What each split adds to its feature (N, n, points)."""
    here, f = down
    terms = m.gains[case]
    terms *= here
    above = here[:0]
    for level in reversed(m.levels):
        n, part = level.end - level.start, slice(level.start, level.end)
        both = np.empty((2 * n, *here.shape[1:]))
        both[level.splits] = above
        both[level.leaves] = level.values[:, None, None]
        left = both[:n]
        gap = np.subtract(both[n:], left, out=both[n:])
        terms[part] *= gap
        gap *= f[part]
        above = np.add(left, gap, out=left)
    return terms


def load_levels(model: TreeModel) -> Levels | None:
    """``model`` level by level; None when it is outside the kernel's limits."""
    tables = make_tables(model)
    return Levels(lay_out(tables, len(model.feature_names))) if tables else None
