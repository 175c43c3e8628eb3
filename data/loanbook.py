"""A book of loans: what each owes and when, what was paid and when, what was written off.

Payments settle the oldest instalment first, in the order of the due dates. An instalment is
settled on the first day on which all that was paid reaches all that was due up to it. Labels,
vintages, roll rates and portfolio at risk are all read off here, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Days = NDArray[np.datetime64]
Floats = NDArray[np.float64]

THOUSANDTHS = 1000
"""Money is added up in thousandths, exactly."""
_HALF_CENT = 5
"""What is short by half a cent or less is paid."""
NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class LoanBook:
    """``n`` loans.

    ``disbursed``, ``written_off``, ``rescheduled``: datetime64[D], shape (n,), NaT where not.
    ``dues`` and ``paid``: columns row (of the loan), day and total, the running total in
    thousandths, sorted by row and day. ``seen_until``: last day that the payments show, or NaT.
    """

    disbursed: Days
    written_off: Days
    rescheduled: Days
    dues: pd.DataFrame
    paid: pd.DataFrame
    seen_until: np.datetime64

    def __len__(self) -> int:
        return len(self.disbursed)


def running(rows: NDArray[np.intp], days: Days, amounts: Floats) -> pd.DataFrame:
    """Running total of ``amounts`` (money) by day for each loan: columns row, day, total.

    Rows of -1, without a day or without an amount are left out.
    """
    money = np.rint(amounts * THOUSANDTHS)
    counts = (rows >= 0) & ~np.isnat(days) & np.isfinite(money)
    frame = pd.DataFrame({"row": rows, "day": days, "amount": money})[counts]
    frame = frame.astype({"amount": np.int64}).sort_values(["row", "day"])
    frame["total"] = frame.groupby("row")["amount"].cumsum()
    return frame[["row", "day", "total"]]


def settlements(book: LoanBook) -> pd.DataFrame:
    """Each instalment that owes something: columns row, day_due, day_paid (NaT: not settled)."""
    owed = book.dues.assign(total=book.dues["total"] - _HALF_CENT).query("total > 0")
    reached = book.paid.assign(total=book.paid.groupby("row")["total"].cummax())
    reached = reached.drop_duplicates(["row", "total"]).sort_values("total")
    return pd.merge_asof(
        owed.sort_values("total"),
        reached,
        on="total",
        by="row",
        direction="forward",
        suffixes=("_due", "_paid"),
    )[["row", "day_due", "day_paid"]]


def worst_days_past_due(book: LoanBook, settled: pd.DataFrame, end: Days) -> Floats:
    """Most days that any instalment was past due until ``end`` (n,); NaN without instalments.

    Below 0: every instalment was settled before its day, or falls due after ``end``.
    """
    rows, due, paid = _columns(settled)
    late = (np.fmin(paid, end[rows]) - due).astype(np.float64)
    worst = np.full(len(book), -np.inf)
    np.maximum.at(worst, rows, late)
    return np.where(np.isneginf(worst), np.nan, worst)


def days_past_due(book: LoanBook, settled: pd.DataFrame, on: np.datetime64) -> Floats:
    """Days past due of the oldest instalment that is open at the end of the day ``on`` (n,)."""
    rows, due, paid = _columns(settled)
    is_open = (due <= on) & ~(paid <= on)
    worst = np.zeros(len(book))
    np.maximum.at(worst, rows[is_open], (on - due[is_open]).astype(np.float64))
    return worst


def first_day_past_due(book: LoanBook, settled: pd.DataFrame, days: int) -> Days:
    """First day on which any instalment was ``days`` past due (n,); NaT where none ever was.

    It may lie after all that is seen: an instalment that is not settled yet is taken as open.
    """
    rows, due, paid = _columns(settled)
    reached = due + np.timedelta64(days, "D")
    late = ~(paid < reached)
    first = np.full(len(book), NEVER)
    np.fmin.at(first, rows[late], reached[late])
    return first


def balance(book: LoanBook, on: np.datetime64) -> Floats:
    """What is still to be paid of the whole schedule at the end of the day ``on``, money (n,).

    All instalments of a loan count from its disbursement: principal and what the contract adds
    to it. Never below 0.
    """
    owed = _total(book, book.dues, lambda frame: frame)
    paid = _total(book, book.paid, lambda frame: frame[frame["day"].to_numpy() <= on])
    left = np.where(owed - paid <= _HALF_CENT, 0, owed - paid)
    return np.where(book.disbursed <= on, left / THOUSANDTHS, 0.0)


def _total(
    book: LoanBook, frame: pd.DataFrame, which: Callable[[pd.DataFrame], pd.DataFrame]
) -> NDArray[np.int64]:
    last = which(frame).drop_duplicates("row", keep="last")
    out = np.zeros(len(book), dtype=np.int64)
    out[last["row"].to_numpy()] = last["total"].to_numpy()
    return out


def _columns(settled: pd.DataFrame) -> tuple[NDArray[np.intp], Days, Days]:
    rows = settled["row"].to_numpy(dtype=np.intp)
    due, paid = (
        settled[name].to_numpy().astype("datetime64[D]") for name in ("day_due", "day_paid")
    )
    return rows, due, paid
