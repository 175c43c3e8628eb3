"""Which counts of a report may be published.

No count under FEWEST people, and none that a reader could find out from this report together with
all that were published before. A reader finds out a small count when the range that is left to it
(``disclosure.Reader``) starts below FEWEST and is narrower than FEWEST. That nobody belongs to a
group is no secret; that nobody of a group was approved is one.

A count that would betray another is first rounded, then rounded more, then withheld. What an audit
says of a group is computed from the counts in that form, so that no rate, ratio or interval tells
more than they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairness.disclosure import NOTHING, Indices, Reader, Tables
from fairness.groups import BoolArray
from fairness.published import Dimension, Register, Total
from scoring.vector import FloatArray

FEWEST = 10
IDLE = 6
"""Solutions in a row that show nothing new, after which counts are looked at one by one."""
MET_AGAIN = 2
"""Betrayed counts that a withheld one may save already, after which that is found out first."""
SEED = 19_790_101


WITHHELD = -1

Errors = NDArray[np.int64]


@dataclass(frozen=True)
class Suppressed:
    """What n counts are known to within: 0 exactly, WITHHELD not at all.

    ``shown`` (n): the counts in that form, None where withheld; ``register``: what is public then.
    """

    within: Errors
    shown: tuple[Total | None, ...]
    register: Register

    @property
    def published(self) -> BoolArray:
        """Which counts are published exactly (n)."""
        return np.equal(self.within, 0)


def suppress(
    register: Register,
    dimensions: Sequence[Dimension],
    totals: Sequence[Total],
    *,
    fewest: int = FEWEST,
    rounded: bool = False,
) -> Suppressed:
    """Decide in which form each of ``totals``, all of one report, may be published.

    Where a count below ``fewest`` could be found out, of the published counts that betray it the
    finest and smallest is made coarser, until none can be. ``rounded``: none is published
    exactly. Raises ProtectedError when a grouping has changed or the counts contradict those
    already published.
    """
    whole = register.joined(dimensions, totals)
    start, end = min(t.start for t in totals), max(t.end for t in totals)
    before = register.linked(start, end).totals
    outcomes = {d.name for d in whole.dimensions if d.outcome}
    small = [
        t.count < fewest and (t.count > 0 or bool(outcomes & {name for name, _ in t.where}))
        for t in totals
    ]
    tables = Tables(whole.dimensions, [*before, *totals])
    search = _Search(tables, before, totals, _Forms.of(totals, fewest))
    search.form[:] = np.where(small, len(search.forms.errors), int(rounded))
    within = search.forms.within(search.run())
    shown = tuple(
        None if w == WITHHELD else t.rounded(int(w)) for t, w in zip(totals, within, strict=True)
    )
    public = register.joined(dimensions, [t for t in shown if t is not None])
    return Suppressed(within, shown, public)


@dataclass(frozen=True)
class _Forms:
    """The forms of a count, ever coarser: exact, rounded, rounded more, withheld.

    ``errors`` are those of the forms but the last, ``fewest`` the count that is kept secret below.
    """

    errors: tuple[int, ...]
    fewest: int
    counts: Errors

    @classmethod
    def of(cls, totals: Sequence[Total], fewest: int) -> _Forms:
        least = -(-fewest // 2)
        return cls((0, least, 5 * least), fewest, np.array([t.count for t in totals]))

    def within(self, form: Errors) -> Errors:
        """Error of each total in its form; WITHHELD without one."""
        return np.append(self.errors, WITHHELD)[form]

    def coarser(self, form: Errors, at: list[int]) -> Errors:
        """The next form of the totals ``at``; a count is rounded to no step above itself."""
        new = form.copy()
        new[at] += 1
        steps = 2 * np.append(self.errors, 0)[new]
        new[self.counts < steps] = len(self.errors)
        return new


class _Search:
    """Makes counts coarser until no small one can be found out."""

    def __init__(
        self, tables: Tables, before: Sequence[Total], totals: Sequence[Total], forms: _Forms
    ) -> None:
        self.tables, self.before, self.totals = tables, list(before), totals
        self.forms, self.fewest = forms, forms.fewest
        self.form = np.zeros(len(totals), dtype=np.int64)
        self.targets: list[Indices] = [np.array([i]) for i in range(tables.size)]
        self.target_of = [self._target(tables.columns(t)) for t in totals]
        self.shown: list[int] = []
        self.low = np.full(len(self.targets), np.inf)
        self.high = np.full(len(self.targets), -np.inf)
        self.already: set[int] = set()
        self.fine: set[int] = set()
        self.betrayed: set[int] = set()

    def _target(self, columns: Indices) -> int:
        """The position of what a total counts among the targets: its own cell, or a new one."""
        if len(columns) == 1:
            return int(columns[0])
        self.targets.append(columns)
        return len(self.targets) - 1

    def run(self) -> Errors:
        """The form of each total."""
        while True:
            reader = self._reader()
            self._probe(reader)
            if self._withhold(reader):
                continue
            if not self.fine:
                return self._given_back(reader)
            self.fine.clear()  # they were safe with less withheld: look at them once more
            if not self._withhold(reader):
                return self._given_back(reader)

    def _reader(self) -> Reader:
        within = self.forms.within(self.form)
        self.shown = np.flatnonzero(within != WITHHELD).tolist()
        shown = [self.totals[i].rounded(int(within[i])) for i in self.shown]
        return Reader(self.tables, [*self.before, *shown])

    def _probe(self, reader: Reader) -> None:
        """Far apart solutions show at once that most counts stay open."""
        rng = np.random.default_rng(SEED)
        idle, left = 0, self._open(reader)
        while left and idle < IDLE:
            objective = np.zeros(self.tables.size)
            for i in left:
                objective[self.targets[i]] += rng.choice([-1.0, 0.0, 1.0])
            self._seen(reader.solve(objective)[1])
            before, left = len(left), self._open(reader)
            idle = idle + 1 if len(left) > 0.98 * before else 0

    def _seen(self, solution: FloatArray) -> None:
        sums = np.concatenate(
            [solution, [solution[c].sum() for c in self.targets[self.tables.size :]]]
        )
        self.low, self.high = np.minimum(self.low, sums), np.maximum(self.high, sums)

    def _withhold(self, reader: Reader) -> bool:
        """Coarsen one count for each small one that can be found out; False when there is none."""
        withheld, met = set[int](), 0
        for i in sorted(self._open(reader), key=lambda i: i not in self.betrayed):
            if self.high[i] - self.low[i] >= self.fewest or met > MET_AGAIN:
                continue
            if i in self.already or i in self.fine:
                continue
            reasons = self._reasons(reader, i)
            if reasons is None:
                self.betrayed.discard(i)
                self.fine.add(i)
            elif not reasons:
                self.already.add(i)
            else:
                self.betrayed.add(i)
                met += bool(withheld & set(reasons))
                if not withheld & set(reasons):
                    withheld.add(min(reasons, key=self._worth))
        self.form = self.forms.coarser(self.form, sorted(withheld))
        return bool(withheld)

    def _open(self, reader: Reader) -> list[int]:
        """Targets that neither wide ranges nor simple bounds have shown to be safe yet."""
        safe = self.high - self.low >= self.fewest
        cells = slice(None, self.tables.size)
        safe[cells] |= (reader.bounds.low >= self.fewest - 0.5) | (
            reader.bounds.high[self.tables.people] < 0.5
        )
        return [int(i) for i in np.flatnonzero(~safe).tolist()]

    def _reasons(self, reader: Reader, i: int) -> list[int] | None:
        """Totals of this report that betray target ``i``; None when it is safe."""
        columns = self.targets[i]
        low, solution, holds_low = reader.extreme(columns, 1)
        self._seen(solution)
        if low >= self.fewest - NOTHING:
            return None
        high, solution, holds_high = reader.extreme(columns, -1)
        self._seen(solution)
        if high - low >= self.fewest - NOTHING or (high < 0.5 and self._nobody(reader, columns)):
            return None
        first = len(self.before)
        return [self.shown[r - first] for r in {*holds_low, *holds_high} if r >= first]

    def _nobody(self, reader: Reader, columns: Indices) -> bool:
        """Whether the people among whom the count is are known to be none."""
        people = np.unique(self.tables.people[columns])
        return reader.extreme(people, -1)[0] < 0.5

    def _worth(self, i: int) -> tuple[int, int]:
        return -len(self.totals[i].where), self.totals[i].count

    def _given_back(self, reader: Reader) -> Errors:
        """Publish exactly what follows from the published anyway."""
        for i in np.flatnonzero(self.form > 0).tolist():
            if self.totals[i].count < self.fewest:
                continue
            target = self.target_of[i]
            columns = self.targets[target]
            if self.high[target] - self.low[target] > 0.5:
                continue
            if reader.extreme(columns, -1)[0] - reader.extreme(columns, 1)[0] < 0.5:
                self.form[i] = 0
        return self.form
