"""The year with the model against the time before, as the institution's own books tell it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from api.outcomes_replies import EstimateShown
from api.portfolio import Now, Portfolio
from api.portfolio_baseline import NAME, Baseline, read_baseline
from api.web.risk import Overseer, page, summed_up
from api.web.translations import Words, mark, words_of
from api.web.visiting import PageRoute, Visit
from api.web.writing import Writing
from data.errors import ContractError
from fairness.gaps import difference
from scoring.intervals import UNDEFINED, Estimate, wilson

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/risk/impact")
YEAR = 365
EXAMPLE = """\
first_day: 2024-01-01
last_day: 2024-12-31
applications: 9500
loans: 6200
amount_lent: 1240000000
amount_lost: 86000000
matured_loans: 5900
bad_loans: 710
hours_to_decision: 70
"""
"""A file as this page asks for it."""


class Row(NamedTuple):
    """One comparison in words; ``better``: None where that cannot be said."""

    title: str
    before: str
    now: str
    change: str
    better: bool | None


@router.get("")
async def impact(visit: Overseer) -> Response:
    """Default, volume, processing time and money: before, and in the last year."""
    found, made_at = await summed_up(visit)
    baseline, faults = await _baseline(visit)
    learned = None if baseline else await _learned(visit)
    rows = [] if found is None else _rows(found, baseline, learned, visit)
    return page(
        visit,
        "impact.html",
        made_at=made_at,
        found=found,
        baseline=baseline,
        faults=faults,
        learned=learned,
        rows=rows,
        file=NAME,
        example=EXAMPLE,
    )


async def _baseline(visit: Visit) -> tuple[Baseline | None, list[str]]:
    """What the file in the home says, or what is wrong with it."""
    try:
        return await asyncio.to_thread(read_baseline, visit.service.settings.home), []
    except ContractError as error:
        return None, [problem.describe(error.path) for problem in error.problems]


async def _learned(visit: Visit) -> EstimateShown | None:
    """The bad rate of the loans that the model in service was tested on, of the time before it."""
    serving = visit.service.champion.find()
    test: Any = {} if serving is None else serving.scorer.bundle.metrics.get("test", {})
    rate = test.get("observed_rate")
    return None if rate is None else EstimateShown.model_validate(rate)


def _rows(
    found: Portfolio, baseline: Baseline | None, learned: EstimateShown | None, visit: Visit
) -> list[Row]:
    writing, words, now = visit.writing, words_of(visit.language), found.now
    made = [_default(now, baseline, learned, writing, words)]
    if baseline is not None:
        made += _volumes(now, baseline, writing, words)
    made.append(_hours(now, baseline, writing, words))
    made.append(_lost(now, baseline, writing, words))
    return [row for row in made if row is not None]


def _default(
    now: Now,
    baseline: Baseline | None,
    learned: EstimateShown | None,
    writing: Writing,
    words: Words,
) -> Row | None:
    before = UNDEFINED
    if baseline is not None and baseline.bad_loans is not None and baseline.matured_loans:
        before = wilson(baseline.bad_loans, baseline.matured_loans)
    elif learned is not None:
        before = Estimate(learned.value, learned.low, learned.high)
    after = Estimate(now.bad_rate.value, now.bad_rate.low, now.bad_rate.high)
    moved = difference(after, before)
    return Row(
        words.gettext(mark("Loans that went bad")),
        _span(before, writing),
        _span(after, writing),
        _points(moved, writing, words),
        _fewer(moved),
    )


def _fewer(moved: Estimate) -> bool | None:
    """Whether the share is lower beyond chance; None where neither can be said."""
    if moved.low is None or moved.high is None or moved.low <= 0 <= moved.high:
        return None
    return moved.high < 0


def _volumes(now: Now, baseline: Baseline, writing: Writing, words: Words) -> list[Row | None]:
    """Volumes of a year on both sides, so that periods of different length can be compared."""
    yearly = YEAR / baseline.days
    counted: list[tuple[str, float | None, float, Callable[[float], str]]] = [
        (mark("Applications a year"), baseline.applications, now.applications, _whole(writing)),
        (mark("Loans a year"), baseline.loans, now.loans, _whole(writing)),
        (mark("Amount lent a year"), baseline.amount_lent, now.amount_lent, _money(writing)),
    ]
    return [
        _compared(words.gettext(title), before * yearly, after, write, writing, more=None)
        for title, before, after, write in counted
        if before is not None
    ]


def _hours(now: Now, baseline: Baseline | None, writing: Writing, words: Words) -> Row | None:
    before = None if baseline is None else baseline.hours_to_decision

    def write(hours: float) -> str:
        return words.gettext(mark("%(n)s hours")) % {"n": writing.number(hours, 1)}

    title = words.gettext(mark("From the application to a person's decision (median)"))
    return _compared(title, before, now.hours_to_decision, write, writing, more=False)


def _lost(now: Now, baseline: Baseline | None, writing: Writing, words: Words) -> Row | None:
    before = None
    if baseline is not None and baseline.amount_lost is not None and baseline.amount_lent:
        before = 100 * baseline.amount_lost / baseline.amount_lent
    title = words.gettext(mark("Lost of 100 lent"))
    return _compared(title, before, now.lost_per_hundred, writing.number, writing, more=False)


def _compared(
    title: str,
    before: float | None,
    after: float | None,
    write: Callable[[float], str],
    writing: Writing,
    *,
    more: bool | None,
) -> Row | None:
    """A row of two numbers; ``more``: whether more is better, None where neither is."""
    if before is None and after is None:
        return None
    change, better = "\N{EN DASH}", None
    if before and after is not None:
        change = writing.change(after / before - 1)
        better = None if more is None or after == before else (after > before) == more
    told = ["\N{EN DASH}" if value is None else write(value) for value in (before, after)]
    return Row(title, told[0], told[1], change, better)


def _span(estimate: Estimate, writing: Writing) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "\N{EN DASH}"
    low, high = writing.percent(estimate.low, 1), writing.percent(estimate.high, 1)
    return f"{writing.percent(estimate.value, 1)} ({low} \N{EN DASH} {high})"


def _points(moved: Estimate, writing: Writing, words: Words) -> str:
    """A difference of shares in points of a hundred."""
    if moved.value is None or moved.low is None or moved.high is None:
        return "\N{EN DASH}"
    value, low, high = (writing.signed(100 * v, 1) for v in moved if v is not None)
    told = f"{value} ({low} \N{EN DASH} {high})"
    return words.gettext(mark("%(change)s points")) % {"change": told}


def _whole(writing: Writing) -> Callable[[float], str]:
    return lambda value: writing.number(value, 0)


def _money(writing: Writing) -> Callable[[float], str]:
    return lambda value: writing.money(round(value))
