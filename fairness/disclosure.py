"""What a reader can find out about counts that were not published, from all that were.

Unknown are the counts of every fixed cell (levels of the attributes of a table, one outcome, one
stretch of time between any two limits of published periods). Every published total is an equation
over them (of a rounded one, within its error), tables agree on what they share, and no count is
below 0. The reader's range of a count
is its least and largest value over all solutions (linear programming). Subtraction, sums,
crossing two tables or two reports are all special cases.

Tables are tied together pair by pair. This finds all that follows by adding and subtracting;
ranges that only come from no person being counted less than zero times in a three-way table that
nobody published can be a little narrower than these.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

from data.errors import ProtectedError
from fairness.intervals import Interval
from fairness.published import Dimension, Total, Where
from scoring.vector import FloatArray

NOTHING = 1e-6
ROUNDS = 60

Indices = NDArray[np.intp]
Scope = tuple[frozenset[str], str | None]
"""Attributes of a table and its outcome."""


class Tables:
    """All cells of all tables that ``totals`` speak of, as columns of one linear system."""

    def __init__(self, dimensions: Sequence[Dimension], totals: Sequence[Total]) -> None:
        self.dimensions = {d.name: d for d in dimensions}
        limits = sorted({limit for t in totals for limit in (t.start, t.end)})
        self.windows = [
            (a, b) for a, b in pairwise(limits) if any(t.start <= a and b <= t.end for t in totals)
        ]
        self.cells: dict[Scope, Indices] = {}
        self.size = 0
        for scope in _closed({self.scope(t.where) for t in totals}):
            levels = [len(self.dimensions[name].levels) for name in self._names(scope)]
            shape = (len(self.windows), *levels)
            count = int(np.prod(shape))
            self.cells[scope] = np.arange(self.size, self.size + count).reshape(shape)
            self.size += count

    def scope(self, where: Where) -> Scope:
        """Of the table that a total belongs to."""
        names = [name for name, _ in where]
        outcome = [name for name in names if self.dimensions[name].outcome]
        return frozenset(names) - frozenset(outcome), outcome[0] if outcome else None

    def columns(self, t: Total) -> Indices:
        """The cells that ``t`` is the sum of."""
        where = dict(t.where)
        scope = self.scope(t.where)
        picks = [[i for i, (a, b) in enumerate(self.windows) if t.start <= a and b <= t.end]]
        for name in self._names(scope):
            levels = self.dimensions[name].levels
            picks.append([i for i, level in enumerate(levels) if level in where[name]])
        return self.cells[scope][np.ix_(*picks)].ravel()

    def rows(self, totals: Sequence[Total]) -> csr_array:
        """One equation for each of ``totals`` (totals, cells)."""
        return _matrix([(self.columns(t), None) for t in totals], self.size)

    @cached_property
    def ties(self) -> csr_array:
        """Equations (= 0) that make each table agree with the tables it contains."""
        rows: list[tuple[Indices, int | None]] = []
        for scope, cells in self.cells.items():
            for part in self._contained(scope):
                names, kept = self._names(scope), self._names(part)
                axes = [0, *(1 + names.index(name) for name in kept)]
                rest = [i for i in range(cells.ndim) if i not in axes]
                small = self.cells[part].ravel()
                sums = cells.transpose([*axes, *rest]).reshape(len(small), -1)
                rows += [(columns, int(cell)) for columns, cell in zip(sums, small, strict=True)]
        return _matrix(rows, self.size)

    @cached_property
    def people(self) -> Indices:
        """For each cell, that of all outcomes together, or itself."""
        out = np.arange(self.size)
        for (attributes, outcome), cells in self.cells.items():
            if outcome is not None:
                base = self.cells[attributes, None]
                where = self._names((attributes, outcome)).index(outcome) + 1
                out[cells.ravel()] = np.broadcast_to(
                    np.expand_dims(base, where), cells.shape
                ).ravel()
        return out

    def _names(self, scope: Scope) -> list[str]:
        return [*sorted(scope[0]), *([scope[1]] if scope[1] else [])]

    def _contained(self, scope: Scope) -> list[Scope]:
        """The largest tables within ``scope``."""
        inside = [s for s in self.cells if s != scope and _within(s, scope)]
        return [s for s in inside if not any(s != o and _within(s, o) for o in inside)]


class Reader:
    """A reader of ``known`` totals: the range of every count, by linear programming.

    A rounded total has a variable more, its error, behind those of the cells. ``bounds``: outer
    ranges of the cells, from each equation by itself; ``most``: far above any count, so that
    ranges without an upper limit stay finite.
    """

    def __init__(self, tables: Tables, known: Sequence[Total]) -> None:
        self.tables, self.known = tables, known
        within = np.array([t.within for t in known], dtype=np.float64)
        self.matrix = _with_errors(tables, known, np.flatnonzero(within))
        self.values = np.zeros(self.matrix.shape[0])
        self.values[: len(known)] = [t.count for t in known]
        self.most = 10.0 * (100 + max((t.count for t in known), default=0))
        errors, zero = within[within > 0], np.zeros(tables.size)
        self.limits = Interval(
            np.concatenate([zero, -errors]), np.concatenate([zero + self.most, errors])
        )
        self.bounds = self._propagated()

    def extreme(self, columns: Indices, sign: int) -> tuple[float, FloatArray, Indices]:
        """Least (sign 1) or largest (sign -1) sum of ``columns``, a solution, and its reasons.

        The reasons are the indices of the known totals that hold the sum there. Raises
        ProtectedError when the known totals contradict each other.
        """
        objective = np.zeros(self.tables.size)
        objective[columns] = sign
        return self.solve(objective)

    def solve(self, objective: FloatArray) -> tuple[float, FloatArray, Indices]:
        """Minimise ``objective`` (cells) over all solutions; value without the sign."""
        equations: Any = self.matrix  # the type stubs of scipy know dense matrices alone
        whole = np.zeros(len(self.limits.low))
        whole[: self.tables.size] = objective
        found = linprog(
            whole.tolist(),
            A_eq=equations,
            b_eq=self.values,
            bounds=np.stack(self.limits, axis=1).tolist(),
            method="highs",
        )
        if found.x is None or found.fun is None:
            raise ProtectedError(
                "the counts contradict those of reports already published (applications of that "
                "period were changed or erased): audit a period that no earlier report overlaps"
            )
        duals = found.eqlin.marginals[: len(self.known)]
        cells = found.x[: self.tables.size]
        return abs(float(found.fun)), cells, np.flatnonzero(np.abs(duals) > NOTHING)

    def _propagated(self) -> Interval:
        """Outer ranges from each equation by itself, repeated until they settle."""
        a = self.matrix.tocoo()
        row, column, up = a.row, a.col, a.data > 0
        low, high = self.limits.low.copy(), self.limits.high.copy()
        for _ in range(ROUNDS):
            least = np.where(up, low[column], -high[column])
            most = np.where(up, high[column], -low[column])
            sums = [np.bincount(row, part, minlength=len(self.values)) for part in (least, most)]
            new_most = self.values[row] - (sums[0][row] - least)
            new_least = self.values[row] - (sums[1][row] - most)
            before = low.sum(), high.sum()
            np.maximum.at(low, column, np.where(up, new_least, -new_most))
            np.minimum.at(high, column, np.where(up, new_most, -new_least))
            if np.allclose(before, (low.sum(), high.sum()), atol=0.5, rtol=0):
                break
        return Interval(low[: self.tables.size], high[: self.tables.size])


def _closed(scopes: set[Scope]) -> list[Scope]:
    """Scopes with all that two of them share, and without outcomes; the small ones first."""
    closed = scopes | {(attributes, None) for attributes, _ in scopes}
    while True:
        shared = {
            (a[0] & b[0], a[1] if a[1] == b[1] else None) for a, b in product(closed, repeat=2)
        }
        if shared <= closed:
            return sorted(closed, key=lambda s: (len(s[0]), sorted(s[0]), s[1] or ""))
        closed |= shared


def _within(small: Scope, large: Scope) -> bool:
    return small[0] <= large[0] and small[1] in (None, large[1])


def _with_errors(tables: Tables, known: Sequence[Total], rounded: Indices) -> csr_array:
    """Equations of the totals and the ties; the ``rounded`` totals less an error of their own."""
    own, ties = tables.rows(known), tables.ties
    both = csr_array(vstack([own, ties])) if ties.shape[0] else own
    shape = (both.shape[0], len(rounded))
    errors = csr_array((np.full(len(rounded), -1.0), (rounded, np.arange(len(rounded)))), shape)
    return csr_array(hstack([both, errors]))


def _matrix(rows: Sequence[tuple[Indices, int | None]], size: int) -> csr_array:
    """Rows of ones at the columns and of minus one at the cell that is their sum."""
    data, column, row = [], [], []
    for i, (columns, cell) in enumerate(rows):
        column += [*columns, *([] if cell is None else [cell])]
        data += [1.0] * len(columns) + ([] if cell is None else [-1.0])
        row += [i] * (len(columns) + (cell is not None))
    return csr_array((data, (row, column)), shape=(len(rows), size))
