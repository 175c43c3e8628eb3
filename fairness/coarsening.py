"""The search for forms of counts in which no small one can be found out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array, vstack

from fairness.cells import Indices, Tables
from fairness.disclosure import NOTHING, Reader
from fairness.groups import BoolArray
from fairness.published import Total
from scoring.vector import FloatArray

IDLE = 6
"""Solutions in a row that show nothing new, after which counts are looked at one by one."""
MET_AGAIN = 2
"""Betrayed counts of the same attributes that a coarser one may save already, after which that is
found out first."""
SEED = 19_790_101
WITHHELD = -1

Errors = NDArray[np.int64]


class UndecidedError(Exception):
    """More programs would be needed than are allowed."""


@dataclass(frozen=True)
class Forms:
    """The forms of a count, ever coarser: exact, rounded, rounded more, withheld.

    ``errors`` are those of the forms but the last, ``fewest`` the count that is kept secret below.
    """

    errors: tuple[int, ...]
    fewest: int
    counts: Errors

    @classmethod
    def of(cls, totals: Sequence[Total], fewest: int) -> Forms:
        """Rounded to ``fewest`` (its half is the error), then to five times that."""
        least = -(-fewest // 2)
        return cls((0, least, 5 * least), fewest, np.array([t.count for t in totals]))

    @property
    def last(self) -> int:
        """Withheld."""
        return len(self.errors)

    def within(self, form: Errors) -> Errors:
        """Error of each total in its form; WITHHELD without one."""
        return np.append(self.errors, WITHHELD)[form]

    def coarser(self, form: Errors, at: list[int]) -> Errors:
        """The next form of the totals ``at``; a count is rounded to no step above itself."""
        new = form.copy()
        new[at] += 1
        steps = 2 * np.append(self.errors, 0)[new]
        new[self.counts < steps] = self.last
        return new


class Search:
    """Makes counts coarser until no small one can be found out.

    ``before``: what is public already; ``totals``: what would be published; ``form``: in which
    form at best; ``most``: programs that may be solved.
    """

    def __init__(
        self,
        tables: Tables,
        before: Sequence[Total],
        totals: Sequence[Total],
        forms: Forms,
        form: Errors,
        most: int,
    ) -> None:
        self.tables, self.before, self.totals = tables, list(before), totals
        self.forms, self.fewest, self.form, self.left = forms, forms.fewest, form, most
        self.targets: list[Indices] = [np.array([i]) for i in range(tables.size)]
        sums = [t for t in totals if len(tables.columns(t)) > 1]
        self.targets += [tables.columns(t) for t in sums]
        cells = csr_array(eye_array(tables.size))
        self.sums = csr_array(vstack([cells, tables.rows(sums)])) if sums else cells
        self.known_before = Reader(tables, self.before).fixed[: tables.size]
        self.shown: list[int] = []
        self.low = np.full(len(self.targets), np.inf)
        self.high = np.full(len(self.targets), -np.inf)
        self.already: set[int] = set()
        self.fine: set[int] = set()
        self.betrayed: set[int] = set()

    def run(self) -> Errors:
        """The form of each total.

        Raises ProtectedError when the counts contradict those before, UndecidedError.
        """
        self._reader().check()
        while True:
            reader = self._reader()
            self._probe(reader)
            if self._coarsened(reader):
                continue
            if not self.fine:
                return self._given_back(reader)
            self.fine.clear()  # they were safe with less withheld: look at them once more
            if not self._coarsened(reader):
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
            self._seen(reader.solve(objective))
            before, left = len(left), self._open(reader)
            idle = idle + 1 if len(left) > 0.98 * before else 0
        self._spent(reader)

    def _seen(self, solution: FloatArray) -> None:
        sums = np.asarray(self.sums @ solution)
        self.low, self.high = np.fmin(self.low, sums), np.fmax(self.high, sums)

    def _spent(self, reader: Reader) -> None:
        self.left -= reader.solved
        reader.solved = 0
        if self.left < 0:
            raise UndecidedError

    def _coarsened(self, reader: Reader) -> bool:
        """Coarsen one count for each small one that can be found out; False when there is none."""
        chosen, met = set[int](), Counter[frozenset[str]]()
        for i in sorted(self._open(reader), key=lambda i: i not in self.betrayed):
            attributes = self.tables.attributes(int(self.targets[i][0]))
            if self.high[i] - self.low[i] >= self.fewest or met[attributes] > MET_AGAIN:
                continue
            if i in self.already or i in self.fine:
                continue
            self._spent(reader)
            if not self._found_out(reader, i):
                self.betrayed.discard(i)
                self.fine.add(i)
                continue
            reasons = self._reasons(reader, i)
            if not reasons:
                self.already.add(i)
                continue
            self.betrayed.add(i)
            met[attributes] += bool(chosen & reasons)
            if not chosen & reasons:
                chosen.add(min(sorted(reasons), key=self._worth))
        self.form = self.forms.coarser(self.form, sorted(chosen))
        return bool(chosen)

    def _open(self, reader: Reader) -> list[int]:
        """Targets that neither wide ranges nor simple bounds have shown to be safe yet."""
        cells = slice(None, self.tables.size)
        low = np.asarray(self.sums @ reader.bounds.low[cells])
        safe = (self.high - self.low >= self.fewest) | (low >= self.fewest - 0.5)
        nobody = self.tables.people @ reader.bounds.high[cells] < 0.5
        safe[cells] |= nobody
        safe |= (self.sums @ self._affected(reader)) == 0
        return [int(i) for i in np.flatnonzero(~safe).tolist()]

    def _affected(self, reader: Reader) -> BoolArray:
        """Cells of which more may be known than before: of parts in which anything is new."""
        size = self.tables.size
        new = reader.fixed[:size] & ~self.known_before
        rows = np.zeros(len(reader.values), dtype=np.bool_)
        rows[len(self.before) : len(reader.known)] = True
        rows |= abs(reader.matrix[:, :size]) @ new > 0
        parts = np.unique(reader.row_part[rows])
        return new | np.isin(reader.part[:size], parts)

    def _found_out(self, reader: Reader, i: int) -> bool:
        """Whether a reader knows the count of target ``i`` better than may be."""
        columns = self.targets[i]
        low, (least, most) = 0.0, (ends[columns].sum() for ends in reader.bounds)
        if least > 0.5 and most < self.fewest - NOTHING:
            return True
        if most >= self.fewest:
            low, solution = reader.extreme(columns, 1)
            self._seen(solution)
        if low >= self.fewest - NOTHING:
            return False
        high, solution = reader.extreme(columns, -1)
        self._seen(solution)
        if high - low >= self.fewest - NOTHING:
            return False
        return high > 0.5 or not self._nobody(reader, columns)

    def _nobody(self, reader: Reader, columns: Indices) -> bool:
        """Whether the people among whom the count is are known to be none."""
        people: Indices = np.unique(self.tables.people[columns].indices).astype(np.intp)
        return reader.extreme(people, -1)[0] < 0.5

    def _reasons(self, reader: Reader, i: int) -> set[int]:
        """Totals of this report that betray target ``i``."""
        first = len(self.before)
        found = reader.reasons(self.targets[i], self.fewest)
        return {self.shown[r - first] for r in found if r >= first}

    def _worth(self, i: int) -> tuple[int, int]:
        return -len(self.totals[i].where), self.totals[i].count

    def _given_back(self, reader: Reader) -> Errors:
        """Publish exactly what follows from the published anyway."""
        for i in np.flatnonzero(self.form > 0).tolist():
            follows = reader.fixed[self.tables.columns(self.totals[i])].all()
            if follows and self.totals[i].count >= self.fewest:
                self.form[i] = 0
        return self.form
