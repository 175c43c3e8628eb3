"""The risk team's first page: the portfolio at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import Response

from api.outcomes_replies import AtRiskShown, EstimateShown, GroupShown
from api.portfolio import Concentration, Loans, Month, Portfolio, newest
from api.web.charts import LineChart, Mark, Series, line_chart
from api.web.charts_bars import Bar, BarChart, StackedChart, bar_chart, stacked_chart
from api.web.translations import Words, mark, words_of
from api.web.visiting import PageRoute, Visit, opened_to
from api.web.writing import Writing
from data.store import Store

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/risk")
Overseer = Annotated[Visit, opened_to("oversight:read")]

TABS = (
    ("/risk", mark("Portfolio")),
    ("/risk/audits", mark("Fairness audits")),
    ("/risk/overrides", mark("Overrides")),
    ("/risk/policy", mark("Cut-offs")),
    ("/risk/feedback", mark("Complaints and appeals")),
    ("/risk/impact", mark("Before and now")),
)
MOST_SHARES = 10
"""Branches or categories that a chart names."""
RECENT = 12
"""Months that approvals are counted for in a picture."""


async def summed_up(visit: Visit) -> tuple[Portfolio | None, datetime | None]:
    """The newest portfolio and when it was made, or two times None. Raises StoreError."""

    def look(store: Store) -> tuple[Portfolio, datetime] | None:
        with store.read() as connection:
            return newest(connection)

    found: tuple[Portfolio, datetime] | None = await visit.ask(look)
    return found or (None, None)


def page(visit: Visit, template: str, status: int = 200, **context: Any) -> Response:
    """A page of the risk team, with the way to the others."""
    return visit.page(f"risk/{template}", status, tabs=TABS, **context)


@router.get("")
async def overview(visit: Overseer) -> Response:
    """Approvals, bad rates, arrears, expected loss and concentration."""
    found, made_at = await summed_up(visit)
    drawn = None if found is None else Drawn.of(found, visit.writing, words_of(visit.language))
    return page(visit, "portfolio.html", portfolio=found, made_at=made_at, drawn=drawn)


@dataclass(frozen=True)
class Drawn:
    """The pictures of the portfolio; None where there is nothing to draw."""

    rate: LineChart | None
    counts: StackedChart | None
    bands: BarChart | None
    vintages: LineChart | None
    arrears: LineChart | None
    spreads: tuple[tuple[Concentration, BarChart | None], ...]

    @classmethod
    def of(cls, made: Portfolio, writing: Writing, words: Words) -> Drawn:
        """The pictures of ``made``."""
        return cls(
            rate=_rate(made.months, writing, words),
            counts=_counts(made.months[-RECENT:], writing, words),
            bands=None if made.loans is None else _bands(made.loans.by_band, writing),
            vintages=None if made.loans is None else _vintages(made.loans, writing, words),
            arrears=None if made.loans is None else _arrears(made.loans.at_risk, writing, words),
            spreads=tuple((c, _spread(c, writing, words)) for c in made.concentration),
        )


def marked(at: int, estimate: EstimateShown) -> Mark | None:
    """The mark of an estimate; None where it is not defined."""
    if estimate.value is None:
        return None
    return Mark(at, estimate.value, estimate.low, estimate.high)


def _marks(estimates: list[EstimateShown]) -> list[Mark]:
    return [m for i, e in enumerate(estimates) if (m := marked(i, e)) is not None]


def _rate(months: list[Month], writing: Writing, words: Words) -> LineChart | None:
    names = [writing.month(m.month) for m in months]
    series = Series(words.gettext(mark("Approved")), _marks([m.rate for m in months]))
    return line_chart(names, [series], writing.percent, from_zero=False)


def _counts(months: list[Month], writing: Writing, words: Words) -> StackedChart | None:
    parts = [words.gettext(t) for t in (mark("Approved"), mark("Declined"), mark("Not decided"))]
    rows = [(writing.month(m.month), (m.approved, m.declined, m.waiting)) for m in months]
    return stacked_chart(rows, parts, lambda n: writing.number(n, 0))


def _bands(groups: list[GroupShown], writing: Writing) -> BarChart | None:
    bars = [
        Bar(
            label=group.name,
            value=group.share.value,
            low=group.share.low,
            high=group.share.high,
            expected=group.expected / group.loans if group.loans else None,
            note=writing.number(group.loans, 0),
        )
        for group in groups
    ]
    return bar_chart(bars, lambda v: writing.percent(v, 1))


def _vintages(loans: Loans, writing: Writing, words: Words) -> LineChart | None:
    groups = loans.by_vintage[-24:]
    names = [writing.month(datetime.fromisoformat(group.name)) for group in groups]
    expected = [Mark(i, g.expected / g.loans) for i, g in enumerate(groups) if g.loans]
    series = [
        Series(words.gettext(mark("Observed")), _marks([g.share for g in groups]), joined=False),
        Series(words.gettext(mark("Expected by the model")), expected),
    ]
    return line_chart(names, series, lambda v: writing.percent(v, 1))


def _arrears(months: list[AtRiskShown], writing: Writing, words: Words) -> LineChart | None:
    names = [writing.month(m.day) for m in months]
    series = [
        Series("PAR30", _marks([m.par30 for m in months])),
        Series("PAR90", _marks([m.par90 for m in months])),
        Series(words.gettext(mark("Rescheduled")), _marks([m.rescheduled for m in months])),
    ]
    return line_chart(names, series, lambda v: writing.percent(v, 1))


def _spread(spread: Concentration, writing: Writing, words: Words) -> BarChart | None:
    shares, rest = spread.shares[:MOST_SHARES], spread.shares[MOST_SHARES:]
    bars = [
        Bar(
            label=_name(spread.by, share.name, words),
            value=share.share,
            note=writing.money(round(share.expected_loss)),
        )
        for share in shares
    ]
    if rest:
        label = words.gettext(mark("All others"))
        lost = writing.money(round(sum(share.expected_loss for share in rest)))
        bars.append(Bar(label=label, value=sum(share.share for share in rest), note=lost))
    return bar_chart(bars, lambda v: writing.percent(v, 1))


def _name(by: str, name: str | None, words: Words) -> str:
    if name is None:
        return words.gettext(mark("Not known"))
    return name if by == "branch" else words.named("category", name)
