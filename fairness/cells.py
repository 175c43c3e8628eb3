"""The cells that published counts are sums of, and how tables of them hang together.

A table has the levels of some attributes, at most one outcome, the periods that it (or a table
that contains it) was published for, and the stretches between any two of their limits. Tables are
tied pair by pair: each agrees with those that it contains. This finds all that follows by
adding and subtracting; ranges that only come from no person being counted less than zero times in
a table of more attributes, or of shorter stretches, that nobody published can be a little narrower.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations, pairwise, product

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairness.published import Asked, Dimension, Total, Where

Indices = NDArray[np.intp]
Scope = tuple[frozenset[str], str | None]
"""Attributes of a table and its outcome."""
Stretch = tuple[int, int]


class Tables:
    """All cells of all tables that ``totals`` speak of, as columns of one linear system.

    ``table_of`` (cells): the position of the table of each cell among ``scopes``.
    """

    def __init__(self, dimensions: Sequence[Dimension], totals: Sequence[Total]) -> None:
        self.dimensions = {d.name: d for d in dimensions}
        told: dict[Scope, set[Stretch]] = {}
        for t in totals:
            told.setdefault(self.scope(t.where), set()).add((t.start, t.end))
        coarser = {d.name: d.refines[0] for d in dimensions if d.refines}
        for (attributes, outcome), periods in list(told.items()):
            if outcome in coarser:
                told.setdefault((attributes, coarser[outcome]), set()).update(periods)
        self.scopes = _closed(set(told))
        self.stretches: dict[Scope, list[Stretch]] = {}
        self.cells: dict[Scope, Indices] = {}
        self.size = 0
        for scope in self.scopes:
            own = [p for other, some in told.items() if _within(scope, other) for p in some]
            self.stretches[scope] = _stretches(own)
            levels = [len(self.dimensions[name].levels) for name in _names(scope)]
            shape = (len(self.stretches[scope]), *levels)
            count = int(np.prod(shape))
            self.cells[scope] = np.arange(self.size, self.size + count).reshape(shape)
            self.size += count
        sizes = [self.cells[scope].size for scope in self.scopes]
        self.table_of: Indices = np.repeat(np.arange(len(self.scopes)), sizes)
        self._columns: dict[Asked, Indices] = {}

    def scope(self, where: Where) -> Scope:
        """Of the table that a total belongs to."""
        names = [name for name, _ in where]
        outcome = [name for name in names if self.dimensions[name].outcome]
        return frozenset(names) - frozenset(outcome), outcome[0] if outcome else None

    def columns(self, t: Total) -> Indices:
        """The cells of its own period that ``t`` is the sum of."""
        if t.asked not in self._columns:
            self._columns[t.asked] = self._found(t)
        return self._columns[t.asked]

    def _found(self, t: Total) -> Indices:
        where = dict(t.where)
        scope = self.scope(t.where)
        picks = [self._during(scope, (t.start, t.end))]
        for name in _names(scope):
            levels = self.dimensions[name].levels
            picks.append([i for i, level in enumerate(levels) if level in where[name]])
        return self.cells[scope][np.ix_(*picks)].ravel()

    def rows(self, totals: Sequence[Total]) -> csr_array:
        """One equation for each of ``totals`` (totals, cells)."""
        nothing = np.array([], dtype=np.intp)
        return _matrix([(self.columns(t), nothing) for t in totals], self.size)

    def attributes(self, cell: int) -> frozenset[str]:
        """Of the table of ``cell``."""
        return self.scopes[int(self.table_of[cell])][0]

    def around(self, cell: int) -> Indices:
        """The tables that the table of ``cell`` contains, with any outcome."""
        attributes = self.attributes(cell)
        return np.array([i for i, (some, _) in enumerate(self.scopes) if some <= attributes])

    @cached_property
    def ties(self) -> csr_array:
        """Equations (= 0) that make each table agree with the tables it contains."""
        rows: list[tuple[Indices, Indices]] = []
        for scope in self.scopes:
            cells = self.cells[scope].reshape(len(self.stretches[scope]), -1)
            for period, sums in zip(self.stretches[scope], cells, strict=True):
                inside = self._inside(scope, period)
                if len(inside) > 1:
                    rows += zip(cells[inside].T, sums[:, None], strict=True)
            for part in self._contained(scope):
                whole, small = self._along(scope, part), self.cells[part]
                for stretch, sums in zip(self.stretches[scope], whole, strict=True):
                    during = small[self._during(part, stretch)]
                    rows += zip(sums, during.reshape(len(during), -1).T, strict=True)
            rows += self._refined(scope)
        return _matrix(rows, self.size)

    def _refined(self, scope: Scope) -> Iterator[tuple[Indices, Indices]]:
        """That each level of a coarser outcome is the sum of those that belong to it."""
        refines = self.dimensions[scope[1]].refines if scope[1] else None
        if refines is None:
            return
        coarse, belongs = (scope[0], refines[0]), np.array(refines[1])
        for stretch, cells in zip(self.stretches[scope], self.cells[scope], strict=True):
            sums = self.cells[coarse][self._during(coarse, stretch)]
            for j, level in enumerate(self.dimensions[refines[0]].levels):
                fine = cells[..., belongs == level].reshape(-1, np.sum(belongs == level))
                yield from zip(fine, sums[..., j].reshape(len(sums), -1).T, strict=True)

    @cached_property
    def people(self) -> csr_array:
        """For each cell (row), those of all outcomes together, or itself (cells, cells)."""
        rows = [(np.array([i]), np.array([], dtype=np.intp)) for i in range(self.size)]
        for scope in self.scopes:
            part = (scope[0], None)
            if scope[1] is None:
                continue
            whole, base = self._along(scope, part), self.cells[part]
            for stretch, cells in zip(self.stretches[scope], whole, strict=True):
                during = base[self._during(part, stretch)]
                for same, people in zip(cells, during.reshape(len(during), -1).T, strict=True):
                    for cell in same:
                        rows[cell] = (people, rows[cell][1])
        return _matrix(rows, self.size)

    def _along(self, scope: Scope, part: Scope) -> Indices:
        """Cells of ``scope`` by stretch and by cell of ``part`` (stretches, cells, the rest)."""
        cells, names = self.cells[scope], _names(scope)
        axes = [0, *(1 + names.index(name) for name in _names(part))]
        rest = [i for i in range(cells.ndim) if i not in axes]
        count = int(np.prod(self.cells[part].shape[1:]))
        return cells.transpose([*axes, *rest]).reshape(len(cells), count, -1)

    def _during(self, scope: Scope, period: Stretch) -> list[int]:
        """The position of ``period`` among the stretches of ``scope``, or those inside it."""
        own = self.stretches[scope]
        return [own.index(period)] if period in own else self._inside(scope, period)

    def _inside(self, scope: Scope, period: Stretch) -> list[int]:
        """Positions of the shortest stretches of ``scope`` inside ``period``."""
        start, end = period
        limits = {limit for stretch in self.stretches[scope] for limit in stretch}
        return [
            i
            for i, (a, b) in enumerate(self.stretches[scope])
            if start <= a and b <= end and not any(a < limit < b for limit in limits)
        ]

    def _contained(self, scope: Scope) -> list[Scope]:
        """The largest tables within ``scope``."""
        inside = [s for s in _parts(scope) if s in self.cells]
        return [s for s in inside if not any(s != o and _within(s, o) for o in inside)]


def _names(scope: Scope) -> list[str]:
    return [*sorted(scope[0]), *([scope[1]] if scope[1] else [])]


def _stretches(periods: Sequence[Stretch]) -> list[Stretch]:
    """The ``periods``, and what is between two limits next to each other, where one covers it."""
    limits = pairwise(sorted({limit for period in periods for limit in period}))
    between = {(a, b) for a, b in limits if any(start <= a and b <= end for start, end in periods)}
    return sorted(between | set(periods))


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


def _parts(scope: Scope) -> Iterator[Scope]:
    """Every scope within ``scope`` but itself."""
    attributes, outcome = scope
    for size in range(len(attributes) + 1):
        for some in combinations(sorted(attributes), size):
            for kept in dict.fromkeys((None, outcome)):
                if (frozenset(some), kept) != scope:
                    yield frozenset(some), kept


def _within(small: Scope, large: Scope) -> bool:
    return small[0] <= large[0] and small[1] in (None, large[1])


def _matrix(rows: Sequence[tuple[Indices, Indices]], size: int) -> csr_array:
    """Rows of ones at some columns and of minus one at others (rows, ``size``)."""
    widths = [len(plus) + len(minus) for plus, minus in rows]
    at = [part for row in rows for part in row]
    signs = [np.full(len(part), 1.0 - 2 * (i % 2)) for i, part in enumerate(at)]
    column, data = np.concatenate([*at, []]), np.concatenate([*signs, []])
    row = np.repeat(np.arange(len(rows)), widths)
    return csr_array((data, (row, column.astype(np.intp))), shape=(len(rows), size))
