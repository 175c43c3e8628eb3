"""Following the links of the chain, and saying what happened where they break."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import Literal, NamedTuple

from data.store.chain import START, link

What = Literal[
    "changed", "deleted", "inserted", "reordered", "erased", "unreadable", "rewritten", "truncated"
]
_SHIFTS = (1, -1, 2, -2, 3, -3)
_MOST_MOVED = 40


class Fault(NamedTuple):
    """Something that others did: to which row (decision id or reference), and how it shows.

    Position 0: the row belongs to no position of the chain.
    """

    position: int
    ref: str | None
    what: What
    detail: str


class Link(NamedTuple):
    """A row of the chain as far as its link goes; ``at`` is text (see ``chain.moment``)."""

    position: int
    kind: str
    at: str
    ref: str
    digest: bytes
    link: bytes

    def follows(self, before: bytes, position: int) -> bool:
        """Whether it was written at ``position`` after the row with the link ``before``."""
        return link(before, position, self.kind, self.at, self.ref, self.digest) == self.link


@dataclass
class Follower:
    """Follows links in order of position; after a break it goes on from the stored link.

    ``shift`` is how far rows stand behind the position that they were written at: somebody who
    puts a row in or takes one out may renumber all that follow.
    """

    faults: list[Fault] = field(default_factory=list)
    position: int = 0
    shift: int = 0
    before: bytes = START
    _previous: Link | None = None
    _before_previous: bytes = START
    _suspect: Link | None = None
    _broken: list[tuple[Link, bytes]] = field(default_factory=list)

    def take(self, row: Link) -> None:
        """Look at the next row."""
        self._settle(row)
        if row.position > self.position + 1:
            self._gap(row.position)
        elif not row.follows(self.before, row.position - self.shift):
            self._explain(row)
        self._before_previous, self.before = self.before, row.link
        self._previous, self.position = row, row.position

    def finish(self) -> list[Fault]:
        """All faults, those of links that stayed unexplained included."""
        rows = self._broken[:_MOST_MOVED]
        links = {START, *(row.link for row, _ in rows), *(before for _, before in rows)}
        places = sorted({row.position for row, _ in rows})
        for row, _ in rows:
            found = (q for before, q in product(links, places) if row.follows(before, q))
            self._say_moved(row, next(found, None))
        for row, _ in self._broken[_MOST_MOVED:]:
            self._say_moved(row, None)
        return sorted(self.faults, key=lambda fault: (fault.position, fault.ref or ""))

    def _gap(self, position: int) -> None:
        first, last = self.position + 1, position - 1
        gone = f"row {first} is" if first == last else f"rows {first} to {last} are"
        self.faults.append(Fault(first, None, "deleted", f"{gone} gone from the chain"))

    def _explain(self, row: Link) -> None:
        for shift in (self.shift + s for s in _SHIFTS):
            if row.follows(self.before, row.position - shift):
                self._renumbered(shift)
                return
        previous = self._previous
        if previous and row.follows(self._before_previous, row.position - self.shift - 1):
            self._suspect = previous
        self._broken.append((row, self.before))

    def _settle(self, row: Link) -> None:
        """Whether the row before the last was put in: ``row`` tells, the last could have moved."""
        forged, last = self._suspect, self._previous
        self._suspect = None
        if forged and last and row.follows(last.link, row.position - self.shift - 1):
            self._forget(forged)
            self._forget(last)
            detail = "a row was put in, and those behind it were renumbered"
            self.faults.append(Fault(forged.position, forged.ref, "inserted", detail))
            self.shift += 1

    def _renumbered(self, shift: int) -> None:
        previous = self._previous
        gone = self.shift - shift
        if previous is None or gone < 0:
            what: What = "inserted"
            detail = "rows were put in before this one, and those behind were renumbered"
        else:
            what = "deleted"
            detail = f"before this row {gone} were taken out, and those behind were renumbered"
        if previous is not None:
            self._forget(previous)
            self.faults.append(Fault(previous.position, previous.ref, what, detail))
        else:
            self.faults.append(Fault(self.position + 1, None, what, detail))
        self.shift = shift

    def _forget(self, row: Link) -> None:
        self._broken = [b for b in self._broken if b[0] is not row]

    def _say_moved(self, row: Link, written_at: int | None) -> None:
        if written_at == row.position:
            return  # in its place: what stood before it is what was moved
        if written_at is None:
            detail = "it does not follow from the row before: one of the two was changed"
            self.faults.append(Fault(row.position, row.ref, "changed", detail))
        else:
            detail = f"it was written at position {written_at}"
            self.faults.append(Fault(row.position, row.ref, "reordered", detail))
