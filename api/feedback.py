"""Problems that people report about scores."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

from api.auth import Principal
from api.clock import utc_now
from api.problems import Problem
from api.service import Service
from data.store.decisions import Decision
from data.store.feedback import (
    Answer,
    Feedback,
    Theme,
    by_theme,
    newest,
    of_decision,
    report,
)
from data.store.idempotency import Claim

PATIENCE = 2.0
LONG_PATIENCE = 20.0


async def report_problem(
    service: Service,
    asker: Principal,
    decision: Decision,
    theme: Theme | Answer,
    text: str | None,
    claim: Claim | None = None,
) -> Feedback:
    """Keep a problem with a readable decision, its text sealed, or whether the result helped.

    Or find what was kept under ``claim``. Raises Problem 410, 422, StoreError.
    """
    said = Feedback(
        feedback_id=str(uuid4()),
        decision_id=decision.decision_id,
        theme=theme,
        key_id=asker.key_id,
        at=utc_now(),
        text=text,
    )
    make = partial(_keep, service, said, claim)
    return await service.idempotency.once(claim, make, partial(_recall, service, decision))


async def _keep(service: Service, said: Feedback, claim: Claim | None) -> Feedback:
    ledger = service.ledger
    if not await service.reader.ask(lambda store: report(store, ledger, said, claim), PATIENCE):
        raise Problem("erased")
    return said


async def _recall(service: Service, decision: Decision, ids: list[str]) -> Feedback:
    ledger, decision_id = service.ledger, decision.decision_id
    kept = await service.reader.ask(lambda store: of_decision(store, ledger, decision_id), PATIENCE)
    found = [said for said in kept if said.feedback_id in ids]
    if not found:
        raise Problem("erased")
    return found[0]


async def problems_reported(
    service: Service,
    days: int,
    *,
    theme: Theme | None = None,
    branch: str | None = None,
    limit: int = 100,
) -> list[Feedback]:
    """The newest reports of the last ``days`` first. Raises StoreError."""
    ledger, since = service.ledger, utc_now() - timedelta(days=days)
    return await service.reader.ask(
        lambda store: newest(store, ledger, since, theme=theme, branch=branch, limit=limit),
        LONG_PATIENCE,
    )


async def themes(service: Service, days: int, branch: str | None = None) -> dict[str, int]:
    """Theme to number of reports in the last ``days``. Raises StoreError."""
    since = utc_now() - timedelta(days=days)
    return await service.reader.ask(lambda store: by_theme(store, since, branch), LONG_PATIENCE)
