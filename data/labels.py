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

from data.contract import ColumnLabel, Contract, PerformanceLabel
from data.errors import DataFileError
from data.features.applications import Applications
from data.features.tables import CheckedTable, as_code, as_floats, as_objects

Days = NDArray[np.datetime64]

_THOUSANDTHS = 1000
_HALF_CENT = 5
"""Money is added up in thousandths, exactly; what is short by half a cent or less is paid."""


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
    return _from_performance(contract.label, loans, instalments, repayments, index)


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


def _from_performance(
    label: PerformanceLabel,
    loans: CheckedTable,
    instalments: CheckedTable,
    repayments: CheckedTable,
    index: pd.Index[str],
) -> NDArray[np.float64]:
    definition = label.definition
    start = _days(loans, label.disbursed_on)
    end = start + np.timedelta64(definition.window_days or 0, "D")
    dues = _running(instalments, index, label.due_on, label.amount_due)
    paid = _running(repayments, index, label.paid_on, label.amount_paid, _reversed_on(label))
    late = _worst_days_past_due(dues, paid, end)

    bad = late >= (definition.days_past_due or 0)
    without = ~(end <= _observed_until(label, repayments))
    for column, rule in (
        (label.written_off_on, definition.write_offs),
        (label.rescheduled_on, definition.reschedules),
    ):
        if column is None:
            continue
        day = _days(loans, column)
        happened = (start <= day) & (day <= end)
        bad |= happened & (rule == "bad")
        without |= happened & (rule == "excluded")
    without |= np.isnan(late) & ~bad
    return np.where(without, np.nan, bad.astype(np.float64))


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
    """Running total of ``amount`` by ``day`` for each loan: columns row (of index), day, total.

    Rows of unknown loans, without a day or an amount, or reversed, are left out.
    """
    money = np.rint(as_floats(table.column(amount)) * _THOUSANDTHS)
    days = _days(table, day)
    keys = pd.Index(as_objects(table.key("application")), dtype=object)
    rows = np.where(keys.notna(), index.get_indexer(keys), -1)
    counts = (rows >= 0) & ~np.isnat(days) & np.isfinite(money)
    if reversed_on is not None:
        counts &= np.isnat(_days(table, reversed_on))
    frame = pd.DataFrame({"row": rows, "day": days, "amount": money})[counts]
    frame = frame.astype({"amount": np.int64}).sort_values(["row", "day"])
    frame["total"] = frame.groupby("row")["amount"].cumsum()
    return frame[["row", "day", "total"]]


def _worst_days_past_due(dues: pd.DataFrame, paid: pd.DataFrame, end: Days) -> NDArray[np.float64]:
    """Most days that any instalment was past due inside the window; NaN without instalments."""
    owed = dues.assign(total=dues["total"] - _HALF_CENT).query("total > 0").sort_values("total")
    reached = paid.assign(total=paid.groupby("row")["total"].cummax())
    reached = reached.drop_duplicates(["row", "total"]).sort_values("total")
    settled = pd.merge_asof(
        owed, reached, on="total", by="row", direction="forward", suffixes=("_due", "_paid")
    )
    rows = settled["row"].to_numpy()
    until = np.fmin(settled["day_paid"].to_numpy().astype("datetime64[D]"), end[rows])
    late = (until - settled["day_due"].to_numpy().astype("datetime64[D]")).astype(np.float64)
    worst = np.full(len(end), -np.inf)
    np.maximum.at(worst, rows, late)
    return np.where(np.isneginf(worst), np.nan, worst)


def _observed_until(label: PerformanceLabel, repayments: CheckedTable) -> np.datetime64:
    """Last day that the repayments show; NaT when there are none."""
    columns = {label.paid_on, repayments.spec.known_at or label.paid_on}
    days = np.concatenate([_days(repayments, column) for column in sorted(columns)])
    latest: np.datetime64 = np.fmax.reduce(days, initial=np.datetime64("NaT", "D"))
    return latest
