"""What a reader can find out about counts that were not published, from all that were.

Unknown are the counts of all cells (``cells.Tables``). Every published total is an equation over
them (of a rounded one, within its error), tables agree on what they share, and no count is below
0. The reader's range of a count is its least and largest value over all solutions (linear
programming). Subtraction, sums, crossing two tables or two reports are all special cases.

Most of a register follows from single equations: those cells are put in, and what is left falls
into parts that share no cell. A range needs the parts of its own cells alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from data.errors import ProtectedError
from fairness.cells import Indices, Tables
from fairness.groups import BoolArray
from fairness.intervals import Interval
from fairness.published import Total
from scoring.vector import FloatArray

NOTHING = 1e-6
ROUNDS = 60


class Reader:
    """A reader of ``known`` totals: the range of every count.

    A rounded total has a variable more, its error, behind those of the cells. ``bounds``: outer
    ranges of all variables, from each equation by itself. ``solved``: programs so far.
    Raises ProtectedError when the known totals contradict each other.
    """

    def __init__(self, tables: Tables, known: Sequence[Total]) -> None:
        self.tables, self.known, self.solved = tables, known, 0
        within = np.array([t.within for t in known], dtype=np.float64)
        self.matrix = _with_errors(tables, known, np.flatnonzero(within))
        self.values = np.zeros(self.matrix.shape[0])
        self.values[: len(known)] = [t.count for t in known]
        errors, zero = within[within > 0], np.zeros(tables.size)
        most = 10.0 * (100 + max((t.count for t in known), default=0))  # far above any count
        self.limits = Interval(
            np.concatenate([zero, -errors]), np.concatenate([zero + most, errors])
        )
        self.bounds = _propagated(self.matrix, self.values, self.limits)
        self.fixed: BoolArray = self.bounds.high - self.bounds.low < NOTHING
        self.rest: FloatArray = self.values - self.matrix @ np.where(
            self.fixed, self.bounds.low, 0.0
        )
        self.row_part, self.part = self._parts()

    def check(self) -> None:
        """Raise ProtectedError when the known totals contradict each other."""
        self._solution(np.zeros(len(self.part)), np.unique(self.part[self.part >= 0]))

    def extreme(self, columns: Indices, sign: int) -> tuple[float, FloatArray]:
        """Least (sign 1) or largest (sign -1) sum of ``columns``, and a solution."""
        objective = np.zeros(self.tables.size)
        objective[columns] = sign
        cells = self.solve(objective)
        return float(cells[columns].sum()), cells

    def solve(self, objective: FloatArray) -> FloatArray:
        """A solution with the least ``objective`` (cells); NaN where any value might stand."""
        whole = np.zeros(len(self.part))
        whole[: self.tables.size] = objective
        touched = np.unique(self.part[whole != 0])
        return self._solution(whole, touched[touched >= 0])[: self.tables.size]

    def reasons(self, columns: Indices, below: int) -> set[int]:
        """Positions of known totals that hold the sum of ``columns`` in a range below ``below``.

        Those of the tables around it where they suffice, or of all.
        """
        outside = np.zeros(len(self.part), dtype=np.bool_)
        tables = self.tables.around(int(columns[0]))
        outside[: self.tables.size] = ~np.isin(self.tables.table_of, tables)
        rows = np.flatnonzero(abs(self.matrix) @ outside == 0)
        found = self._held(columns, rows, below)
        if found is None:
            found = self._held(columns, np.arange(len(self.values)), np.inf)
        return found or set()

    def _held(self, columns: Indices, rows: Indices, below: float) -> set[int] | None:
        """Known totals among ``rows`` that hold the sum; None when its range is no narrower.

        Those that hold it from above suffice where its largest value is below ``below`` by itself.
        """
        part = self.matrix[rows]
        at = np.union1d(np.unique(part.indices), columns)
        limits = Interval(self.limits.low[at], self.limits.high[at])
        wanted = np.isin(at, columns).astype(np.float64)
        found, width = set[int](), 0.0
        for objective in (-wanted, wanted):
            solution, duals = self._least(objective, part[:, at], self.values[rows], limits)
            found |= set(rows[np.abs(duals) > NOTHING].tolist())
            width -= float(objective @ solution)
            if width < below - NOTHING and np.isfinite(below):
                break
        if width >= below - NOTHING:
            return None
        return {r for r in found if r < len(self.known)}

    def _solution(self, objective: FloatArray, parts: Indices) -> FloatArray:
        """A solution with the least ``objective`` (variables) of the ``parts``; NaN elsewhere."""
        at = np.flatnonzero(np.isin(self.part, parts))
        rows = np.flatnonzero(np.isin(self.row_part, parts))
        found = np.where(self.fixed, self.bounds.low, np.nan)
        if len(at):
            limits = Interval(self.bounds.low[at], self.bounds.high[at])
            matrix = self.matrix[rows][:, at]
            found[at], _ = self._least(objective[at], matrix, self.rest[rows], limits)
        return found

    def _least(
        self, objective: FloatArray, matrix: csr_array, values: FloatArray, limits: Interval
    ) -> tuple[FloatArray, FloatArray]:
        """The solution with the least ``objective``, and the dual of each equation."""
        self.solved += 1
        equations: Any = matrix  # the type stubs of scipy know dense matrices alone
        bounds: Any = np.stack(limits, axis=1)
        found = linprog(objective, A_eq=equations, b_eq=values, bounds=bounds, method="highs")
        if found.x is None:
            raise contradiction()
        return found.x, np.asarray(found.eqlin.marginals)

    def _parts(self) -> tuple[Indices, Indices]:
        """The part of each equation and of each variable; -1 for those that are put in."""
        rows, columns = self.matrix.shape
        a = self.matrix.tocoo()
        free = ~self.fixed[a.col]
        ends = (a.row[free], rows + a.col[free])
        size = rows + columns
        graph = coo_array((np.ones(len(ends[0])), ends), shape=(size, size))
        label: Indices = connected_components(graph, directed=False)[1].astype(np.intp)
        return label[:rows], np.where(self.fixed, -1, label[rows:])


def _propagated(matrix: csr_array, values: FloatArray, limits: Interval) -> Interval:
    """Outer ranges from each equation by itself, repeated until they settle."""
    a = matrix.tocoo()
    row, column, up = a.row, a.col, a.data > 0
    low, high = limits.low.copy(), limits.high.copy()
    for _ in range(ROUNDS):
        least = np.where(up, low[column], -high[column])
        most = np.where(up, high[column], -low[column])
        sums = [np.bincount(row, part, minlength=len(values)) for part in (least, most)]
        new_most = values[row] - (sums[0][row] - least)
        new_least = values[row] - (sums[1][row] - most)
        before = low.sum(), high.sum()
        np.maximum.at(low, column, np.where(up, new_least, -new_most))
        np.minimum.at(high, column, np.where(up, new_most, -new_least))
        if (low > high + 0.5).any():
            raise contradiction()
        if np.allclose(before, (low.sum(), high.sum()), atol=0.5, rtol=0):
            break
    return Interval(low, high)


def contradiction() -> ProtectedError:
    """The error of counts that cannot all be true."""
    return ProtectedError(
        "the counts contradict those of reports already published (applications of that "
        "period were changed or erased): audit a period that no earlier report overlaps"
    )


def _with_errors(tables: Tables, known: Sequence[Total], rounded: Indices) -> csr_array:
    """Equations of the totals and the ties; the ``rounded`` totals less an error of their own."""
    own, ties = tables.rows(known), tables.ties
    both = csr_array(vstack([own, ties])) if ties.shape[0] else own
    shape = (both.shape[0], len(rounded))
    errors = csr_array((np.full(len(rounded), -1.0), (rounded, np.arange(len(rounded)))), shape)
    return csr_array(hstack([both, errors]))
