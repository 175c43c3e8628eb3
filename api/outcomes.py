"""From events that the lender's system sends to stored outcomes: all of them, or none."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator, Sequence
from functools import partial

from api.auth import Principal
from api.clock import utc_now
from api.outcomes_schema import AnyEvent, Disbursement, Repayment, Reversal, read_events
from api.problem_rules import NOT_BEFORE_EVENT, NOT_FUTURE, UNTIL_TODAY
from api.problems import BrokenRule, Problem
from api.service import Service
from data.contract import Contract
from data.store.idempotency import Claim
from data.store.outcome_events import Instalment, LoanEvent, Origin, Taken
from data.store.outcomes import OutcomesRefusedError, keep_all, recalled

PATIENCE = 20.0
"""Seconds to wait until thousands of events are durable."""
EARLIEST = dt.date(1990, 1, 1)


def origin_of(contract: Contract, actor: str, now: dt.datetime) -> Origin:
    """Loans of ``contract``, kept as long as the longest-kept of its sources."""
    days = max(source.retention_days for source in contract.sources.values())
    return Origin(contract.contract, days, actor, now)


async def take_outcomes(
    service: Service, asker: Principal, idempotency_key: str | None, body: bytes
) -> Taken:
    """Keep the events in ``body``, or find what was kept under the same key.

    Raises Problem (400, 409, 422, 503), StoreError.
    """
    claim = service.idempotency.claim(asker, idempotency_key, "/outcomes", body)

    async def recall(counts: list[str]) -> Taken:
        return recalled(counts)

    return await service.idempotency.once(
        claim, partial(_take, service, asker, body, claim), recall
    )


async def _take(service: Service, asker: Principal, body: bytes, claim: Claim | None) -> Taken:
    contract, now = service.champion.get().intake.contract, utc_now()
    loop = asyncio.get_running_loop()
    events = await loop.run_in_executor(service.batches, _read, body, now)
    origin, ledger = origin_of(contract, f"key {asker.key_id}", now), service.ledger
    try:
        return await service.reader.ask(
            lambda store: keep_all(store, ledger, events, origin, claim), PATIENCE
        )
    except OutcomesRefusedError as refused:
        errors = [BrokenRule(f"{r.place}.{r.field}", r.rule) for r in refused.refused]
        raise Problem("conflict", errors=errors) from None


def _read(body: bytes, now: dt.datetime) -> Sequence[LoanEvent]:
    sent = read_events(body)
    if errors := [e for i, event in enumerate(sent) for e in _untimely(event, i, now)]:
        raise Problem("conflict", errors=errors)
    return [_event(event, i, now) for i, event in enumerate(sent)]


def _untimely(event: AnyEvent, i: int, now: dt.datetime) -> Iterator[BrokenRule]:
    """What no schema can say of the times of an event; the day begins first at UTC+14."""
    last = (now + dt.timedelta(hours=14)).date()
    if not EARLIEST <= event.on <= last:
        yield BrokenRule(f"events.{i}.on", UNTIL_TODAY.of(first=str(EARLIEST)))
    known = event.known_at
    if known is not None and not EARLIEST <= known.date() <= last:
        yield BrokenRule(f"events.{i}.known_at", NOT_FUTURE.of())
    elif known is not None and known.date() < event.on - dt.timedelta(days=1):
        yield BrokenRule(f"events.{i}.known_at", NOT_BEFORE_EVENT.of())


def _event(event: AnyEvent, i: int, now: dt.datetime) -> LoanEvent:
    known = event.known_at or now
    dues = event.instalments if isinstance(event, Disbursement) else []
    return LoanEvent(
        place=f"events.{i}",
        kind=event.kind,
        event_id=event.event_id,
        application_id=event.application_id,
        on=event.on,
        known_at=known,
        amount=event.amount if isinstance(event, Repayment) else None,
        reverses=event.reverses if isinstance(event, Reversal) else None,
        applicant_id=event.applicant_id if isinstance(event, Disbursement) else None,
        instalments=tuple(
            Instalment(number, due.due_on, due.amount_due, known)
            for number, due in enumerate(dues, 1)
        ),
    )
