"""What a person may ask for: to say no to a source, to see all that is held, to be erased."""

from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.access import requires
from api.auth import Principal
from api.exporting import PersonExport, export
from api.json_body import read_body
from api.languages import AskedLanguage
from api.problems import responses
from api.replies import ConsentsReply, ErasureReply
from api.request_schema import KEY_PATTERN
from api.service import AskedService
from data.contract import Contract
from data.store.consents import SCORING, Consent, history, newest, say
from data.store.ledger import Ground
from data.store.subjects import erase, hand_out

CONSENT_BYTES = 4 * 1024
PATIENCE = 2.0
"""Seconds to wait for a withdrawal to be durable: longer than a lock may last."""
LONG_PATIENCE = 20.0
"""Seconds to wait for all that is held on a person."""

router = APIRouter(tags=["applicants"])
_ASKING = responses("unauthorized", "forbidden", "invalid-parameter", "store-unavailable")
_SAYING = responses(
    "invalid-json",
    "unauthorized",
    "forbidden",
    "body-too-large",
    "unsupported-media-type",
    "invalid-consents",
    "invalid-parameter",
    "no-champion",
    "store-unavailable",
)
Applicant = Annotated[str, Path(pattern=KEY_PATTERN)]
AskedGround = Annotated[
    Ground, Query(description="Why; kept for ever on the audit chain, so never a free text.")
]


@router.put(
    "/applicants/{applicant_id}/consents",
    operation_id="state_consents",
    summary="Keep what a person agrees to, or does not",
    response_model=ConsentsReply,
    responses=_SAYING,
)
async def state_consents(
    request: Request,
    service: AskedService,
    asker: Annotated[Principal, requires("consents:write")],
    applicant_id: Applicant,
) -> Response:
    """Say yes or no to a source; what is left out stays. Durable before the reply leaves.

    From then on no score uses a source without the person's yes, whatever its request says.
    """
    body = await read_body(request, CONSENT_BYTES)
    intake, now = service.champion.get().intake, datetime.now(UTC)
    wanted, ledger = intake.read_consents(body), service.ledger
    person = ledger.person(applicant_id)
    said = await service.reader.ask(
        lambda store: say(store, ledger, person, wanted, now, asker.key_id), PATIENCE
    )
    return _json(_state(intake.contract, said))


@router.get(
    "/applicants/{applicant_id}/consents",
    operation_id="read_consents",
    summary="Read what a person agrees to",
    response_model=ConsentsReply,
    responses=_ASKING | responses("no-champion", "store-unavailable"),
    dependencies=[requires("consents:read")],
)
async def read_consents(service: AskedService, applicant_id: Applicant) -> Response:
    """The newest word about every source that rests on consent."""
    contract = service.champion.get().intake.contract
    person = service.ledger.person(applicant_id)
    said = await service.reader.ask(lambda store: history(store, person))
    return _json(_state(contract, said))


@router.get(
    "/applicants/{applicant_id}/export",
    operation_id="export_applicant",
    summary="Hand out all that is held on a person",
    response_model=PersonExport,
    responses=_ASKING,
)
async def export_applicant(
    service: AskedService,
    asker: Annotated[Principal, requires("privacy:read")],
    language: AskedLanguage,
    applicant_id: Applicant,
) -> Response:
    """Decisions, consents and events, for the person who asks; that is put on the audit chain.

    Protected attributes are not in it: `microscore privacy export` adds them.
    """
    ledger, actor = service.ledger, f"key {asker.key_id}"
    held = await service.reader.ask(
        lambda store: hand_out(store, ledger, applicant_id, actor), LONG_PATIENCE
    )
    serving = service.champion.find()
    contract = serving.intake.contract if serving else None
    document = export(held, applicant_id, contract, language, datetime.now(UTC))
    return Response(document.model_dump_json(), media_type="application/json")


@router.delete(
    "/applicants/{applicant_id}",
    operation_id="erase_applicant",
    summary="Erase what is personal in all decisions about a person",
    response_model=ErasureReply,
    responses=_ASKING,
)
async def erase_applicant(
    service: AskedService,
    asker: Annotated[Principal, requires("privacy:write")],
    applicant_id: Applicant,
    reason: AskedGround = "requested",
) -> Response:
    """Nothing brings it back. Scores and the history of consents stay, under a pseudonym.

    Protected attributes are in a store that this server cannot open: run `microscore privacy
    erase` where audits run, as the reply says.
    """
    ledger, actor = service.ledger, f"key {asker.key_id}"
    erased = await service.reader.ask(
        lambda store: erase(store, ledger, applicant_id, actor, reason), LONG_PATIENCE
    )
    return _json(ErasureReply(decisions_erased=erased).model_dump())


def _state(contract: Contract, said: list[Consent]) -> dict[str, Any]:
    words = newest(said)
    state = []
    for source in sorted(contract.on_consent):
        word = words.get((source, SCORING))
        about = {"source": source, "purpose": SCORING, "granted": None, "at": None}
        state.append(about | ({"granted": word.granted, "at": word.at} if word else {}))
    return {"consents": state}


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
