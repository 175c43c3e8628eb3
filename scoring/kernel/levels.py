"""The kernel's sums in numpy: TreeSHAP for all trees at once, a level of splits at a time.

Where no compiler built the kernel, this explains: the same tables, the same steps in the same
order, so the same contributions to the last bit (``treeshap.c`` says what is summed and why). A
decision made with the kernel can so be computed again without.
"""

from __future__ import annotations

import math
import threading
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scoring.kernel.layout import Layout, lay_out
from scoring.kernel.tables import LANES, make_tables
from scoring.trees import TreeModel

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

_ROWS = 4
"""Rows taken together: more would leave the processor's cache."""
_ZERO = float(np.float32(1e-35))


class _Space:
    """The memory that one thread works in: asked anew each time, it would be mapped anew."""

    def __init__(self, m: Layout) -> None:
        most = max(level.end - level.start for level in m.levels)
        n = len(m.feature)
        self._of = {name: np.empty(n * _ROWS * m.points) for name in ("factors", "here", "terms")}
        self._of |= {name: np.empty(2 * most * _ROWS * m.points) for name in ("both", "other")}

    def take(self, name: str, shape: tuple[int, ...]) -> FloatArray:
        """An array of ``shape``, with anything in it."""
        return self._of[name][: math.prod(shape)].reshape(shape)


class Levels:
    """A model laid out level by level. Safe to share between threads: each has its own space."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._local = threading.local()

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
        m, space = self._layout, self._space()
        case = _cases(m, rows)
        shape = (*case.shape, m.points)
        factors = m.factors.take(case, axis=0, out=space.take("factors", shape), mode="clip")
        here = _down(m, space, factors)
        terms = m.gains.take(case, axis=0, out=space.take("terms", shape), mode="clip")
        terms *= here
        _up(m, space, factors, terms)
        lanes = min(m.points, LANES)
        each = terms.reshape(-1, len(rows), m.points // lanes, lanes).swapaxes(1, 2)
        sums = m.sums @ each.reshape(-1, len(rows) * lanes)
        for lane in range(lanes):  # one after the other: a sum has one order
            out += sums.reshape(m.features, len(rows), lanes)[:, :, lane].T

    def _space(self) -> _Space:
        found: _Space | None = getattr(self._local, "found", None)
        if found is None:
            found = self._local.found = _Space(self._layout)
        return found


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


def _down(m: Layout, space: _Space, factors: FloatArray) -> FloatArray:
    """The product of the factors above each split, times the weight (N, n, points)."""
    here = space.take("here", factors.shape)
    here[: m.levels[0].end] = m.roots[:, None]
    for level, below in pairwise(m.levels):
        n, part = level.end - level.start, slice(level.start, level.end)
        both = space.take("both", (2 * n, *here.shape[1:]))
        np.multiply(here[part], factors[part], out=both[n:])
        np.subtract(here[part], both[n:], out=both[:n])
        both.take(level.splits, axis=0, out=here[below.start : below.end], mode="clip")
    return here


def _up(m: Layout, space: _Space, factors: FloatArray, terms: FloatArray) -> None:
    """Multiply ``terms`` (N, n, points) by how far the two branches of each split differ."""
    above, name, other = terms[:0], "both", "other"
    for level in reversed(m.levels):
        n, part = level.end - level.start, slice(level.start, level.end)
        both = space.take(name, (2 * n, *terms.shape[1:]))
        both[level.splits] = above
        both[level.leaves] = level.values[:, None, None]
        left = both[:n]
        gap = np.subtract(both[n:], left, out=both[n:])
        terms[part] *= gap
        gap *= factors[part]
        above = np.add(left, gap, out=left)
        name, other = other, name


def load_levels(model: TreeModel) -> Levels | None:
    """``model`` level by level; None when it is outside the kernel's limits."""
    tables = make_tables(model)
    return Levels(lay_out(tables, len(model.feature_names))) if tables else None
