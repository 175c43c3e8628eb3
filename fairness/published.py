"""What has been published: every count, so that no new report can be subtracted from an old one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from data.errors import ProtectedError

Where = tuple[tuple[str, tuple[str, ...]], ...]
Asked = tuple[int, int, Where]
"""What a total counts: first day, the day after the last one, and where."""


@dataclass(frozen=True)
class Dimension:
    """A fixed grouping: all of its levels, "not stated" among them.

    ``outcome``: the levels are what was decided (approved, declined; or the steps between
    approval rates), not who somebody is. The decisions that were taken are one dimension in all
    reports; those of a model at a fixed approval rate are one of their own for each report.
    ``grows``: levels may join later (branches), because none is ever drawn anew. ``refines``: a
    coarser outcome, and the level of it that each level belongs to.
    """

    name: str
    levels: tuple[str, ...]
    outcome: bool = False
    grows: bool = False
    refines: tuple[str, tuple[str, ...]] | None = None

    def with_levels_of(self, other: Dimension) -> Dimension:
        """Its own levels and then those that ``other`` has in addition."""
        return replace(self, levels=tuple(dict.fromkeys([*self.levels, *other.levels])))

    def plain(self) -> dict[str, Any]:
        """The form that is kept."""
        refines = None if self.refines is None else [self.refines[0], list(self.refines[1])]
        return {**asdict(self), "levels": list(self.levels), "refines": refines}


@dataclass(frozen=True)
class Total:
    """A count of people: who applied from ``start`` until before ``end`` (days) and is ``where``.

    ``where``: dimensions and the levels that count (any of them), both in order. ``within``: the
    true count may be that much higher or lower; 0 when ``count`` is exact.
    """

    start: int
    end: int
    where: Where
    count: int
    within: int = 0

    @property
    def asked(self) -> Asked:
        """What it counts."""
        return self.start, self.end, self.where

    def rounded(self, within: int) -> Total:
        """The count rounded to twice ``within``, so that it is known no better."""
        if within == 0:
            return self
        step = 2 * within
        return replace(self, count=step * ((self.count + within) // step), within=within)

    def plain(self) -> dict[str, Any]:
        """The form that is kept; ``where`` is ``{dimension: [levels]}``."""
        return {**asdict(self), "where": _plain(self.where)}


def total(period: tuple[int, int], count: int, where: Mapping[str, Iterable[str]]) -> Total:
    """A Total with ``where`` in order."""
    ordered = tuple(sorted((name, tuple(sorted(levels))) for name, levels in where.items()))
    return Total(*period, ordered, count)


@dataclass(frozen=True)
class Register:
    """All counts that were published, and the groupings that they were published in.

    ``withheld``: what was asked for and not published. It is withheld ever after, so that the same
    report again is the same.
    """

    dimensions: tuple[Dimension, ...] = ()
    totals: tuple[Total, ...] = ()
    withheld: tuple[Asked, ...] = ()

    def joined(
        self,
        dimensions: Iterable[Dimension],
        totals: Iterable[Total],
        withheld: Iterable[Asked] = (),
    ) -> Register:
        """The register after a report.

        Raises ProtectedError when a grouping has changed, ValueError for a total that names an
        unknown dimension or level, or two outcomes at once.
        """
        known = {d.name: d for d in self.dimensions}
        for d in dimensions:
            old = known.setdefault(d.name, d)
            if old.grows and d.grows:
                known[d.name] = old.with_levels_of(d)
            elif old != d:
                raise ProtectedError(
                    f"the groups of '{d.name}' differ from those of reports already published: "
                    "counts of people could be had by subtraction, so keep the groups or give "
                    "the attribute another name"
                )
        new = tuple(dict.fromkeys([*self.totals, *totals]))
        for t in new:
            _check(t, known)
        hidden = tuple(dict.fromkeys([*self.withheld, *withheld]))
        return Register(tuple(known.values()), new, hidden)

    def told(self) -> dict[Asked, Total | None]:
        """The best that was published of each count; None of what is withheld."""
        best: dict[Asked, Total | None] = dict.fromkeys(self.withheld)
        for t in sorted(self.totals, key=lambda t: -t.within):
            best[t.asked] = t
        return best

    def crossed(self, start: int, end: int) -> list[Total]:
        """Counts of other periods that ``start`` to ``end`` overlaps in part."""
        return [
            t
            for t in self.totals
            if t.start < end and start < t.end and (t.start, t.end) != (start, end)
        ]

    def linked(self, start: int, end: int) -> Register:
        """The part that a report over ``start`` to ``end`` could be subtracted from.

        Periods that overlap it, those that overlap them, and so on.
        """
        while True:
            overlapping = [t for t in self.totals if t.start < end and start < t.end]
            widest = (
                min([start, *(t.start for t in overlapping)]),
                max([end, *(t.end for t in overlapping)]),
            )
            if widest == (start, end):
                return Register(self.dimensions, tuple(overlapping), self.withheld)
            start, end = widest

    def plain(self) -> dict[str, Any]:
        """The form that is kept as JSON."""
        return {
            "dimensions": [d.plain() for d in self.dimensions],
            "totals": [t.plain() for t in self.totals],
            "withheld": [
                {"start": start, "end": end, "where": _plain(where)}
                for start, end, where in self.withheld
            ],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Register:
        """Read ``plain()`` back."""
        dimensions = [_dimension(d) for d in plain["dimensions"]]
        totals = [
            replace(total((t["start"], t["end"]), t["count"], t["where"]), within=t["within"])
            for t in plain["totals"]
        ]
        withheld = [total((t["start"], t["end"]), 0, t["where"]).asked for t in plain["withheld"]]
        return cls().joined(dimensions, totals, withheld)


def _dimension(plain: Mapping[str, Any]) -> Dimension:
    refines = plain["refines"]
    coarser = None if refines is None else (str(refines[0]), tuple(refines[1]))
    told = plain["name"], tuple(plain["levels"]), plain["outcome"], plain["grows"]
    return Dimension(*told, coarser)


def _plain(where: Where) -> dict[str, list[str]]:
    return {name: list(levels) for name, levels in where}


def _check(t: Total, known: Mapping[str, Dimension]) -> None:
    outcomes = 0
    for name, levels in t.where:
        if name not in known or not levels or not set(levels) <= set(known[name].levels):
            raise ValueError(f"a total names an unknown dimension or level of '{name}'")
        outcomes += known[name].outcome
    if outcomes > 1:
        raise ValueError("a total may count one outcome, not two at once")
    if t.start >= t.end:
        raise ValueError("a total needs a period that ends after it starts")
