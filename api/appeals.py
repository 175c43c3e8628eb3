"""Appeals: opened by whoever stands by the client, answered in time and by somebody else."""

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from api.auth import Principal
from api.clock import utc_now
from api.problems import Problem
from api.service import Service
from data.errors import AccessError, RegistryError
from data.sentences import said
from data.store.appeals import (
    Appeal,
    Ground,
    Resolution,
    Result,
    find_appeal,
    of_decision,
    open_appeal,
    resolve,
    waiting,
)
from data.store.decisions import Decision
from data.store.human_decisions import Outcome
from data.store.idempotency import Claim

PATIENCE = 2.0


async def appeal(
    service: Service,
    asker: Principal,
    decision: Decision,
    ground: Ground,
    text: str | None,
    claim: Claim | None = None,
) -> Appeal:
    """Open an appeal against a readable decision; it is due after the settings' days.

    Or find what was opened under ``claim``. Raises Problem 409 while another is open, 410, 422,
    StoreError.
    """
    now = utc_now()
    asked = Appeal(
        appeal_id=str(uuid4()),
        decision_id=decision.decision_id,
        ground=ground,
        key_id=asker.key_id,
        at=now,
        due_at=now + timedelta(days=service.settings.appeal_days),
        text=text,
    )
    make = partial(_open, service, asked, claim)
    return await service.idempotency.once(claim, make, partial(_recall, service))


async def _open(service: Service, asked: Appeal, claim: Claim | None) -> Appeal:
    ledger = service.ledger
    try:
        kept = await service.reader.ask(
            lambda store: open_appeal(store, ledger, asked, claim), PATIENCE
        )
    except RegistryError as error:
        raise Problem("conflict", said(error)) from None
    if not kept:
        raise Problem("erased")
    return asked


async def _recall(service: Service, ids: list[str]) -> Appeal:
    return await find(service, ids[0])


async def answer(
    service: Service,
    asker: Principal,
    appeal_id: UUID | str,
    result: Result,
    outcome: Outcome | None,
    text: str | None,
) -> Appeal:
    """Resolve an appeal; ``outcome`` is the new decision where the result is ``changed``.

    Raises Problem 403 for who decided, 404, 409 when it is resolved already, 410, StoreError.
    """
    ledger, made = service.ledger, Resolution(result, asker.key_id, utc_now(), text)
    await find(service, appeal_id)
    try:
        kept = await service.reader.ask(
            lambda store: resolve(store, ledger, str(appeal_id), made, outcome), PATIENCE
        )
    except AccessError as error:
        raise Problem("forbidden", said(error)) from None
    except RegistryError as error:
        raise Problem("conflict", said(error)) from None
    if not kept:
        raise Problem("erased")
    return await find(service, appeal_id)


async def find(service: Service, appeal_id: UUID | str) -> Appeal:
    """The appeal with this id. Raises Problem 404, StoreError."""
    ledger = service.ledger
    found = await service.reader.ask(lambda store: find_appeal(store, ledger, str(appeal_id)))
    if found is None:
        raise Problem("not-found")
    return found


async def appeals_against(service: Service, decision: Decision) -> list[Appeal]:
    """The appeals against one decision, oldest first. Raises StoreError."""
    ledger, decision_id = service.ledger, decision.decision_id
    return await service.reader.ask(lambda store: of_decision(store, ledger, decision_id))


async def appeals_waiting(
    service: Service, branch: str | None = None, limit: int = 100
) -> list[Appeal]:
    """Open appeals, the one that is due first first. Raises StoreError."""
    ledger = service.ledger
    return await service.reader.ask(lambda store: waiting(store, ledger, branch, limit), PATIENCE)
