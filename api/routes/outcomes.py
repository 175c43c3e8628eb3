"""Outcomes of loans: taken in by POST /outcomes; what was made of them is read by the others."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request

from api.access import requires
from api.auth import Principal
from api.idempotency import IdempotencyKey
from api.json_body import read_body
from api.outcomes import take_outcomes
from api.outcomes_replies import Performance, PortfolioAtRisk, Vintages
from api.problem_details import NO_PERFORMANCE
from api.problems import Problem, responses
from api.replies import Reply
from api.service import AskedService, Service
from api.type_rules import ASKED_VERSION_PATTERN
from data.store.performance import newest_report

OUTCOME_BYTES = 8 * 1024 * 1024

router = APIRouter(tags=["outcomes"])
_ASKING = responses(
    "unauthorized", "forbidden", "invalid-parameter", "not-found", "store-unavailable"
)
_SENDING = responses(
    "invalid-json",
    "unauthorized",
    "forbidden",
    "conflict",
    "body-too-large",
    "unsupported-media-type",
    "invalid-body",
    "invalid-parameter",
    "idempotency-key-reused",
    "no-champion",
    "store-unavailable",
)
Sender = Annotated[Principal, requires("outcomes:write")]
Watcher = Annotated[Principal, requires("monitor:read")]
AskedModel = Annotated[
    str | None,
    Query(
        pattern=ASKED_VERSION_PATTERN,
        description="Of this model version; default: the newest report there is.",
    ),
]


class TakenReply(Reply):
    """What was new, and what was not."""

    loans: int
    instalments: int
    events: int
    known: int = Field(description="Events and instalments that were stored already.")
    erased: int = Field(description="Events of erased loans, which are not kept.")


@router.post(
    "/outcomes",
    operation_id="send_outcomes",
    summary="Send disbursements, repayments, write-offs, reschedules and reversals",
    response_model=TakenReply,
    responses=_SENDING,
)
async def send_outcomes(
    request: Request, service: AskedService, asker: Sender, key: IdempotencyKey = None
) -> TakenReply:
    """Keep up to 5,000 events of loans, each once, or none when one of them is wrong.

    The same event again, with its own id, changes nothing. Durable before the reply leaves.
    """
    taken = await take_outcomes(service, asker, key, await read_body(request, OUTCOME_BYTES))
    return TakenReply(
        loans=taken.loans,
        instalments=taken.instalments,
        events=taken.events,
        known=taken.known,
        erased=taken.erased,
    )


@router.get(
    "/outcomes/performance",
    operation_id="read_performance",
    summary="Read how a model's loans turned out",
    responses=_ASKING,
)
async def read_performance(
    service: AskedService, _asker: Watcher, model: AskedModel = None
) -> Performance:
    """The newest report of the daily job, or of `microscore outcomes performance`."""
    return await _newest(service, model)


@router.get(
    "/portfolio/vintages",
    operation_id="read_vintages",
    summary="Read vintage curves and roll rates",
    responses=_ASKING,
)
async def read_vintages(
    service: AskedService, _asker: Watcher, model: AskedModel = None
) -> Vintages:
    """Of all loans of the contract, from the newest report."""
    return (await _newest(service, model)).portfolio


@router.get(
    "/portfolio/par",
    operation_id="read_portfolio_at_risk",
    summary="Read portfolio at risk by month",
    responses=_ASKING,
)
async def read_at_risk(
    service: AskedService, _asker: Watcher, model: AskedModel = None
) -> PortfolioAtRisk:
    """PAR30 and PAR90 by balance, of all loans of the contract, from the newest report."""
    return (await _newest(service, model)).at_risk


async def _newest(service: Service, model: str | None) -> Performance:
    entry = await service.reader.ask(lambda store: newest_report(store, model))
    if entry is None:
        raise Problem("not-found", NO_PERFORMANCE.of())
    return Performance.model_validate(orjson.loads(entry.result))
