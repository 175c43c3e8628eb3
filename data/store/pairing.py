"""Two streams of rows that should be the same, and what was done to one of them."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from data.store.links import Fault

Name = tuple[str, str]
Places = dict[Name, deque[int]]


class Seen(NamedTuple):
    """A row: ``at`` is the position of its event, or its number in the table."""

    at: int
    ref: str
    digest: str

    @property
    def name(self) -> Name:
        """What makes it the row that it is."""
        return self.ref, self.digest


@dataclass
class Pairing:
    """Pairs what events vouch for with what a table holds; keeps only what has no partner yet."""

    missing: Places = field(default_factory=dict)
    extra: Places = field(default_factory=dict)
    late: list[tuple[int, int, str]] = field(default_factory=list)
    """Pairs that met out of step: position of the event, number of the row, reference."""

    def take(self, written: Seen | None, here: Seen | None) -> None:
        """The next row of each stream; None when it has ended."""
        if written and here and written.name == here.name:
            return
        if written and (number := _partner(written, self.extra, self.missing)) is not None:
            self.late.append((written.at, number, written.ref))
        if here and (position := _partner(here, self.missing, self.extra)) is not None:
            self.late.append((position, here.at, here.ref))

    def faults(self, table: str, *, ordered: bool) -> list[Fault]:
        """What is wrong. A row in no event has no position: 0."""
        found: list[Fault] = []
        extra: dict[str, int] = defaultdict(int)
        for (ref, _), places in self.extra.items():
            extra[ref] += len(places)
        for (ref, _), places in self.missing.items():
            for position in places:
                if extra[ref]:
                    extra[ref] -= 1
                    detail = f"a row of {table} is not as it was written"
                    found.append(Fault(position, ref, "changed", detail))
                else:
                    gone = f"a row of {table} is gone"
                    found.append(Fault(position, ref, "deleted", gone))
        forged = f"a row of {table} stands in no event"
        found += [Fault(0, ref, "inserted", forged) for ref, n in extra.items() for _ in range(n)]
        return found + (self._reordered(table) if ordered else [])

    def _reordered(self, table: str) -> list[Fault]:
        late = sorted(self.late)
        kept = _longest_rising([number for _, number, _ in late])
        moved = f"a row of {table} has changed places with others"
        return [
            Fault(position, ref, "reordered", moved)
            for i, (position, _, ref) in enumerate(late)
            if i not in kept
        ]


def _partner(row: Seen, others: Places, own: Places) -> int | None:
    """Where the row's partner stands, which has waited for it; else the row waits itself."""
    waiting = others.get(row.name)
    if waiting is None:
        own.setdefault(row.name, deque()).append(row.at)
        return None
    at = waiting.popleft()
    if not waiting:
        del others[row.name]
    return at


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """Indices of a longest rising run of ``numbers`` (patience sorting): what was left in place."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for i, number in enumerate(numbers):
        at = bisect_left(tops, number)
        before.append(ends[at - 1] if at else None)
        if at == len(tops):
            tops.append(number)
            ends.append(i)
        else:
            tops[at], ends[at] = number, i
    kept: set[int] = set()
    at_end = ends[-1] if ends else None
    while at_end is not None:
        kept.add(at_end)
        at_end = before[at_end]
    return kept
