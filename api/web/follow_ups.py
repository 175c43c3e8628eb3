"""Follow-ups: loans of the branch that run late, with what they owe and what may help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.follow_ups import KIND, FollowUps
from api.web.translations import mark
from api.web.visiting import PageRoute, Visit, opened_to
from data.store import Store
from data.store.arrears import Arrears, arrears_of
from data.store.decisions import Decision
from data.store.ledger import Ledger
from data.store.summaries import newest_summary
from data.store.tables import decisions

PAGE = 20
"""Loans on one page."""
CALL_DAYS, VISIT_DAYS = 7, 30
"""Up to so many days late a call is proposed, then a visit; later also another plan."""
router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/officer/follow-ups")
ADVICE = {
    "first": mark("Call today: the very first instalment is open. Ask whether the plan fits."),
    "call": mark("Call: ask what happened and agree on a day."),
    "visit": mark("Visit: look at the business together and agree on a day."),
    "plan": mark("Visit, and talk with your supervisor about a new plan before more is lost."),
}


@dataclass(frozen=True)
class FollowUp:
    """One loan to look after; ``advice``: a key of ADVICE."""

    decision: Decision
    standing: Arrears
    advice: str


@router.get("")
async def late_loans(
    visit: Annotated[Visit, opened_to("scores:read")],
    start: Annotated[int, Query(alias="from", ge=0, le=100_000)] = 0,
) -> Response:
    """Loans of the own branch, or of all for who has none, latest first."""
    found = await visit.ask(_kept)
    if found is None:
        return visit.page("officer/follow_ups.html", found=None)
    branch = visit.asker.branch
    mine = [late.decision_id for late in found.late if branch is None or late.branch == branch]
    look = partial(_looked_up, visit.service.ledger, found, mine[start : start + PAGE], branch)
    listed: list[FollowUp] = await visit.ask(look)
    return visit.page(
        "officer/follow_ups.html",
        found=found,
        listed=listed,
        advice=ADVICE,
        total=len(mine),
        start=start,
        more=start + PAGE if start + PAGE < len(mine) else None,
    )


def _kept(store: Store) -> FollowUps | None:
    with store.read() as connection:
        kept = newest_summary(connection, KIND)
    return FollowUps.model_validate_json(kept.result) if kept else None


def _looked_up(
    ledger: Ledger, found: FollowUps, ids: Sequence[str], branch: str | None, store: Store
) -> list[FollowUp]:
    """Those of ``ids`` that still owe something and that may be read, latest first."""
    if not ids or found.known_until is None:
        return []
    with store.read() as connection:
        standings = arrears_of(
            connection, ids, found.known_until, reversals_count=found.reversals_count
        )
    found_by_id = ledger.page(decisions.c.decision_id.in_(ids), len(ids))
    made = [d for _, d in found_by_id if branch is None or d.branch == branch]
    listed = [
        FollowUp(decision, standing, advised(standing))
        for decision in made
        if not decision.erased and (standing := standings.get(decision.decision_id)) is not None
        if standing.days > 0
    ]
    return sorted(listed, key=lambda item: (-item.standing.days, item.decision.application_id))


def advised(standing: Arrears) -> str:
    """What may help: the key of a text in ADVICE."""
    if standing.days > VISIT_DAYS:
        return "plan"
    if standing.days > CALL_DAYS:
        return "visit"
    return "first" if standing.first else "call"
