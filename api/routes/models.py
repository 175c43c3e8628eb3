"""Model versions: which there are, and who may put one in another's place or suspend it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from api.access import requires
from api.auth import Principal
from api.json_body import parse, read_body
from api.model_replies import (
    ChangeReply,
    GateReply,
    HistoryReply,
    ModelEvent,
    ModelReply,
    ModelsReply,
    PromotionReply,
)
from api.problems import FieldError, Problem, responses
from api.promoting import Person, person_of, promote
from api.service import AskedService, Service
from data.errors import AccessError, BundleError, RegistryError
from scoring import switching
from scoring.registry import CHAMPION, Registry

REASON_BYTES = 4 * 1024
_VERSION = r"^[a-z][a-z0-9_]{0,63}-[0-9a-f]{12}$"

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
Answer = TypeVar("Answer")


class Reason(BaseModel):
    """Why the model is changed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: str = Field(
        min_length=1, max_length=1_000, pattern=r"[^ \t\r\n]", description="Kept with the change."
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
        suspended = switching.suspension(registry.store)
        proposed = switching.proposal(registry.store, datetime.now(UTC))
        aliases = registry.aliases()
        return ModelsReply(
            models=[ModelReply.of(model, aliases) for model in registry.versions()],
            suspended=ModelEvent.of(suspended) if suspended else None,
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
    version: Annotated[str, Path(pattern=_VERSION)],
) -> PromotionReply:
    """Two people have to ask for it, and it has to pass all gates.

    The gates: no worse than the champion on held-out loans, audited for fairness, and BETTER or
    NOT WORSE in the newest shadow report.
    """
    reason, settings = await _reason(request), service.settings

    def change(registry: Registry, who: Person, now: datetime) -> PromotionReply:
        if version not in {model.version for model in registry.versions()}:
            raise Problem("not-found")
        done = promote(registry, version, who, reason, settings, now)
        service.champion.watcher.refresh()
        gates = [GateReply.of(gate) for gate in done.gates]
        return PromotionReply(
            version=done.version, state=done.state, people=list(done.people), gates=gates
        )

    return await _changed(service, asker, change)


@router.post(
    "/models/rollback",
    operation_id="roll_model_back",
    summary="Go back to the champion before",
    responses=_CHANGING,
    openapi_extra=_BODY,
)
async def rollback(request: Request, service: AskedService, asker: Changer) -> ChangeReply:
    """One person, no gates: the version before has passed them. Servers load it in seconds."""
    reason = await _reason(request)

    def change(registry: Registry, who: Person, _now: datetime) -> ChangeReply:
        version = registry.rollback(CHAMPION, who.actor, reason)
        service.champion.watcher.refresh()
        suspended = switching.suspension(registry.store) is not None
        return ChangeReply(version=version, suspended=suspended)

    return await _changed(service, asker, change)


@router.post(
    "/models/suspend",
    operation_id="suspend_model",
    summary="Let people decide instead of the model",
    responses=_CHANGING,
    openapi_extra=_BODY,
)
async def suspend(request: Request, service: AskedService, asker: Changer) -> ChangeReply:
    """From now on every application is referred to a person, whichever version is champion."""
    reason = await _reason(request)

    def change(registry: Registry, who: Person, now: datetime) -> ChangeReply:
        version = switching.suspend(registry.store, who.actor, reason, now)
        service.champion.watcher.look()
        return ChangeReply(version=version, suspended=True)

    return await _changed(service, asker, change)


@router.post(
    "/models/resume",
    operation_id="resume_model",
    summary="Let the model decide again",
    responses=_CHANGING,
    openapi_extra=_BODY,
)
async def resume(request: Request, service: AskedService, asker: Changer) -> ChangeReply:
    """End a suspension."""
    reason = await _reason(request)

    def change(registry: Registry, who: Person, now: datetime) -> ChangeReply:
        version = switching.resume(registry.store, who.actor, reason, now)
        service.champion.watcher.look()
        return ChangeReply(version=version, suspended=False)

    return await _changed(service, asker, change)


async def _reason(request: Request) -> str:
    try:
        return Reason.model_validate(parse(await read_body(request, REASON_BYTES), 4)).reason
    except ValidationError:
        rule = "must be a text of 1 to 1,000 characters, and nothing else may be there"
        raise Problem("invalid-parameter", errors=[FieldError(field="reason", rule=rule)]) from None


async def _changed(
    service: Service, asker: Principal, change: Callable[[Registry, Person, datetime], Answer]
) -> Answer:
    """Make ``change`` in a thread, in the name of ``asker``. Raises Problem 409, StoreError."""
    registry = service.champion.watcher.registry

    def work() -> Answer:
        return change(registry, person_of(registry.store, asker.key_id), datetime.now(UTC))

    try:
        return await asyncio.to_thread(work)
    except (RegistryError, BundleError, AccessError) as error:
        raise Problem("model-change-refused", str(error)) from None
