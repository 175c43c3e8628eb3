"""What some running loans owe, looked up loan by loan, for those who follow them up.

The same reckoning as ``data.loanbook`` (payments settle the oldest instalment first) without its
libraries, so that a server can do it for the few loans of one page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from data.store.tables import decisions
from data.store.tables_outcomes import loan_events, loan_instalments

THOUSANDTHS = 1000
_HALF_CENT = 5
CLOSED = frozenset({"write_off", "reschedule"})
"""Events after which the schedule that is stored says nothing of what is due."""


class Due(NamedTuple):
    """One instalment: its day and its amount."""

    day: date
    amount: float


class Happened(NamedTuple):
    """One event of a loan."""

    event: str
    kind: str
    day: date
    amount: float | None
    reverses: str | None


@dataclass(frozen=True, slots=True)
class Arrears:
    """How one loan stands on a day.

    ``days``: how long its oldest open instalment is past due, 0 for none; ``open``: instalments
    past due, of ``instalments`` in all; ``overdue``: money past due; ``balance``: all that is
    still to be paid; ``first``: the very first instalment is the one that is open.
    """

    days: int
    open: int
    instalments: int
    overdue: float
    balance: float
    first: bool


def arrears(
    dues: Iterable[Due], events: Sequence[Happened], on: date, *, reversals_count: bool = True
) -> Arrears | None:
    """How a loan stands at the end of the day ``on``; None where its schedule is not in force.

    ``reversals_count``: a payment that was ever reversed never was.
    """
    back = {event.reverses for event in events if event.reverses is not None}
    real = [event for event in events if event.event not in back]
    if any(event.kind in CLOSED and event.day <= on for event in real):
        return None
    counted = real if reversals_count else events
    paid = sum(
        round((event.amount or 0.0) * THOUSANDTHS)
        for event in counted
        if event.kind == "repayment" and event.day <= on
    )
    owed = past = 0
    late: list[tuple[date, bool]] = []
    ordered = sorted(dues)
    for number, due in enumerate(ordered):
        owed += round(due.amount * THOUSANDTHS)
        if due.day < on:
            past = owed
            if owed - paid > _HALF_CENT:
                late.append((due.day, number == 0))
    return Arrears(
        days=(on - late[0][0]).days if late else 0,
        open=len(late),
        instalments=len(ordered),
        overdue=max(past - paid, 0) / THOUSANDTHS if late else 0.0,
        balance=max(owed - paid, 0) / THOUSANDTHS,
        first=bool(late) and late[0][1],
    )


def arrears_of(
    connection: Connection, decision_ids: Sequence[str], on: date, *, reversals_count: bool = True
) -> dict[str, Arrears]:
    """How the loans of these decisions stand at the end of ``on``, by decision, where they do."""
    d, owed, happened = decisions.c, loan_instalments.c, loan_events.c
    named = select(d.decision_id, d.application).where(d.decision_id.in_(decision_ids))
    of = {row.decision_id: row.application for row in connection.execute(named)}
    dues: dict[str, list[Due]] = {}
    query = select(owed.application, owed.due_on, owed.amount_due)
    for row in connection.execute(query.where(owed.application.in_(of.values()))):
        dues.setdefault(row.application, []).append(Due(row.due_on, row.amount_due))
    events: dict[str, list[Happened]] = {}
    columns = (happened.event, happened.kind, happened.on_day, happened.amount, happened.reverses)
    seen = select(*columns, happened.application).order_by(happened.position)
    for *told, application in connection.execute(seen.where(happened.application.in_(of.values()))):
        events.setdefault(application, []).append(Happened(*told))
    found = {
        decision_id: arrears(
            dues[application], events.get(application, ()), on, reversals_count=reversals_count
        )
        for decision_id, application in of.items()
        if application in dues
    }
    return {name: standing for name, standing in found.items() if standing is not None}
