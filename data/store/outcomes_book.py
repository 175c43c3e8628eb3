"""Stored loans as a book, as they were known on a day (a job dependency: needs pandas)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import select

from data.contract import Contract, Definition, PerformanceLabel
from data.errors import NotEnoughDataError
from data.loanbook import NEVER, Days, LoanBook, running
from data.store.engine import Store
from data.store.tables_outcomes import loan_events, loan_instalments, loans

SETTLING_DAYS = 7
"""Days after the end of a window in which what was paid inside it may still become known."""

_DUES = (
    loan_instalments.c.application,
    loan_instalments.c.due_on,
    loan_instalments.c.amount_due,
    loan_instalments.c.known_at,
)
_EVENTS = (
    loan_events.c.application,
    loan_events.c.event,
    loan_events.c.kind,
    loan_events.c.on_day,
    loan_events.c.amount,
    loan_events.c.reverses,
    loan_events.c.known_at,
)


@dataclass(frozen=True)
class StoredLoans:
    """Loans of one contract with what was known of them; arrays (n,) in the order of ``book``.

    ``application`` and ``applicant``: pseudonyms.
    """

    application: NDArray[np.object_]
    applicant: NDArray[np.object_]
    book: LoanBook

    def __len__(self) -> int:
        return len(self.book)


def definition_of(contract: Contract) -> Definition:
    """How the contract computes outcomes.

    Raises NotEnoughDataError for a label that stands in a column: no events can make it.
    """
    if not isinstance(contract.label, PerformanceLabel):
        raise NotEnoughDataError(
            f"the label of contract {contract.contract} stands in a column of its files; "
            "outcomes of loans mature only under a label of kind 'performance'"
        )
    return contract.label.definition


@dataclass(frozen=True)
class LoanRows:
    """What was known at the end of a day of the loans of one contract, as rows."""

    people: dict[str, str]
    events: pd.DataFrame
    dues: pd.DataFrame
    definition: Definition

    def loans(self, *, at_window: bool = False) -> StoredLoans:
        """The loans as a book.

        ``at_window``: of each loan only what was known when its window closed and SETTLING_DAYS
        were over, so that what becomes known later changes nothing. Reversed events count as
        never having been, payments as the definition says; a loan whose disbursement is reversed
        is left out.
        """
        return _stored(self, at_window=at_window)


def read_rows(store: Store, contract: Contract, day: date) -> LoanRows:
    """The loans of ``contract`` as known at the end of ``day`` in the contract's time zone.

    Raises StoreError, NotEnoughDataError.
    """
    definition, zone = definition_of(contract), ZoneInfo(contract.timezone)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    mine = (loans.c.contract == contract.contract) & loans.c.erased_at.is_(None)
    with store.read() as connection:
        named = connection.execute(select(loans.c.application, loans.c.applicant).where(mine))
        people = {row.application: row.applicant for row in named}
        known = mine & (loan_events.c.known_at < end)
        events = connection.execute(select(*_EVENTS).join(loans).where(known)).all()
        known = mine & (loan_instalments.c.known_at < end)
        owed = connection.execute(select(*_DUES).join(loans).where(known)).all()
    happened = _frame(events, _EVENTS, "on_day", zone)
    return LoanRows(people, happened, _frame(owed, _DUES, "due_on", zone), definition)


def _frame(rows: Any, columns: Any, day: str, zone: ZoneInfo) -> pd.DataFrame:
    """Rows with ``day`` and ``known`` (the local day of known_at) as datetime64[D] arrays."""
    frame = pd.DataFrame(rows, columns=[c.name for c in columns])
    known = [at.astimezone(zone).date() for at in frame["known_at"]]
    return frame.assign(
        day=np.array(frame[day], dtype="datetime64[D]"),
        known=np.array(known, dtype="datetime64[D]"),
    )


def _stored(rows: LoanRows, *, at_window: bool) -> StoredLoans:
    events, dues, definition = rows.events, rows.dues, rows.definition
    seen_until = _seen_until(events[events["kind"] == "repayment"])
    lent = events[events["kind"] == "disbursement"]
    lent = lent[~lent["event"].isin(set(events["reverses"].dropna()))]
    index = pd.Index(lent["application"], dtype=object)
    disbursed = _days(lent, "day")
    events, dues = (f.assign(row=index.get_indexer(f["application"])) for f in (events, dues))
    events, dues = events[events["row"] >= 0], dues[dues["row"] >= 0]
    if at_window:
        last = disbursed + np.timedelta64((definition.window_days or 0) + SETTLING_DAYS, "D")
        events, dues = (
            f[_days(f, "known") <= last[f["row"].to_numpy(dtype=np.intp)]] for f in (events, dues)
        )
    book = LoanBook(
        disbursed=disbursed,
        written_off=_first(events, "write_off", len(index)),
        rescheduled=_first(events, "reschedule", len(index)),
        dues=_running(dues, "amount_due"),
        paid=_running(_payments(events, definition), "amount"),
        seen_until=seen_until,
    )
    applicant = np.array([rows.people[a] for a in index], dtype=object)
    return StoredLoans(index.to_numpy(dtype=object), applicant, book)


def _payments(events: pd.DataFrame, definition: Definition) -> pd.DataFrame:
    paid = events[events["kind"] == "repayment"]
    if definition.reversals == "ignored":
        return paid
    return paid[~paid["event"].isin(set(events["reverses"].dropna()))]


def _first(events: pd.DataFrame, kind: str, n: int) -> Days:
    """First day of the events of ``kind`` of each loan (n,) that nobody reversed; NaT: none."""
    mine = events[events["kind"] == kind]
    mine = mine[~mine["event"].isin(set(events["reverses"].dropna()))]
    days = np.full(n, NEVER)
    np.fmin.at(days, mine["row"].to_numpy(dtype=np.intp), _days(mine, "day"))
    return days


def _running(frame: pd.DataFrame, amount: str) -> pd.DataFrame:
    rows = frame["row"].to_numpy(dtype=np.intp)
    return running(rows, _days(frame, "day"), frame[amount].to_numpy(dtype=np.float64))


def _days(frame: pd.DataFrame, column: str) -> Days:
    return frame[column].to_numpy().astype("datetime64[D]")


def _seen_until(payments: pd.DataFrame) -> np.datetime64:
    """Last day that the repayments show: on which one was made or became known; NaT: none."""
    days = np.concatenate([_days(payments, "day"), _days(payments, "known")])
    latest: np.datetime64 = np.fmax.reduce(days, initial=NEVER)
    return latest
