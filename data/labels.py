"""Outcomes: which loans turned out bad, by the definition of the contract.

A computed outcome (``PerformanceLabel``) goes as follows. The window is disbursed_on to
disbursed_on + window_days, both included. Payments settle the oldest instalment first, in the
order of the due dates; an instalment is settled on the first day on which all that was paid
reaches all that was due up to it, and its days past due are that day, or the end of the window if
that comes first, less its due date. The loan is bad when an instalment reaches ``days_past_due``,
or when it is written off or rescheduled inside the window and the definition calls that bad;
where the definition calls that excluded, the loan has no label whatever else happened.
A payment that was ever reversed never counted, unless reversals are ignored.

The window has closed when its end is not after the last day that the repayments show (the latest
paid_on or known_at of that table). Before that a loan has no label even when it is already bad:
else recent loans would be counted when they are bad and left out when they are good.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data.contract import ColumnLabel, Contract, Definition, PerformanceLabel
from data.errors import DataFileError
from data.features.applications import Applications
from data.features.measures import as_code
from data.features.tables import CheckedTable, as_floats, as_objects
from data.loanbook import (
    NEVER,
    Days,
    LoanBook,
    running,
    settlements,
    worst_days_past_due,
)


def outcomes(
    contract: Contract, tables: Mapping[str, pa.Table], applications: Applications
) -> NDArray[np.float64]:
    """Outcome of each application, shape (n,): 1 bad, 0 good, NaN no label.

    No label: not lent, window not closed, excluded by the definition, no instalments, or a
    column's value that is neither good nor bad. ``applications`` come from the same ``tables``.
    Raises DataFileError when two applications have one key (computed outcomes only).
    """
    loans = CheckedTable.of(contract, tables, contract.applications)
    if isinstance(contract.label, ColumnLabel):
        return _from_column(contract.label, loans)
    instalments = CheckedTable.of(contract, tables, contract.label.instalments)
    repayments = CheckedTable.of(contract, tables, contract.label.repayments)
    index = _loan_index(applications.keys, loans.name)
    book = _book(contract.label, loans, instalments, repayments, index)
    return label(contract.label.definition, book)


def declined(contract: Contract, tables: Mapping[str, pa.Table]) -> NDArray[np.bool_]:
    """Which rows of the applications table were not lent to, shape (n,).

    Where the outcome stands in a column, those without one: the file says no more.
    """
    loans = CheckedTable.of(contract, tables, contract.applications)
    if isinstance(contract.label, ColumnLabel):
        return np.isnan(_from_column(contract.label, loans))
    return np.isnat(_days(loans, contract.label.disbursed_on))


def _from_column(label: ColumnLabel, loans: CheckedTable) -> NDArray[np.float64]:
    outcome = {as_code(value): 1.0 for value in label.bad}
    outcome |= {as_code(value): 0.0 for value in label.good}
    values = loans.column(label.column).to_pylist()
    found = (np.nan if v is None else outcome.get(as_code(v), np.nan) for v in values)
    return np.fromiter(found, dtype=np.float64, count=len(values))


def _loan_index(keys: pd.DataFrame, table: str) -> pd.Index[str]:
    index: pd.Index[str] = pd.Index(keys["application"], dtype=object)
    if not index.dropna().is_unique:
        raise DataFileError(
            f"Table '{table}' has more than one row for the same application: "
            "name that key under 'unique' in the contract."
        )
    return index


def label(definition: Definition, book: LoanBook) -> NDArray[np.float64]:
    """Outcome of each loan of ``book`` by ``definition``, shape (n,): 1 bad, 0 good, NaN none."""
    end = book.disbursed + np.timedelta64(definition.window_days or 0, "D")
    late = worst_days_past_due(book, settlements(book), end)
    bad = late >= (definition.days_past_due or 0)
    without = ~(end <= book.seen_until)
    for day, rule in (
        (book.written_off, definition.write_offs),
        (book.rescheduled, definition.reschedules),
    ):
        happened = (book.disbursed <= day) & (day <= end)
        bad |= happened & (rule == "bad")
        without |= happened & (rule == "excluded")
    without |= np.isnan(late) & ~bad
    return np.where(without, np.nan, bad.astype(np.float64))


def _book(
    label: PerformanceLabel,
    loans: CheckedTable,
    instalments: CheckedTable,
    repayments: CheckedTable,
    index: pd.Index[str],
) -> LoanBook:
    never = np.full(loans.rows.num_rows, NEVER)
    written_off, rescheduled = label.written_off_on, label.rescheduled_on
    return LoanBook(
        disbursed=_days(loans, label.disbursed_on),
        written_off=never if written_off is None else _days(loans, written_off),
        rescheduled=never if rescheduled is None else _days(loans, rescheduled),
        dues=_running(instalments, index, label.due_on, label.amount_due),
        paid=_running(repayments, index, label.paid_on, label.amount_paid, _reversed_on(label)),
        seen_until=_observed_until(label, repayments),
    )


def _reversed_on(label: PerformanceLabel) -> str | None:
    return label.reversed_on if label.definition.reversals == "never_paid" else None


def _days(table: CheckedTable, column: str) -> Days:
    days: Days = table.column(column).cast(pa.timestamp("us")).to_numpy().astype("datetime64[D]")
    return days


def _running(
    table: CheckedTable,
    index: pd.Index[str],
    day: str,
    amount: str,
    reversed_on: str | None = None,
) -> pd.DataFrame:
    """Running total of ``amount`` by ``day`` for each loan; see ``running``.

    Rows of unknown loans, without a day or an amount, or reversed, are left out.
    """
    keys = pd.Index(as_objects(table.key("application")), dtype=object)
    rows = np.where(keys.notna(), index.get_indexer(keys), -1)
    if reversed_on is not None:
        rows = np.where(np.isnat(_days(table, reversed_on)), rows, -1)
    return running(rows, _days(table, day), as_floats(table.column(amount)))


def _observed_until(label: PerformanceLabel, repayments: CheckedTable) -> np.datetime64:
    """Last day that the repayments show; NaT when there are none."""
    columns = {label.paid_on, repayments.spec.known_at or label.paid_on}
    days = np.concatenate([_days(repayments, column) for column in sorted(columns)])
    latest: np.datetime64 = np.fmax.reduce(days, initial=np.datetime64("NaT", "D"))
    return latest
