"""Protected attributes, for audits alone: they can be handed in, and no route gives them back."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.access import requires
from api.auth import Principal
from api.json_body import read_body
from api.problems import Problem, responses
from api.request_schema import KEY_PATTERN
from api.service import AskedService
from data.errors import StoreError
from data.statements import Statement

STATEMENT_BYTES = 4 * 1024

router = APIRouter(tags=["protected attributes"])
_ANSWERS = responses(
    "invalid-json",
    "unauthorized",
    "forbidden",
    "body-too-large",
    "unsupported-media-type",
    "invalid-statement",
    "invalid-parameter",
    "no-champion",
    "store-unavailable",
    "inbox-unavailable",
)
Collector = Annotated[Principal, requires("protected:write")]
Applicant = Annotated[str, Path(pattern=KEY_PATTERN)]


@router.put(
    "/applicants/{applicant_id}/protected",
    operation_id="state_protected",
    summary="Hand in the protected attributes that a person states",
    status_code=204,
    responses=_ANSWERS,
)
async def state_protected(
    request: Request, service: AskedService, asker: Collector, applicant_id: Applicant
) -> Response:
    """Seal what a person states for the fairness audit; the server cannot read it again.

    Attributes that are left out stay as they are, null withdraws one. No score ever uses them.
    """
    body = await read_body(request, STATEMENT_BYTES)
    statement = Statement(
        applicant_id=applicant_id,
        stated=service.champion.get().intake.read_protected(body),
        source="self_declared",
        actor=f"key {asker.key_id}",
        at=datetime.now(UTC),
    )
    try:
        await asyncio.to_thread(service.inbox.put, statement)
    except StoreError:
        raise Problem("inbox-unavailable") from None
    return Response(status_code=204)
