"""Which counts of a report may be published.

No count under FEWEST people, and none that a reader could find out from this report together with
all that were published before. A reader finds out a small count when the range that is left to it
(``disclosure.Reader``) starts below FEWEST and is narrower than FEWEST. That nobody belongs to a
group is no secret; that nobody of a group was approved is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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


@dataclass(frozen=True)
class Suppressed:
    """``published`` (n): which of n counts may be shown; ``register``: what is public then."""

    published: BoolArray
    register: Register


def suppress(
    register: Register, dimensions: Sequence[Dimension], totals: Sequence[Total]
) -> Suppressed:
    """Decide which of ``totals``, all of one report, may be published.

    Where a small count could be found out, of the published counts that betray it the finest
    and smallest is withheld too, until none can be. Raises ProtectedError when a grouping has
    changed or the counts contradict those already published.
    """
    whole = register.joined(dimensions, totals)
    start, end = min(t.start for t in totals), max(t.end for t in totals)
    before = register.linked(start, end).totals
    outcomes = {d.name for d in whole.dimensions if d.outcome}
    keep = np.array(
        [
            t.count >= FEWEST or (t.count == 0 and not outcomes & {name for name, _ in t.where})
            for t in totals
        ]
    )
    tables = Tables(whole.dimensions, [*before, *totals])
    search = _Search(tables, before, totals, keep)
    published = search.run()
    shown = [t for t, show in zip(totals, published, strict=True) if show]
    return Suppressed(published, register.joined(dimensions, shown))


class _Search:
    """Withholds counts until no small one can be found out."""

    def __init__(
        self, tables: Tables, before: Sequence[Total], totals: Sequence[Total], keep: BoolArray
    ) -> None:
        self.tables, self.before, self.totals = tables, list(before), totals
        self.keep = keep.copy()
        cells = [np.array([i]) for i in range(tables.size)]
        self.targets: list[Indices] = [*cells, *(tables.columns(t) for t in totals)]
        self.shown: list[int] = []
        self.low = np.full(len(self.targets), np.inf)
        self.high = np.full(len(self.targets), -np.inf)
        self.already: set[int] = set()
        self.betrayed: set[int] = set()

    def run(self) -> BoolArray:
        """Which totals to publish."""
        while True:
            reader = self._reader()
            self._probe(reader)
            if not self._withhold(reader):
                return self._given_back(reader)

    def _reader(self) -> Reader:
        self.shown = np.flatnonzero(self.keep).tolist()
        return Reader(self.tables, [*self.before, *(self.totals[i] for i in self.shown)])

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
        """Withhold one count for each small one that can be found out; False when there is none."""
        withheld, met = set[int](), 0
        for i in sorted(self._open(reader), key=lambda i: i not in self.betrayed):
            if self.high[i] - self.low[i] >= FEWEST or i in self.already or met > MET_AGAIN:
                continue
            reasons = self._reasons(reader, i)
            if reasons is None:
                self.betrayed.discard(i)
            elif not reasons:
                self.already.add(i)
            else:
                self.betrayed.add(i)
                met += bool(withheld & set(reasons))
                if not withheld & set(reasons):
                    withheld.add(min(reasons, key=self._worth))
        self.keep[list(withheld)] = False
        return bool(withheld)

    def _open(self, reader: Reader) -> list[int]:
        """Targets that neither wide ranges nor simple bounds have shown to be safe yet."""
        safe = self.high - self.low >= FEWEST
        cells = slice(None, self.tables.size)
        safe[cells] |= (reader.bounds.low >= FEWEST - 0.5) | (
            reader.bounds.high[self.tables.people] < 0.5
        )
        return [int(i) for i in np.flatnonzero(~safe).tolist()]

    def _reasons(self, reader: Reader, i: int) -> list[int] | None:
        """Totals of this report that betray target ``i``; None when it is safe."""
        columns = self.targets[i]
        low, solution, holds_low = reader.extreme(columns, 1)
        self._seen(solution)
        if low >= FEWEST - NOTHING:
            return None
        high, solution, holds_high = reader.extreme(columns, -1)
        self._seen(solution)
        if high - low >= FEWEST - NOTHING or (high < 0.5 and self._nobody(reader, columns)):
            return None
        first = len(self.before)
        return [self.shown[r - first] for r in {*holds_low, *holds_high} if r >= first]

    def _nobody(self, reader: Reader, columns: Indices) -> bool:
        """Whether the people among whom the count is are known to be none."""
        people = np.unique(self.tables.people[columns])
        return reader.extreme(people, -1)[0] < 0.5

    def _worth(self, i: int) -> tuple[int, int]:
        return -len(self.totals[i].where), self.totals[i].count

    def _given_back(self, reader: Reader) -> BoolArray:
        """Publish also what follows from the published anyway."""
        for i in np.flatnonzero(~self.keep).tolist():
            if self.totals[i].count < FEWEST:
                continue
            columns = self.tables.columns(self.totals[i])
            if self.high[self.tables.size + i] - self.low[self.tables.size + i] > 0.5:
                continue
            if reader.extreme(columns, -1)[0] - reader.extreme(columns, 1)[0] < 0.5:
                self.keep[i] = True
        return self.keep
