"""Decisions: made by POST /score and /score/batch, read back by GET /scores/{decision_id}."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.access import requires
from api.auth import Principal
from api.deciding import decide_batch, decide_one
from api.direct import DirectRoute
from api.idempotency import IdempotencyKey
from api.json_body import read_body
from api.languages import AskedLanguage
from api.problems import responses
from api.replies import BatchReply, ScoreReply
from api.service import AskedService
from api.visible import find_visible
from data.contract import Language
from data.store.decisions import Decision
from scoring.service import render

SCORE_BYTES = 2 * 1024 * 1024
BATCH_BYTES = 4 * 1024 * 1024

router = APIRouter(tags=["scores"])
direct = APIRouter(tags=["scores"], route_class=DirectRoute)
_ASKING = responses("unauthorized", "forbidden", "invalid-parameter", "store-unavailable")
_SCORING = responses(
    "invalid-json",
    "unauthorized",
    "forbidden",
    "body-too-large",
    "unsupported-media-type",
    "invalid-application",
    "invalid-parameter",
    "idempotency-key-reused",
    "score-budget-spent",
    "probing-stopped",
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


@direct.post(
    "/score",
    operation_id="score",
    summary="Score one application",
    response_model=ScoreReply,
    responses=_SCORING | _MADE,
)
async def score(
    request: Request,
    service: AskedService,
    asker: Writer,
    language: AskedLanguage,
    key: IdempotencyKey = None,
) -> Response:
    """Decide on one application. The decision is stored before the reply leaves."""
    body = await read_body(request, SCORE_BYTES)
    decision = await decide_one(service, asker, key, body)
    return _Json(_reply(decision, asker, language))


@direct.post(
    "/score/batch",
    operation_id="score_batch",
    summary="Score up to 1,000 applications",
    response_model=BatchReply,
    responses=_SCORING,
)
async def score_batch(
    request: Request,
    service: AskedService,
    asker: Writer,
    language: AskedLanguage,
    key: IdempotencyKey = None,
) -> Response:
    """Decide on all applications with one model, or on none when one of them is not valid."""
    body = await read_body(request, BATCH_BYTES)
    decisions = await decide_batch(service, asker, key, body)
    replies = b",".join([_reply(d, asker, language) for d in decisions])
    return _Json(b'{"scores":[' + replies + b"]}")


router.routes += direct.routes


@router.get(
    "/scores/{decision_id}",
    operation_id="read_score",
    summary="Read a decision back",
    response_model=ScoreReply,
    responses=_ASKING | responses("not-found", "erased"),
)
async def read_score(
    service: AskedService, asker: Reader, language: AskedLanguage, decision_id: UUID
) -> Response:
    """The decision as it was made. An officer sees the own branch's and the own key's."""
    decision = await find_visible(service, asker, decision_id)
    return _Json(_reply(decision, asker, language))


def _reply(decision: Decision, asker: Principal, language: Language) -> bytes:
    return render(decision, language, contributions=asker.may("scores:explain"))


class _Json(Response):
    """A reply that is JSON; the framework's own making of headers costs more than the JSON."""

    def __init__(self, body: bytes) -> None:
        self.status_code, self.background, self.body = 200, None, body
        length = str(len(body)).encode()
        self.raw_headers = [(b"content-length", length), (b"content-type", b"application/json")]
