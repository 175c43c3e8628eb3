"""One application: its result, the officer's own decision, problems, appeals and the letter."""

from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.appeals import appeal, appeals_against
from api.explaining import explain
from api.feedback import report_problem
from api.human_decisions import decide, history_of
from api.officer_bodies import LONGEST_TEXT
from api.problems import Problem
from api.visible import find_visible
from api.web.letters import RESULTS_TOLD, told_of
from api.web.officer import OUTCOMES, Reader
from api.web.results import result_of
from api.web.translations import mark
from api.web.visiting import PageRoute, Visit, opened_to
from data.store.appeals import Ground, Result
from data.store.decisions import Decision
from data.store.feedback import Answer, Theme
from data.store.human_decisions import Outcome, OverrideReason, differs

BASE = "/officer/applications"
router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix=BASE)

REASONS = {
    "new_information": mark("I know something that the model does not"),
    "wrong_data": mark("A value was wrong"),
    "capacity_seen_on_site": mark("I saw that the client can pay"),
    "risk_seen_on_site": mark("I saw a risk on site"),
    "collateral_or_guarantor": mark("Collateral or a guarantor"),
    "relationship": mark("We know the client well"),
    "policy": mark("A rule of our institution"),
    "other": mark("Another reason"),
}
THEMES = {
    "wrong_data": mark("A value is wrong"),
    "unclear_reasons": mark("I do not understand the reasons"),
    "unfair": mark("It seems unfair"),
    "wrong_result": mark("The result cannot be right"),
    "language": mark("The language is wrong or hard"),
    "technical": mark("The page does not work"),
    "other": mark("Something else"),
}
GROUNDS = {
    "wrong_data": mark("A value is wrong"),
    "situation_changed": mark("The situation has changed"),
    "unfair": mark("It seems unfair"),
    "not_understood": mark("The client was not understood"),
    "other": mark("Another reason"),
}
RESULTS: dict[Result, str] = {
    "upheld": mark("The decision stays"),
    "changed": mark("Another decision is made"),
    "withdrawn": mark("The client took the appeal back"),
}
HELPED = {
    "helped_yes": mark("Yes"),
    "helped_partly": mark("Partly"),
    "helped_no": mark("No"),
}
DONE = {
    "decision": mark("Your decision is kept."),
    "problem": mark("Thank you. The problem is reported."),
    "helped": mark("Thank you for your answer."),
    "appeal": mark("The appeal is open. Another person will look at it."),
}


@router.get("/{decision_id}")
async def case(visit: Reader, decision_id: UUID) -> Response:
    """One decision as a person would want it."""
    decision = await find_visible(visit.service, visit.asker, decision_id)
    return await _page(visit, decision)


@router.get("/{decision_id}/letter")
async def letter(visit: Reader, decision_id: UUID) -> Response:
    """The letter for the client, to print or to read aloud; ``?lang=`` gives its language."""
    decision = await find_visible(visit.service, visit.asker, decision_id)
    told = await explain(visit.service, decision, "client", visit.language)
    decided = await history_of(visit.service, decision)
    appeals = await appeals_against(visit.service, decision)
    return visit.page(
        "officer/letter.html",
        decision=decision,
        told=told_of(decision.recommendation, decided, told["sections"]),
        appeal=appeals[-1] if appeals else None,
        results=RESULTS_TOLD,
    )


@router.post("/{decision_id}/decision")
async def own_decision(
    visit: Annotated[Visit, opened_to("decisions:write")], decision_id: UUID
) -> Response:
    """Keep what the officer decides; another decision than the model's needs a reason."""
    form = await visit.form()
    decision = await find_visible(visit.service, visit.asker, decision_id)
    outcome: Outcome | None = _one_of(Outcome, form.get("outcome"))
    reason: OverrideReason | None = _one_of(OverrideReason, form.get("reason"))
    if outcome is None:
        return await _page(visit, decision, form, "outcome")
    if not differs(decision.recommendation, outcome):
        reason = None  # whoever agrees need not clear the list
    try:
        await decide(visit.service, visit.asker, decision, outcome, reason)
    except Problem as problem:
        if problem.slug != "invalid-body":
            raise
        return await _page(visit, decision, form, "reason")
    return _done(decision, "decision")


@router.post("/{decision_id}/problem")
async def problem_report(
    visit: Annotated[Visit, opened_to("feedback:write")], decision_id: UUID
) -> Response:
    """Keep a problem with this score."""
    form = await visit.form()
    decision = await find_visible(visit.service, visit.asker, decision_id)
    theme: Theme | None = _one_of(Theme, form.get("theme"))
    if theme is None:
        return await _page(visit, decision, form, "theme")
    await report_problem(visit.service, visit.asker, decision, theme, _text(form, "problem"))
    return _done(decision, "problem")


@router.post("/{decision_id}/helped")
async def helped(
    visit: Annotated[Visit, opened_to("feedback:write")], decision_id: UUID
) -> Response:
    """Keep whether the result helped the officer; the newest answer counts."""
    form = await visit.form()
    decision = await find_visible(visit.service, visit.asker, decision_id)
    answer: Answer | None = _one_of(Answer, form.get("helped"))
    if answer is None:
        return await _page(visit, decision, form, "helped")
    await report_problem(visit.service, visit.asker, decision, answer, None)
    return _done(decision, "helped")


@router.post("/{decision_id}/appeal")
async def open_appeal(
    visit: Annotated[Visit, opened_to("appeals:write")], decision_id: UUID
) -> Response:
    """Open an appeal in the name of the client."""
    form = await visit.form()
    decision = await find_visible(visit.service, visit.asker, decision_id)
    ground: Ground | None = _one_of(Ground, form.get("ground"))
    if ground is None:
        return await _page(visit, decision, form, "ground")
    try:
        await appeal(visit.service, visit.asker, decision, ground, _text(form, "appeal"))
    except Problem as problem:
        if problem.slug != "conflict":
            raise
        return await _page(visit, decision, form, "open")
    return _done(decision, "appeal")


async def _page(
    visit: Visit,
    decision: Decision,
    form: dict[str, str] | None = None,
    error: str | None = None,
) -> Response:
    """The page of ``decision``; ``error`` names the field of ``form`` that is wrong."""
    sections = await _sections(visit, decision)
    return visit.page(
        "officer/case.html",
        422 if error else 200,
        decision=decision,
        result=result_of(decision, visit.service.champion.find(), visit.language),
        told={section["id"]: section for section in sections},
        decided=await history_of(visit.service, decision),
        appeals=await appeals_against(visit.service, decision),
        done=DONE.get(visit.request.query_params.get("done", "")),
        outcomes=OUTCOMES,
        reasons=REASONS,
        themes=THEMES,
        grounds=GROUNDS,
        results=RESULTS,
        helped=HELPED,
        form=form or {},
        error=error,
    )


async def _sections(visit: Visit, decision: Decision) -> list[dict[str, Any]]:
    """The officer's explanation; none where the model that decided cannot be opened."""
    try:
        told = await explain(visit.service, decision, "officer", visit.language)
    except Problem as problem:
        if problem.slug != "model-unavailable":
            raise
        return []
    sections: list[dict[str, Any]] = told["sections"]
    return sections


def _one_of(kind: Any, text: str | None) -> Any:
    """``text`` if it is one of the words of ``kind``."""
    return text if text in get_args(kind) else None


def _text(form: dict[str, str], name: str) -> str | None:
    return form.get(f"{name}_text", "")[:LONGEST_TEXT] or None


def _done(decision: Decision, what: str) -> Response:
    return RedirectResponse(f"{BASE}/{decision.decision_id}?done={what}", 303)
