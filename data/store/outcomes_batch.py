"""Events of one transaction, looked at one by one against the store and against each other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from data.sentences import Sentence
from data.store.ledger import Ledger
from data.store.outcome_events import Instalment, LoanEvent, Origin, Refused, Taken
from data.store.outcome_rules import (
    BEFORE_REVERSED,
    HAS_LOAN,
    NO_EVENT,
    NO_LOAN,
    NO_REVERSAL,
    OTHER_EVENT,
    OTHER_INSTALMENT,
    REVERSED,
)
from data.store.tables_outcomes import loan_events, loan_instalments, loans

EVENT = "outcomes"
"""Kind of the events on the audit chain that say what was taken in."""
_LOOKED_UP = 1_000


class OutcomesBatch:
    """What ``events`` add to the store; ``write`` adds it."""

    def __init__(
        self,
        connection: Connection,
        ledger: Ledger,
        events: Sequence[LoanEvent],
        origin: Origin,
    ) -> None:
        self._connection, self._ledger, self._origin = connection, ledger, origin
        self.taken = Taken()
        self._new: dict[Table, list[dict[str, Any]]] = {
            loans: [],
            loan_instalments: [],
            loan_events: [],
        }
        applications = {ledger.pseudonym("application", e.application_id) for e in events}
        self._erased = _found(connection, loans, "application", applications, "erased_at")
        ids = {e.event_id for e in events if e.kind} | {e.reverses for e in events if e.reverses}
        names = {ledger.pseudonym("event", i) for i in ids}
        self._events = _found(connection, loan_events, "event", names)
        self._reversed = set(_found(connection, loan_events, "reverses", names))
        self._dues = _found(
            connection, loan_instalments, "application", applications, also="number"
        )

    def take(self, event: LoanEvent) -> None:
        """Add what is new of ``event``, or say which rule it breaks."""
        application = self._ledger.pseudonym("application", event.application_id)
        row = self._row(event, application) if event.kind else None
        same = self._events.get(row["event"]) if row else None
        if self._erased.get(application) is not None:
            self.taken.erased += 1
        elif row and same and not _alike(row, same):
            self._refuse(event, "event_id", OTHER_EVENT)
        elif broken := self._broken(event, application, row, same is not None):
            self._refuse(event, *broken)
        else:
            self._add(event, application, row, same is not None)

    def _broken(
        self, event: LoanEvent, application: str, row: Mapping[str, Any] | None, is_known: bool
    ) -> tuple[str, Sentence] | None:
        """Field and rule that the event breaks."""
        has_loan = application in self._erased
        if event.kind == "disbursement" and has_loan and not is_known:
            return "application_id", HAS_LOAN
        if event.kind != "disbursement" and not has_loan:
            return "application_id", NO_LOAN
        if row and event.kind == "reversal" and not is_known:
            return self._no_reversal(row)
        for due in event.instalments:
            there = self._dues.get((application, due.number))
            if there and (there["due_on"], there["amount_due"]) != (due.due_on, due.amount_due):
                return "instalments", OTHER_INSTALMENT
        return None

    def _no_reversal(self, row: Mapping[str, Any]) -> tuple[str, Sentence] | None:
        target = self._events.get(row["reverses"])
        if target is None or target["application"] != row["application"]:
            return "reverses", NO_EVENT
        if target["kind"] == "reversal":
            return "reverses", NO_REVERSAL
        if row["reverses"] in self._reversed:
            return "reverses", REVERSED
        if row["on_day"] < target["on_day"]:
            return "on", BEFORE_REVERSED
        return None

    def _add(
        self, event: LoanEvent, application: str, row: dict[str, Any] | None, is_known: bool
    ) -> None:
        taken, origin = self.taken, self._origin
        if row and not is_known:
            self._events[row["event"]] = row
            if row["reverses"]:
                self._reversed.add(row["reverses"])
            self._new[loan_events].append(row)
            taken.events += 1
        elif row:
            taken.known += 1
        if event.kind == "disbursement" and application not in self._erased:
            self._erased[application] = None
            self._new[loans].append(
                {
                    "application": application,
                    "applicant": self._ledger.person(event.applicant_id or ""),
                    "contract": origin.contract,
                    "retention_days": origin.retention_days,
                    "created_at": origin.at,
                }
            )
            taken.loans += 1
        for due in event.instalments:
            self._owe(application, due)

    def _owe(self, application: str, due: Instalment) -> None:
        if (application, due.number) in self._dues:
            self.taken.known += 1
            return
        fields = ("number", "due_on", "amount_due", "known_at")
        row = {"application": application} | {name: getattr(due, name) for name in fields}
        self._dues[application, due.number] = row
        self._new[loan_instalments].append(row)
        self.taken.instalments += 1

    def _row(self, event: LoanEvent, application: str) -> dict[str, Any]:
        named = self._ledger.pseudonym
        return {
            "event": named("event", event.event_id),
            "application": application,
            "kind": event.kind,
            "on_day": event.on,
            "amount": event.amount,
            "reverses": named("event", event.reverses) if event.reverses else None,
            "known_at": event.known_at,
        }

    def _refuse(self, event: LoanEvent, name: str, rule: Sentence) -> None:
        self.taken.refused.append(Refused(event.place, name, rule.of()))

    def write(self) -> None:
        """Insert what is new, and put its counts and digest on the audit chain."""
        if not any(self._new.values()):
            return
        for table, rows in self._new.items():
            if rows:
                self._connection.execute(insert(table), rows)
        content = json.dumps(list(self._new.values()), default=str, sort_keys=True)
        entry = {
            "actor": self._origin.actor,
            **{table.name: len(rows) for table, rows in self._new.items()},
            "sha256": sha256(content.encode()).hexdigest(),
        }
        self._ledger.record(self._connection, EVENT, self._origin.contract, entry)


_CONTENT = ("application", "kind", "on_day", "amount", "reverses")


def _alike(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two events say the same; when it was known first is what stands."""
    return all(row[name] == other[name] for name in _CONTENT)


def _found(
    connection: Connection,
    table: Table,
    by: str,
    names: set[str],
    only: str | None = None,
    *,
    also: str | None = None,
) -> dict[Any, Any]:
    """Rows of ``table`` whose column ``by`` is in ``names``, by that column (and ``also``).

    The value is the row by column, or the column ``only`` of it.
    """
    found: dict[Any, Any] = {}
    wanted = sorted(names)
    for at in range(0, len(wanted), _LOOKED_UP):
        query = select(table).where(table.c[by].in_(wanted[at : at + _LOOKED_UP]))
        for row in connection.execute(query).mappings():
            name = row[by] if also is None else (row[by], row[also])
            found[name] = row[only] if only else row
    return found
