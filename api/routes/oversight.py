"""What people do with a score: decide, report a problem, appeal; and what that adds up to."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request

from api import appeals, feedback, human_decisions
from api.access import requires
from api.auth import Principal
from api.idempotency import IdempotencyKey
from api.officer_bodies import (
    AppealBody,
    Body,
    ChangedBody,
    DecisionBody,
    FeedbackBody,
    KeptBody,
    described,
    read_as,
    read_resolution,
)
from api.officer_replies import (
    AgreementReply,
    AppealReply,
    AppealsReply,
    FeedbackReply,
    FeedbacksReply,
    HumanDecisionReply,
    HumanDecisionsReply,
    OverridesOf,
    OverridesReply,
)
from api.problem_kinds import Slug
from api.problems import responses
from api.request_schema import KEY_PATTERN
from api.service import AskedService
from api.visible import find_visible
from data.store.decisions import Decision
from data.store.feedback import Theme
from data.store.human_decisions import By, HumanDecision

router = APIRouter(tags=["oversight"])
_ASKING = responses("unauthorized", "forbidden", "invalid-parameter", "store-unavailable")
_READING = _ASKING | responses("not-found", "erased")
_SLUGS: tuple[Slug, ...] = (
    "invalid-json",
    "unauthorized",
    "forbidden",
    "not-found",
    "erased",
    "conflict",
    "body-too-large",
    "unsupported-media-type",
    "invalid-body",
    "invalid-parameter",
    "store-unavailable",
)
_SAYING = responses(*_SLUGS)
_SAYING_ONCE = responses(*_SLUGS, "idempotency-key-reused")
Reader = Annotated[Principal, requires("scores:read")]
Overseer = Annotated[Principal, requires("oversight:read")]
Days = Annotated[int, Query(ge=1, le=3650, description="Of the last so many days.")]
Branch = Annotated[str | None, Query(pattern=KEY_PATTERN, description="Of this branch alone.")]
Most = Annotated[int, Query(ge=1, le=500, description="At most so many.")]
OfTheme = Annotated[Theme | None, Query(description="Of this theme alone.")]
Grouped = Annotated[By, Query(description="Counted by who decided, or by branch.")]


@router.post(
    "/scores/{decision_id}/decision",
    operation_id="decide",
    summary="Keep a person's own decision on an application",
    responses=_SAYING,
    openapi_extra=described(DecisionBody),
)
async def decide(
    request: Request,
    service: AskedService,
    asker: Annotated[Principal, requires("decisions:write")],
    decision_id: UUID,
) -> HumanDecisionsReply:
    """The newest decision is in force, earlier ones stay; each is on the audit chain."""
    body = await read_as(DecisionBody, request)
    decision = await find_visible(service, asker, decision_id)
    made = await human_decisions.decide(service, asker, decision, body.outcome, body.reason)
    return _history(decision, made)


@router.get(
    "/scores/{decision_id}/decision",
    operation_id="read_decision",
    summary="Read what people decided on an application",
    responses=_READING,
)
async def read_decision(
    service: AskedService, asker: Reader, decision_id: UUID
) -> HumanDecisionsReply:
    """The decision in force and all before it."""
    decision = await find_visible(service, asker, decision_id)
    return _history(decision, await human_decisions.history_of(service, decision))


@router.post(
    "/scores/{decision_id}/feedback",
    operation_id="report_problem",
    summary="Report a problem with a score",
    responses=_SAYING_ONCE,
    openapi_extra=described(FeedbackBody),
)
async def report_problem(
    request: Request,
    service: AskedService,
    asker: Annotated[Principal, requires("feedback:write")],
    decision_id: UUID,
    key: IdempotencyKey = None,
) -> FeedbackReply:
    """A theme that is counted, and words that are sealed and go when the decision is erased."""
    body = await read_as(FeedbackBody, request)
    decision = await find_visible(service, asker, decision_id)
    claim = service.idempotency.claim(asker, key, f"feedback on {decision_id}", _bytes(body))
    said = await feedback.report_problem(service, asker, decision, body.theme, body.text, claim)
    return FeedbackReply.of(said)


@router.post(
    "/scores/{decision_id}/appeal",
    operation_id="appeal",
    summary="Appeal against a decision",
    responses=_SAYING_ONCE,
    openapi_extra=described(AppealBody),
)
async def appeal(
    request: Request,
    service: AskedService,
    asker: Annotated[Principal, requires("appeals:write")],
    decision_id: UUID,
    key: IdempotencyKey = None,
) -> AppealReply:
    """Opens an appeal with the day by which it is answered; one at a time."""
    body = await read_as(AppealBody, request)
    decision = await find_visible(service, asker, decision_id)
    claim = service.idempotency.claim(asker, key, f"appeal against {decision_id}", _bytes(body))
    made = await appeals.appeal(service, asker, decision, body.ground, body.text, claim)
    return AppealReply.of(made)


@router.get(
    "/scores/{decision_id}/appeals",
    operation_id="read_appeals",
    summary="Read the appeals against a decision",
    responses=_READING,
)
async def read_appeals(service: AskedService, asker: Reader, decision_id: UUID) -> AppealsReply:
    """Oldest first, each with its status and how it ended."""
    decision = await find_visible(service, asker, decision_id)
    found = await appeals.appeals_against(service, decision)
    return AppealsReply(appeals=[AppealReply.of(a) for a in found])


@router.post(
    "/appeals/{appeal_id}/resolution",
    operation_id="resolve_appeal",
    summary="Answer an appeal",
    responses=_SAYING,
    openapi_extra=described(ChangedBody, KeptBody),
)
async def resolve_appeal(
    request: Request,
    service: AskedService,
    asker: Annotated[Principal, requires("appeals:resolve")],
    appeal_id: UUID,
) -> AppealReply:
    """Only by another person than who decided; a changed decision is kept with it, or neither."""
    body = await read_resolution(request)
    outcome = body.outcome if isinstance(body, ChangedBody) else None
    made = await appeals.answer(service, asker, appeal_id, body.result, outcome, body.text)
    return AppealReply.of(made)


@router.get(
    "/appeals",
    operation_id="list_appeals",
    summary="List the appeals that wait for an answer",
    responses=_ASKING,
)
async def list_appeals(
    service: AskedService, _asker: Overseer, branch: Branch = None, limit: Most = 100
) -> AppealsReply:
    """The one that is due first first."""
    found = await appeals.appeals_waiting(service, branch, limit)
    return AppealsReply(appeals=[AppealReply.of(a) for a in found])


@router.get(
    "/feedback",
    operation_id="list_feedback",
    summary="List the problems that were reported",
    responses=_ASKING,
)
async def list_feedback(
    service: AskedService,
    _asker: Overseer,
    theme: OfTheme = None,
    branch: Branch = None,
    days: Days = 90,
    limit: Most = 100,
) -> FeedbacksReply:
    """Counted by theme, and the newest of them."""
    counts = await feedback.themes(service, days, branch)
    found = await feedback.problems_reported(service, days, theme=theme, branch=branch, limit=limit)
    return FeedbacksReply(themes=counts, reports=[FeedbackReply.of(f) for f in found])


@router.get(
    "/overrides",
    operation_id="read_overrides",
    summary="Read how often people decide otherwise than the model recommends",
    responses=_ASKING,
)
async def read_overrides(
    service: AskedService,
    _asker: Overseer,
    by: Grouped = "officer",
    branch: Branch = None,
    days: Days = 90,
) -> OverridesReply:
    """Agreement as high near the cut-offs as away from them suggests that people do not look."""
    found = await human_decisions.override_rates(service, by, days, branch)
    bias = await human_decisions.automation_bias(service, days, branch)
    return OverridesReply(
        days=days,
        by=by,
        overrides=[OverridesOf.of(o) for o in found],
        near_cut_off=AgreementReply.model_validate(bias.near),
        away_from_cut_off=AgreementReply.model_validate(bias.away),
    )


def _bytes(body: Body) -> bytes:
    """What makes a body the same one as before."""
    return body.model_dump_json().encode()


def _history(decision: Decision, made: list[HumanDecision]) -> HumanDecisionsReply:
    history = [HumanDecisionReply.of(m) for m in made]
    return HumanDecisionsReply(
        decision_id=UUID(decision.decision_id),
        recommendation=decision.recommendation,
        current=history[-1] if history else None,
        history=history,
    )
