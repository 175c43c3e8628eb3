"""Model versions: which there are, and who may put one in another's place or suspend it."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from api.access import requires
from api.auth import Principal
from api.json_body import parse, read_body
from api.model_changes import (
    REASON_CHARACTERS,
    promoted,
    resumed,
    rolled_back,
    suspended,
)
from api.model_replies import (
    ChangeReply,
    GateReply,
    HistoryReply,
    ModelEvent,
    ModelReply,
    ModelsReply,
    PromotionReply,
)
from api.problem_rules import REASON_TEXT
from api.problems import BrokenRule, Problem, responses
from api.service import AskedService
from api.type_rules import VERSION_PATTERN
from scoring import switching
from scoring.registry import CHAMPION

REASON_BYTES = 4 * 1024

router = APIRouter(tags=["models"])
_ASKING = responses("unauthorized", "forbidden", "invalid-parameter", "store-unavailable")
_CHANGING = responses(
    "invalid-json",
    "unauthorized",
    "forbidden",
    "body-too-large",
    "unsupported-media-type",
    "invalid-parameter",
    "model-change-refused",
    "store-unavailable",
)
Reader = Annotated[Principal, requires("models:read")]
Changer = Annotated[Principal, requires("models:write")]


class Reason(BaseModel):
    """Why the model is changed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: str = Field(
        min_length=1,
        max_length=REASON_CHARACTERS,
        pattern=r"[^ \t\r\n]",
        description="Kept with the change.",
    )


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": Reason.model_json_schema()}},
    }
}


@router.get("/models", operation_id="list_models", summary="List the models", responses=_ASKING)
async def list_models(service: AskedService, _asker: Reader) -> ModelsReply:
    """All registered versions, which one is champion, and what is under way."""

    def look() -> ModelsReply:
        registry = service.champion.watcher.registry
        stopped = switching.suspension(registry.store)
        proposed = switching.proposal(registry.store, datetime.now(UTC))
        aliases = registry.aliases()
        return ModelsReply(
            models=[ModelReply.of(model, aliases) for model in registry.versions()],
            suspended=ModelEvent.of(stopped) if stopped else None,
            proposed=ModelEvent.of(proposed) if proposed else None,
        )

    return await service.reader.ask(lambda _: look())


@router.get(
    "/models/history",
    operation_id="read_model_history",
    summary="Read what was done to the champion",
    responses=_ASKING,
)
async def history(service: AskedService, _asker: Reader) -> HistoryReply:
    """Proposals, promotions, rollbacks, suspensions and resumptions, newest first."""
    registry = service.champion.watcher.registry
    events = await service.reader.ask(lambda _: registry.events(CHAMPION))
    return HistoryReply(events=[ModelEvent.of(event) for event in reversed(events)])


@router.post(
    "/models/{version}/promote",
    operation_id="promote_model",
    summary="Propose a champion, or agree to one",
    responses=_CHANGING | responses("not-found"),
    openapi_extra=_BODY,
)
async def promote_model(
    request: Request,
    service: AskedService,
    asker: Changer,
    version: Annotated[str, Path(pattern=VERSION_PATTERN)],
) -> PromotionReply:
    """Two people have to ask for it, and it has to pass all gates.

    The gates: no worse than the champion on held-out loans, audited for fairness, and BETTER or
    NOT WORSE in the newest shadow report.
    """
    done = await promoted(service, asker, version, await _reason(request))
    return PromotionReply(
        version=done.version,
        state=done.state,
        people=list(done.people),
        gates=[GateReply.of(gate) for gate in done.gates],
    )


@router.post(
    "/models/rollback",
    operation_id="roll_model_back",
    summary="Go back to the champion before",
    responses=_CHANGING,
    openapi_extra=_BODY,
)
async def rollback(request: Request, service: AskedService, asker: Changer) -> ChangeReply:
    """One person, no gates: the version before has passed them. Servers load it in seconds."""
    version, is_suspended = await rolled_back(service, asker, await _reason(request))
    return ChangeReply(version=version, suspended=is_suspended)


@router.post(
    "/models/suspend",
    operation_id="suspend_model",
    summary="Let people decide instead of the model",
    responses=_CHANGING,
    openapi_extra=_BODY,
)
async def suspend(request: Request, service: AskedService, asker: Changer) -> ChangeReply:
    """From now on every application is referred to a person, whichever version is champion."""
    version = await suspended(service, asker, await _reason(request))
    return ChangeReply(version=version, suspended=True)


@router.post(
    "/models/resume",
    operation_id="resume_model",
    summary="Let the model decide again",
    responses=_CHANGING,
    openapi_extra=_BODY,
)
async def resume(request: Request, service: AskedService, asker: Changer) -> ChangeReply:
    """End a suspension."""
    version = await resumed(service, asker, await _reason(request))
    return ChangeReply(version=version, suspended=False)


async def _reason(request: Request) -> str:
    try:
        return Reason.model_validate(parse(await read_body(request, REASON_BYTES), 4)).reason
    except ValidationError:
        errors = [BrokenRule("reason", REASON_TEXT.of())]
        raise Problem("invalid-parameter", errors=errors) from None
