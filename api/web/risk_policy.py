"""Trying cut-offs: whom they decline, loss and profit, and what audits say of the groups there."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.portfolio import CutOffs, Portfolio
from api.portfolio_policy import (
    GroupMoved,
    Trial,
    edge,
    groups_moved,
    moved,
    trial,
    tried,
)
from api.reports.page import Page
from api.web.charts import LineChart, Mark, Series, line_chart
from api.web.risk import Overseer, page, summed_up
from api.web.risk_audits import record_of
from api.web.translations import Words, mark, words_of
from api.web.visiting import PageRoute, Visit
from api.web.writing import Writing
from data.store import Store
from data.store.audits import AuditEntry, audits_of

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/risk/policy")
LOWEST, HIGHEST = 0.005, 0.995


@router.get("")
async def policy(visit: Overseer, cut_off: str = "") -> Response:
    """Move the cut-off (``cut_off``, in percent) and see what would change; nothing is kept."""
    found, made_at = await summed_up(visit)
    made = None if found is None else found.cut_offs
    if found is None or made is None or not made.applications:
        return page(visit, "policy.html", made_at=made_at, found=found, made=None)
    wish = visit.writing.read_number(cut_off) if cut_off else 100 * made.decline_from
    wrong = wish is None or not LOWEST <= wish / 100 <= HIGHEST
    then = made.decline_from if wrong or wish is None else edge(made, wish / 100)
    told = await _told(visit, found, made, then)
    typed = cut_off or visit.writing.number(100 * made.decline_from, 1)
    return page(
        visit,
        "policy.html",
        422 if wrong else 200,
        made_at=made_at,
        found=found,
        made=made,
        typed=typed,
        wrong=wrong,
        **told,
    )


async def _told(visit: Visit, found: Portfolio, made: CutOffs, then: float) -> dict[str, Any]:
    """What the page says of the cut-off in force, and of ``then`` in its place."""
    now, writing, words = made.decline_from, visit.writing, words_of(visit.language)
    before, after = trial(made, now), trial(made, then)
    groups, audit, report = await _groups(visit, found.basis.model, before, after)
    curve = tried(made)
    best = max(curve, key=lambda t: t.profit)
    return {
        "before": before,
        "after": after,
        "change": moved(made, now, then),
        "best": best,
        "money": _money(curve, writing, words),
        "not_declined": _not_declined(curve, writing, words),
        "groups": groups,
        "audit": audit,
        "report": report,
    }


def _money(curve: list[Trial], writing: Writing, words: Words) -> LineChart | None:
    series = [
        Series(words.gettext(mark("Expected profit")), _marks([t.profit for t in curve])),
        Series(words.gettext(mark("Expected loss")), _marks([t.loss for t in curve])),
    ]
    return line_chart(_names(curve, writing), series, writing.compact)


def _not_declined(curve: list[Trial], writing: Writing, words: Words) -> LineChart | None:
    series = Series(words.gettext(mark("Not declined")), _marks([t.share for t in curve]))
    return line_chart(_names(curve, writing), [series], writing.percent)


def _names(curve: list[Trial], writing: Writing) -> list[str]:
    return [writing.percent(t.cut_off) for t in curve]


def _marks(values: list[float]) -> list[Mark]:
    return [Mark(i, value) for i, value in enumerate(values)]


async def _groups(
    visit: Visit, model: str, before: Trial, after: Trial
) -> tuple[list[GroupMoved], AuditEntry | None, Page | None]:
    """Groups at both approved shares, from the newest audit of the model that can be read."""

    def look(store: Store) -> AuditEntry | None:
        return next(iter(audits_of(store, model, limit=1)), None)

    entry: AuditEntry | None = await visit.ask(look)
    record = None if entry is None else await asyncio.to_thread(record_of, entry)
    if record is None:
        return [], entry, None
    report = Page(record, visit.language)
    return groups_moved(record.curves, before.share, after.share), entry, report
