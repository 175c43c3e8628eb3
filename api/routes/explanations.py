"""Why a decision came out as it did, and what would have changed it."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from starlette.responses import Response

from api.access import requires
from api.auth import Principal
from api.explaining import counterfactuals, explain
from api.languages import AskedLanguage
from api.officer_replies import CounterfactualsReply, ExplanationReply
from api.problem_details import LACKS_SCOPE
from api.problems import Problem, responses
from api.service import AskedService
from api.visible import find_visible
from scoring.telling import Audience

router = APIRouter(tags=["explanations"])
_ASKING = responses(
    "unauthorized",
    "forbidden",
    "not-found",
    "erased",
    "invalid-parameter",
    "model-unavailable",
    "store-unavailable",
)
Reader = Annotated[Principal, requires("scores:read")]
AskedAudience = Annotated[
    Audience,
    Query(description="For whom; the auditor's holds contributions and needs scores:explain."),
]


@router.get(
    "/scores/{decision_id}/explanation",
    operation_id="explain_score",
    summary="Explain a decision to a client, an officer or an auditor",
    response_model=ExplanationReply,
    response_model_exclude_unset=True,
    responses=_ASKING,
)
async def explain_score(
    service: AskedService,
    asker: Reader,
    language: AskedLanguage,
    decision_id: UUID,
    audience: AskedAudience = "client",
) -> Response:
    """Made when it is first asked for, with the model that decided, and kept: later replies are
    the same bytes, whatever model, texts or policy are in force then.
    """
    if audience == "auditor" and not asker.may("scores:explain"):
        raise Problem("forbidden", LACKS_SCOPE.of(scope="scores:explain"))
    decision = await find_visible(service, asker, decision_id)
    return _json(await explain(service, decision, audience, language))


@router.get(
    "/scores/{decision_id}/counterfactuals",
    operation_id="read_counterfactuals",
    summary="Read what would have led to a better recommendation",
    response_model=CounterfactualsReply,
    responses=_ASKING,
)
async def read_counterfactuals(
    service: AskedService, asker: Reader, language: AskedLanguage, decision_id: UUID
) -> Response:
    """One to three options, each scored as a request with these values would be, or none.

    Only what the contract calls actionable moves, in the directions that it allows.
    """
    decision = await find_visible(service, asker, decision_id)
    return _json(await counterfactuals(service, decision, language))


def _json(content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
