"""What became of loans: events that the lender sends or that its files hold, each kept once.

Nothing is changed, and nothing goes but by erasure and retention: a mistake is reversed by
another event. Each event has the day on which it happened and the time at which it was known, so
that what was known on any day can be told later. Ids of events are the lender's own; the store
has pseudonyms of them. The same id again with the same content is the same event.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from data.store.engine import Store
from data.store.idempotency import Claim, take_claim
from data.store.ledger import Ledger
from data.store.outcome_events import EventKind, LoanEvent, Origin, Refused, Taken
from data.store.outcomes_batch import OutcomesBatch

BATCH = 1_000
"""Events that one transaction takes in, which servers have to wait for."""
_LOCK = 0x6C6F616E73  # 'loans'
_ORDER: dict[EventKind | None, int] = {"disbursement": 0, "reversal": 2}


class OutcomesRefusedError(Exception):
    """Some of the events break a rule, so that none was kept."""

    def __init__(self, refused: Sequence[Refused]) -> None:
        self.refused = refused
        super().__init__("some events break a rule")


def keep_all(
    store: Store,
    ledger: Ledger,
    events: Sequence[LoanEvent],
    origin: Origin,
    claim: Claim | None = None,
) -> Taken:
    """Keep all ``events`` and the claim in one transaction, or none of them.

    Raises OutcomesRefusedError, ClaimTakenError when another request has the claim, StoreError.
    """
    with store.write() as connection:
        taken = _keep(connection, ledger, events, origin)
        if taken.refused:
            raise OutcomesRefusedError(taken.refused)
        take_claim(connection, claim, summary(taken))
    return taken


def keep_good(store: Store, ledger: Ledger, events: Sequence[LoanEvent], origin: Origin) -> Taken:
    """Keep those of at most ``BATCH`` events that break no rule. Raises StoreError."""
    with store.write() as connection:
        return _keep(connection, ledger, events, origin)


def summary(taken: Taken) -> list[str]:
    """The counts as an idempotency key remembers them, in their order."""
    counts = (taken.loans, taken.instalments, taken.events, taken.known, taken.erased)
    return [str(count) for count in counts]


def recalled(counts: Sequence[str]) -> Taken:
    """What ``summary`` was made of."""
    loans, instalments, events, known, erased = map(int, counts)
    return Taken(loans, instalments, events, known, erased)


def _keep(
    connection: Connection, ledger: Ledger, events: Sequence[LoanEvent], origin: Origin
) -> Taken:
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    batch = OutcomesBatch(connection, ledger, events, origin)
    for event in sorted(events, key=lambda e: _ORDER.get(e.kind, 1)):
        batch.take(event)
    batch.write()
    return batch.taken
