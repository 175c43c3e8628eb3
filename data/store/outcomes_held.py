"""The loans that the store has: of one person, erased, past their period, counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from data.store.engine import Store
from data.store.ledger import Ledger
from data.store.outcomes_batch import EVENT
from data.store.tables_outcomes import loan_events, loan_instalments, loans

_BATCH = 500


@dataclass(frozen=True, slots=True)
class HeldInstalment:
    """What a loan owes on a day."""

    number: int
    due_on: date
    amount_due: float
    known_at: datetime


@dataclass(frozen=True, slots=True)
class HeldLoanEvent:
    """Something that happened to a loan. ``event``: a pseudonym of the lender's own id."""

    event: str
    kind: str
    on_day: date
    amount: float | None
    reverses: str | None
    known_at: datetime


@dataclass(frozen=True, slots=True)
class HeldLoan:
    """One loan, by the pseudonym of its application, whole; without parts once it is erased."""

    application: str
    contract: str
    retention_days: int
    created_at: datetime
    erased_at: datetime | None
    instalments: list[HeldInstalment]
    events: list[HeldLoanEvent]


@dataclass(frozen=True, slots=True)
class Status:
    """How much is stored of the loans of one contract, and until when.

    ``seen_until``: the last day that a repayment shows; ``events``: by kind.
    """

    contract: str
    loans: int
    erased: int
    instalments: int
    events: dict[str, int]
    first_disbursed_on: date | None
    last_disbursed_on: date | None
    seen_until: date | None


def loans_of(store: Store, person: str) -> list[HeldLoan]:
    """All loans of the pseudonym ``person``, in the order in which they came. Raises StoreError."""
    query = select(loans).where(loans.c.applicant == person)
    with store.read() as connection:
        rows = connection.execute(query.order_by(loans.c.created_at, loans.c.application)).all()
        return [_held(connection, row) for row in rows]


def _held(connection: Connection, loan: Row[Any]) -> HeldLoan:
    dues, events = loan_instalments.c, loan_events.c
    owed = select(dues.number, dues.due_on, dues.amount_due, dues.known_at)
    owed = owed.where(dues.application == loan.application).order_by(dues.number)
    happened = select(
        events.event,
        events.kind,
        events.on_day,
        events.amount,
        events.reverses,
        events.known_at,
    )
    happened = happened.where(events.application == loan.application).order_by(events.position)
    return HeldLoan(
        loan.application,
        loan.contract,
        loan.retention_days,
        loan.created_at,
        loan.erased_at,
        [HeldInstalment(*row) for row in connection.execute(owed)],
        [HeldLoanEvent(*row) for row in connection.execute(happened)],
    )


def erase_loans(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    """Take away all that is known of the loans ``which``; return how many there were.

    Their rows stay, with nothing but pseudonyms, so that nothing is taken in for them again.
    """
    here = which & loans.c.erased_at.is_(None)
    mine = select(loans.c.application).where(here)
    for table in (loan_instalments, loan_events):
        connection.execute(delete(table).where(table.c.application.in_(mine)))
    return connection.execute(update(loans).where(here).values(erased_at=now)).rowcount


def retain_loans(
    store: Store, ledger: Ledger, now: datetime, actor: str, *, dry_run: bool = False
) -> int:
    """Erase loans that are past their period; return how many are or were.

    The period is that of the contract's longest source, from the last day that the loan has:
    its last event or its last instalment's. Recorded on the audit chain. Raises StoreError.
    """
    due = list(_past_their_period(store, now.astimezone(UTC).date()))
    for at in range(0, 0 if dry_run else len(due), _BATCH):
        with store.write() as connection:
            gone = erase_loans(connection, loans.c.application.in_(due[at : at + _BATCH]), now)
            entry = {"actor": actor, "did": "retention", "loans": gone}
            ledger.record(connection, EVENT, f"retention {now.astimezone(UTC).date()}", entry)
    return len(due)


def _past_their_period(store: Store, today: date) -> Iterator[str]:
    last_event, last_due = func.max(loan_events.c.on_day), func.max(loan_instalments.c.due_on)
    shortest = select(func.min(loans.c.retention_days)).where(loans.c.erased_at.is_(None))
    with store.read() as connection:
        days = connection.execute(shortest).scalar()
        if days is None:
            return
        events = (
            select(loan_events.c.application, last_event.label("day"))
            .group_by(loan_events.c.application)
            .having(last_event < today - timedelta(days=days))
            .subquery()
        )
        query = (
            select(loans.c.application, loans.c.retention_days, events.c.day, last_due)
            .join(events, events.c.application == loans.c.application)
            .outerjoin(loan_instalments, loan_instalments.c.application == loans.c.application)
            .where(loans.c.erased_at.is_(None))
            .group_by(loans.c.application, loans.c.retention_days, events.c.day)
            .order_by(loans.c.application)
        )
        rows = connection.execute(query).all()
    for application, period, day, due in rows:
        if max(day, due or day) + timedelta(days=period) < today:
            yield application


def status(store: Store) -> list[Status]:
    """What is stored, by contract. Raises StoreError."""
    with store.read() as connection:
        names = connection.execute(select(loans.c.contract).distinct().order_by(loans.c.contract))
        return [_status(connection, name) for name in names.scalars()]


def _status(connection: Connection, contract: str) -> Status:
    mine = loans.c.contract == contract
    total, erased = connection.execute(
        select(func.count(), func.count(loans.c.erased_at)).where(mine)
    ).one()
    owed = select(func.count()).select_from(loan_instalments.join(loans)).where(mine)
    kinds = (
        select(
            loan_events.c.kind,
            func.count(),
            func.min(loan_events.c.on_day),
            func.max(loan_events.c.on_day),
        )
        .select_from(loan_events.join(loans))
        .where(mine)
        .group_by(loan_events.c.kind)
    )
    found = {kind: (count, first, last) for kind, count, first, last in connection.execute(kinds)}
    lent = found.get("disbursement", (0, None, None))
    return Status(
        contract=contract,
        loans=total,
        erased=erased,
        instalments=connection.execute(owed).scalar_one(),
        events={kind: count for kind, (count, _, _) in sorted(found.items())},
        first_disbursed_on=lent[1],
        last_disbursed_on=lent[2],
        seen_until=found.get("repayment", (0, None, None))[2],
    )
