"""Problems that people report about scores."""

from datetime import timedelta
from uuid import uuid4

from api.auth import Principal
from api.clock import utc_now
from api.problems import Problem
from api.service import Service
from data.store.decisions import Decision
from data.store.feedback import Answer, Feedback, Theme, by_theme, newest, report

PATIENCE = 2.0
LONG_PATIENCE = 20.0


async def report_problem(
    service: Service, asker: Principal, decision: Decision, theme: Theme | Answer, text: str | None
) -> Feedback:
    """Keep a problem with a readable decision, its text sealed, or whether the result helped.

    Raises Problem 410, StoreError.
    """
    said = Feedback(
        feedback_id=str(uuid4()),
        decision_id=decision.decision_id,
        theme=theme,
        key_id=asker.key_id,
        at=utc_now(),
        text=text,
    )
    ledger = service.ledger
    if not await service.reader.ask(lambda store: report(store, ledger, said), PATIENCE):
        raise Problem("erased")
    return said


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
