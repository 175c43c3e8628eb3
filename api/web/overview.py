"""What the institution steers by: today, the last weeks and the last quarters.

The worker makes the figures (``api/management*.py``); a page only shows the newest ones.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter
from starlette.responses import Response

from api.management_figures import MANAGEMENT, TODAY, Management, Share, Today, Use
from api.replies import Reply
from api.web.cases import THEMES
from api.web.charts import LineChart, Mark, Series, line_chart
from api.web.charts_bars import Bar, BarChart, bar_chart
from api.web.translations import mark, words_of
from api.web.visiting import PageRoute, Visit, opened_to
from data.store import Store
from data.store.summaries import newest_summary

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/overview")
Leader = Annotated[Visit, opened_to("oversight:read")]
Figures = TypeVar("Figures", bound=Reply)

RECOMMENDED = {
    "approve": mark("Approve"),
    "review": mark("Look closer"),
    "decline": mark("Decline"),
    "refer": mark("Decide yourself"),
}


@router.get("")
async def today(visit: Leader) -> Response:
    """Operations: the last 24 hours, and what waits."""
    figures = await _newest(visit, TODAY, Today)
    drawn = _recommended(visit, figures) if figures else None
    return visit.page("overview/today.html", figures=figures, recommended=drawn)


@router.get("/weeks")
async def weeks(visit: Leader) -> Response:
    """Tactics: adoption, satisfaction and anomalies of the last weeks."""
    made = await _newest(visit, MANAGEMENT, Management)
    if made is None:
        return visit.page("overview/weeks.html", figures=None)
    return visit.page(
        "overview/weeks.html",
        figures=made,
        weeks=made.weeks,
        frequency=_frequency(made.weeks.whole),
        adoption=_adoption(visit, made.weeks.by_week),
        themes=_themes(visit, made.weeks.helpfulness.themes),
    )


@router.get("/quarters")
async def quarters(visit: Leader) -> Response:
    """Strategy: return, risk, reach, compliance and time to value."""
    made = await _newest(visit, MANAGEMENT, Management)
    if made is None:
        return visit.page("overview/quarters.html", figures=None)
    return visit.page(
        "overview/quarters.html",
        figures=made,
        money=_money(visit, made),
        at_risk=_at_risk(visit, made),
    )


async def _newest(visit: Visit, kind: str, shape: type[Figures]) -> Figures | None:
    result: bytes | None = await visit.ask(partial(_result, kind=kind))
    return None if result is None else shape.model_validate_json(result)


def _result(store: Store, kind: str) -> bytes | None:
    with store.read() as connection:
        found = newest_summary(connection, kind)
    return found.result if found else None


def _recommended(visit: Visit, figures: Today) -> BarChart | None:
    words, write = words_of(visit.language), visit.writing.number
    return bar_chart(
        [
            Bar(words.gettext(title), float(figures.decisions[name]))
            for name, title in RECOMMENDED.items()
            if name in figures.decisions
        ],
        write,
    )


def _frequency(whole: Use) -> float | None:
    """Decisions of an officer on a day on which there were any."""
    return whole.decisions / whole.days / whole.officers if whole.days and whole.officers else None


def _mark(at: int, share: Share) -> list[Mark]:
    return [Mark(at, share.value, share.low, share.high)] if share.value is not None else []


def _adoption(visit: Visit, by_week: list[Use]) -> LineChart | None:
    words = words_of(visit.language)
    names = [visit.writing.day_of_year(use.name or "") for use in by_week]
    drawn = (
        (mark("Own decision kept"), [use.decided for use in by_week]),
        (mark("Decided otherwise than the model"), [use.overridden for use in by_week]),
    )
    series = [
        Series(words.gettext(title), [m for i, s in enumerate(shares) for m in _mark(i, s)])
        for title, shares in drawn
    ]
    return line_chart(names, series, visit.writing.percent)


def _themes(visit: Visit, themes: dict[str, int]) -> BarChart | None:
    words = words_of(visit.language)
    bars = [Bar(words.gettext(THEMES[t]), float(n)) for t, n in themes.items() if t in THEMES]
    return bar_chart(bars, visit.writing.number)


def _money(visit: Visit, made: Management) -> LineChart | None:
    words, shown = words_of(visit.language), made.quarters
    collected = [
        Mark(i, q.collected.value, q.collected.low, q.collected.high)
        for i, q in enumerate(shown)
        if q.collected.value is not None
    ]
    bad = [m for i, q in enumerate(shown) for m in _mark(i, q.bad)]
    series = [
        Series(words.gettext(mark("Paid of what fell due")), collected),
        Series(words.gettext(mark("Bad loans of those with an outcome")), bad),
    ]
    return line_chart([q.name for q in shown], series, visit.writing.percent)


def _at_risk(visit: Visit, made: Management) -> LineChart | None:
    words = words_of(visit.language)
    marks = [
        Mark(i, month.value, month.low, month.high)
        for i, month in enumerate(made.at_risk)
        if month.value is not None
    ]
    names = [visit.writing.month(month.day) for month in made.at_risk]
    series = [Series(words.gettext(mark("Portfolio at risk, 30 days")), marks)]
    return line_chart(names, series, partial(visit.writing.percent, digits=1))
