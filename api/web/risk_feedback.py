"""Complaints and appeals: by theme, with their ages and the days by which they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple, get_args
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import func, select
from starlette.responses import RedirectResponse, Response

from api.appeals import answer, appeals_waiting, find
from api.feedback import problems_reported
from api.officer_bodies import LONGEST_TEXT
from api.problems import Problem
from api.web.cases import GROUNDS, RESULTS, THEMES
from api.web.officer import OUTCOMES
from api.web.risk import Overseer, page
from api.web.translations import mark
from api.web.visiting import PageRoute, Visit, opened_to
from data.store import Store
from data.store.appeals import Appeal, Result
from data.store.feedback import ANSWERS, Theme
from data.store.human_decisions import Outcome
from data.store.tables_officers import appeal_resolutions, appeals, feedback

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/risk")
Resolver = Annotated[Visit, opened_to("appeals:resolve")]

DAYS = 365
"""How far back complaints are counted."""
MOST, MOST_WAITING = 15, 100
"""Complaints and open appeals that the page lists."""
REFUSED = {
    "forbidden": mark("You decided on this application: another person must answer the appeal."),
    "conflict": mark("This appeal is answered already."),
    "erased": mark("What was personal in this application is erased."),
}


class Complaints(NamedTuple):
    """Reports of one theme within DAYS, and in the last 30 of them."""

    theme: str
    reports: int
    lately: int
    newest: datetime


class Answered(NamedTuple):
    """Appeals that ended within DAYS, by how; and how many of them in time."""

    results: Mapping[str, int]
    in_time: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.results.values())


@router.get("/feedback")
async def complaints(visit: Overseer, theme: str = "") -> Response:
    """Problems that people reported, by theme, and appeals that wait for an answer."""
    chosen: Theme | None = next((t for t in get_args(Theme) if t == theme), None)
    since = visit.now - timedelta(days=DAYS)
    themes, ended = await visit.ask(
        lambda store: (counted_by_theme(store, since), ended_since(store, since))
    )
    return page(
        visit,
        "feedback.html",
        counted=themes,
        ended=ended,
        waiting=await appeals_waiting(visit.service, limit=MOST_WAITING),
        reports=await problems_reported(visit.service, DAYS, theme=chosen, limit=MOST),
        chosen=chosen,
        themes=THEMES,
        grounds=GROUNDS,
        results=RESULTS,
        now=visit.now,
        days=DAYS,
        may_answer=visit.asker.may("appeals:resolve"),
        done=visit.request.query_params.get("done") == "answered",
    )


def counted_by_theme(store: Store, since: datetime) -> list[Complaints]:
    """Reports of problems since then by theme, the most frequent first. Raises StoreError."""
    c = feedback.c
    query = (
        select(c.theme, func.count(), func.max(c.at))
        .where(c.at >= since, c.theme.not_in(ANSWERS))
        .group_by(c.theme)
    )
    lately = query.where(c.at >= since + timedelta(days=DAYS - 30))
    with store.read() as connection:
        recent = {theme: int(n) for theme, n, _ in connection.execute(lately)}
        found = [
            Complaints(theme, int(n), recent.get(theme, 0), newest)
            for theme, n, newest in connection.execute(query)
        ]
    return sorted(found, key=lambda one: (-one.reports, one.theme))


def ended_since(store: Store, since: datetime) -> Answered:
    """Appeals that ended since then. Raises StoreError."""
    r = appeal_resolutions.c
    late = r.at > appeals.c.due_at
    query = select(r.result, late, func.count()).join(appeals).where(r.at >= since)
    results: dict[str, int] = {}
    in_time = 0
    with store.read() as connection:
        for result, was_late, n in connection.execute(query.group_by(r.result, late)):
            results[result] = results.get(result, 0) + int(n)
            in_time += 0 if was_late else int(n)
    return Answered(results, in_time)


@router.get("/appeals/{appeal_id}")
async def appeal(visit: Overseer, appeal_id: UUID) -> Response:
    """One appeal, and the form to answer it."""
    return _page(visit, await find(visit.service, appeal_id), {})


@router.post("/appeals/{appeal_id}")
async def resolve(visit: Resolver, appeal_id: UUID) -> Response:
    """Answer an appeal; another decision needs to be said."""
    form = await visit.form()
    found = await find(visit.service, appeal_id)
    result: Result | None = next((r for r in get_args(Result) if r == form.get("result")), None)
    outcome: Outcome | None = next((o for o in OUTCOMES if o == form.get("outcome")), None)
    if result is None or (result == "changed" and outcome is None):
        return _page(visit, found, form, error="result" if result is None else "outcome")
    text = form.get("text", "")[:LONGEST_TEXT] or None
    said = outcome if result == "changed" else None
    try:
        await answer(visit.service, visit.asker, appeal_id, result, said, text)
    except Problem as problem:
        if problem.slug not in REFUSED:
            raise
        return _page(visit, found, form, refused=REFUSED[problem.slug])
    return RedirectResponse("/risk/feedback?done=answered", 303)


def _page(
    visit: Visit,
    found: Appeal,
    form: dict[str, str],
    *,
    error: str | None = None,
    refused: str | None = None,
) -> Response:
    return page(
        visit,
        "appeal.html",
        422 if error else 409 if refused else 200,
        appeal=found,
        grounds=GROUNDS,
        results=RESULTS,
        outcomes=OUTCOMES,
        form=form,
        error=error,
        refused=refused,
        now=visit.now,
        may_answer=visit.asker.may("appeals:resolve"),
    )
