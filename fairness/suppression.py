"""Which counts of a report may be published.

No count under FEWEST people, and none that a reader could find out from this report together with
all that were published before. A reader finds out a small count when the range that is left to it
(``disclosure.Reader``) starts below FEWEST and is narrower than FEWEST. That nobody belongs to a
group is no secret; that nobody of a group was approved is one.

A count that would betray another is first rounded, then rounded more, then withheld. What an audit
says of a group is computed from the counts in that form, so that no rate, ratio or interval tells
more than they do.

The time that this takes is bounded. What was decided of a count stands, so that the same report
again costs nothing. Where earlier reports are about some of the same days, counts are rounded from
the start, and those of two attributes at once are withheld if there were such counts before. With
more than PERIODS periods in a chain, and where MOST programs do not decide, nothing is published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairness.cells import Tables
from fairness.coarsening import WITHHELD, Errors, Forms, Search, UndecidedError
from fairness.disclosure import contradiction
from fairness.groups import BoolArray
from fairness.published import Dimension, Register, Total

FEWEST = 10
PERIODS = 3
MOST = 2000


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
    told = register.told()
    new = [t for t in dict.fromkeys(totals) if t.asked not in told]
    decided = _decided(register, whole.dimensions, new, fewest, rounded) if new else []
    known = {**told, **{t.asked: s for t, s in zip(new, decided, strict=True)}}
    shown = tuple(_shown(t, known[t.asked], fewest) for t in totals)
    hidden = [t.asked for t in new if known[t.asked] is None]
    public = register.joined(dimensions, [t for t in decided if t is not None], hidden)
    within = np.array([WITHHELD if t is None else t.within for t in shown])
    return Suppressed(within, shown, public)


def _shown(t: Total, known: Total | None, fewest: int) -> Total | None:
    """What is ``known`` of ``t``; nothing where it is too small."""
    if known is None or 0 < t.count < fewest:
        return None
    if t.rounded(known.within) != known:
        raise contradiction()
    return known


def _decided(
    register: Register,
    dimensions: Sequence[Dimension],
    totals: Sequence[Total],
    fewest: int,
    rounded: bool,
) -> list[Total | None]:
    """Each of ``totals``, of which nothing was said before, in its form; None where withheld."""
    start, end = min(t.start for t in totals), max(t.end for t in totals)
    before = register.linked(start, end).totals
    outcomes = {d.name for d in dimensions if d.outcome}
    forms = Forms.of(totals, fewest)
    form = _at_best(forms, totals, outcomes, register.crossed(start, end), rounded)
    groups = Register((), tuple(t for t in before if _attributes(t, outcomes)))
    periods = {(start, end), *((t.start, t.end) for t in groups.linked(start, end).totals)}
    if len(periods) > PERIODS:
        form[:] = forms.last
    if (form < forms.last).any():
        form = _searched(Tables(dimensions, [*before, *totals]), before, totals, forms, form)
    return [
        None if w == WITHHELD else t.rounded(int(w))
        for t, w in zip(totals, forms.within(form), strict=True)
    ]


def _searched(
    tables: Tables, before: Sequence[Total], totals: Sequence[Total], forms: Forms, form: Errors
) -> Errors:
    try:
        return Search(tables, before, totals, forms, form, MOST).run()
    except UndecidedError:
        return np.full(len(totals), forms.last)


def _at_best(
    forms: Forms,
    totals: Sequence[Total],
    outcomes: set[str],
    crossed: Sequence[Total],
    rounded: bool,
) -> Errors:
    """The finest form of each of ``totals`` that is tried."""
    detailed = any(_attributes(t, outcomes) > 1 for t in crossed)
    form = np.full(len(totals), int(rounded or bool(crossed)))
    for i, t in enumerate(totals):
        attributes = _attributes(t, outcomes)
        secret = t.count > 0 or attributes < len(t.where)
        if (t.count < forms.fewest and secret) or (detailed and attributes > 1):
            form[i] = forms.last
    return form


def _attributes(t: Total, outcomes: set[str]) -> int:
    """How many attributes a total is by."""
    return len({name for name, _ in t.where} - outcomes)
