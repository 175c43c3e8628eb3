"""What would come of another amount or term: scored as ever, counted as a score, never stored."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.explaining import counterfactuals, tried_by
from api.problems import Problem
from api.service import Service
from api.visible import find_visible
from api.web.forms import NOT_A_NUMBER
from api.web.officer import FAILURES, Officer
from api.web.pictures import of_hundred
from api.web.results import Term, result_of, terms_of
from api.web.translations import mark, words_of
from api.web.visiting import PageRoute, Visit
from data.store.decisions import Decision
from scoring.counterfactuals import varied
from scoring.replay import asked

_FAILURES = FAILURES | {
    "conflict": mark("No model is at work here now, so nothing can be tried. A person decides."),
}
router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/officer/applications")


@router.get("/{decision_id}/what-if")
async def form(visit: Officer, decision_id: UUID) -> Response:
    """The terms of the application, to be changed."""
    decision = await find_visible(visit.service, visit.asker, decision_id)
    terms = _terms(visit, decision)
    values = {term.role: visit.writing.number(term.now) for term in terms}
    return await _page(visit, decision, terms, values)


@router.post("/{decision_id}/what-if")
async def tried(visit: Officer, decision_id: UUID) -> Response:
    """The result with the terms that were typed; nothing of it is kept."""
    values = await visit.form()
    decision = await find_visible(visit.service, visit.asker, decision_id)
    terms, words = _terms(visit, decision), words_of(visit.language)
    wanted, errors = {}, {}
    for term in terms:
        value = visit.writing.read_number(values.get(term.role, ""))
        if value is None:
            errors[term.role] = words.gettext(NOT_A_NUMBER)
        elif term.between and not term.between[0] <= value <= term.between[1]:
            errors[term.role] = words.gettext(mark("Enter a value in the range."))
        else:
            wanted[term.name] = value
    if errors:
        return await _page(visit, decision, terms, values, errors)
    try:
        async with visit.service.budgets.charged(visit.asker, 1):
            after = await asyncio.to_thread(_scored, visit.service, decision, wanted)
    except Problem as problem:
        if problem.slug not in _FAILURES:
            raise
        errors["form"] = words.gettext(_FAILURES[problem.slug])
        return await _page(visit, decision, terms, values, errors)
    return await _page(visit, decision, terms, values, after=after)


def _scored(service: Service, decision: Decision, wanted: Mapping[str, float]) -> dict[str, Any]:
    """What the model that decided says of the application with other terms; nothing is kept.

    The instalment follows from them. It costs a score of the day, as whoever asks for many could
    copy the model. Raises Problem 409 without a model, 503 when that model cannot be opened.
    """
    scorer = tried_by(service, decision)
    scores = scorer.score_each([varied(scorer, asked(decision).values, wanted)])
    return {
        "recommendation": scorer.recommendation_name(scores, 0),
        "points": int(scores.points[0]),
        "late": of_hundred(float(scores.pd[0])),
    }


def _terms(visit: Visit, decision: Decision) -> list[Term]:
    return terms_of(decision, visit.service.champion.get().scorer.contract)


async def _page(
    visit: Visit,
    decision: Decision,
    terms: list[Term],
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    after: dict[str, Any] | None = None,
) -> Response:
    found = await counterfactuals(visit.service, decision, visit.language)
    return visit.page(
        "officer/what_if.html",
        422 if errors else 200,
        decision=decision,
        terms=terms,
        values=values,
        errors=errors or {},
        before=result_of(decision, visit.service.champion.find(), visit.language),
        after=after,
        ranges=found["ranges"],
    )
