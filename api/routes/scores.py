"""Decisions: made by POST /score and /score/batch, read back by GET /scores/{decision_id}."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.access import requires
from api.auth import Principal
from api.json_body import read_body
from api.languages import AskedLanguage
from api.problems import Problem, responses
from api.replies import BatchReply, ScoreReply
from api.service import AskedService
from api.serving import Serving
from data.contract import Language
from data.store.decisions import Decision, find_decision
from scoring.service import decide, render

SCORE_BYTES = 64 * 1024
BATCH_BYTES = 4 * 1024 * 1024

router = APIRouter(tags=["scores"])
_ASKING = responses("unauthorized", "forbidden", "invalid-parameter", "store-unavailable")
_SCORING = responses(
    "invalid-json",
    "unauthorized",
    "forbidden",
    "body-too-large",
    "unsupported-media-type",
    "invalid-application",
    "invalid-parameter",
    "no-champion",
    "store-unavailable",
)
_MADE: dict[int | str, dict[str, Any]] = {
    200: {
        "links": {
            "read_score": {
                "operationId": "read_score",
                "parameters": {"decision_id": "$response.body#/decision_id"},
            }
        }
    }
}
Writer = Annotated[Principal, requires("score:write")]
Reader = Annotated[Principal, requires("scores:read")]


@router.post(
    "/score",
    operation_id="score",
    summary="Score one application",
    response_model=ScoreReply,
    responses=_SCORING | _MADE,
)
async def score(
    request: Request, service: AskedService, asker: Writer, language: AskedLanguage
) -> Response:
    """Decide on one application. The decision is stored before the reply leaves."""
    body = await read_body(request, SCORE_BYTES)
    serving = service.champion.get()
    application = serving.intake.read_one(body, asker.branch)
    decisions = decide(serving.scorer, [application], asker.key_id, datetime.now(UTC))
    await service.keep(decisions)
    return _json(_reply(decisions[0], asker, language))


@router.post(
    "/score/batch",
    operation_id="score_batch",
    summary="Score up to 1,000 applications",
    response_model=BatchReply,
    responses=_SCORING,
)
async def score_batch(
    request: Request, service: AskedService, asker: Writer, language: AskedLanguage
) -> Response:
    """Decide on all applications with one model, or on none when one of them is not valid."""
    body = await read_body(request, BATCH_BYTES)
    loop, serving = asyncio.get_running_loop(), service.champion.get()
    decisions = await loop.run_in_executor(service.batches, _decide_batch, serving, body, asker)
    await service.keep(decisions)
    return _json({"scores": [_reply(d, asker, language) for d in decisions]})


def _decide_batch(serving: Serving, body: bytes, asker: Principal) -> list[Decision]:
    applications = serving.intake.read_batch(body, asker.branch)
    return decide(serving.scorer, applications, asker.key_id, datetime.now(UTC))


@router.get(
    "/scores/{decision_id}",
    operation_id="read_score",
    summary="Read a decision back",
    response_model=ScoreReply,
    responses=_ASKING | responses("not-found"),
)
async def read_score(
    service: AskedService, asker: Reader, language: AskedLanguage, decision_id: UUID
) -> Response:
    """The decision as it was made. An officer sees the own branch's and the own key's."""
    decision = await service.reader.ask(lambda store: find_decision(store, str(decision_id)))
    if decision is None or not _visible(decision, asker):
        raise Problem("not-found")
    return _json(_reply(decision, asker, language))


def _visible(decision: Decision, asker: Principal) -> bool:
    if asker.role != "officer" or decision.key_id == asker.key_id:
        return True
    return asker.branch is not None and decision.branch == asker.branch


def _reply(decision: Decision, asker: Principal, language: Language) -> dict[str, Any]:
    return render(decision, language, contributions=asker.may("scores:explain"))


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
