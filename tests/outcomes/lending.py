"""Events of loans and books of loans, for tests."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from data.loanbook import NEVER, LoanBook, running
from data.store import Store
from data.store.ledger import Ledger
from data.store.outcome_events import Instalment, LoanEvent, Origin, Taken
from data.store.outcomes import keep_all

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ORIGIN = Origin("small", 1825, "test", NOW)
LENT = date(2024, 1, 10)

Payment = tuple[date, float]


def at(day: date) -> datetime:
    """Noon of ``day``."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def loan(
    name: str,
    lent: date = LENT,
    *,
    person: str = "P-1",
    dues: int = 3,
    amount: float = 100.0,
    every: int = 30,
) -> LoanEvent:
    """A loan of equal instalments, ``every`` so many days."""
    owed = [lent + timedelta(days=every * n) for n in range(1, dues + 1)]
    return LoanEvent(
        place=f"loan {name}",
        kind="disbursement",
        event_id=f"D-{name}",
        application_id=name,
        on=lent,
        known_at=at(lent),
        applicant_id=person,
        instalments=tuple(Instalment(n, d, amount, at(lent)) for n, d in enumerate(owed, 1)),
    )


def paid(name: str, on: date, amount: float = 100.0, **change: Any) -> LoanEvent:
    """A repayment, known at noon of its day."""
    fields: dict[str, Any] = {
        "place": f"repayment {on}",
        "kind": "repayment",
        "event_id": f"R-{name}-{on}",
        "application_id": name,
        "on": on,
        "known_at": at(on),
        "amount": amount,
    }
    return LoanEvent(**(fields | change))


def happened(kind: Any, name: str, on: date, **change: Any) -> LoanEvent:
    """Another event, known at noon of its day."""
    fields: dict[str, Any] = {
        "place": f"{kind} {on}",
        "kind": kind,
        "event_id": f"{kind}-{name}-{on}",
        "application_id": name,
        "on": on,
        "known_at": at(on),
    }
    return LoanEvent(**(fields | change))


def keep(store: Store, ledger: Ledger, *events: LoanEvent, origin: Origin = ORIGIN) -> Taken:
    """Keep all events or none."""
    return keep_all(store, ledger, events, origin)


def book_of(
    loans: Sequence[tuple[date, Sequence[Payment], Sequence[Payment]]],
    seen_until: date,
    written_off: Sequence[date | None] | None = None,
    rescheduled: Sequence[date | None] | None = None,
) -> LoanBook:
    """A book of (disbursed, dues, payments)."""
    none = [None] * len(loans)
    return LoanBook(
        disbursed=_days([lent for lent, _, _ in loans]),
        written_off=_days(written_off or none),
        rescheduled=_days(rescheduled or none),
        dues=_running([dues for _, dues, _ in loans]),
        paid=_running([paid for _, _, paid in loans]),
        seen_until=np.datetime64(seen_until, "D"),
    )


def _days(days: Sequence[date | None]) -> Any:
    return np.array([NEVER if d is None else d for d in days], dtype="datetime64[D]")


def _running(lists: Sequence[Sequence[Payment]]) -> Any:
    rows = np.array([i for i, found in enumerate(lists) for _ in found], dtype=np.intp)
    flat = [pair for found in lists for pair in found]
    amounts = np.array([amount for _, amount in flat], dtype=np.float64)
    return running(rows, _days([day for day, _ in flat]), amounts)
