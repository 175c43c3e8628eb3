"""Vintage curves: of the loans of one month, how many were bad after so many months on book.

Months on book are never mixed: a point of a curve is there only when every loan of the vintage,
whichever day of its month it was lent on, has been seen for that many months.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from data.contract import Definition
from data.loanbook import Days, LoanBook, first_day_past_due, settlements
from scoring.intervals import Estimate, wilson

LONGEST = 24
"""Months on book after which no curve goes on."""


@dataclass(frozen=True)
class Point:
    """Loans that were bad by the end of a month on book, and their share of the vintage."""

    month_on_book: int
    bad: int
    share: Estimate


@dataclass(frozen=True)
class Vintage:
    """The loans disbursed in the month that begins on ``month``, and their curve so far."""

    month: date
    loans: int
    curve: tuple[Point, ...]


def vintage_curves(book: LoanBook, definition: Definition) -> list[Vintage]:
    """The curve of every month of disbursement, the oldest first, with Wilson's intervals.

    Bad is what ``definition`` says, but from month to month instead of once at its window's end.
    Loans that it excludes, and loans without instalments, are in no vintage.
    """
    first_bad, counts = first_bad_day(book, definition)
    months = book.disbursed.astype("datetime64[M]")
    found = []
    for month in np.unique(months[counts]):
        mine = counts & (months == month)
        found.append(_vintage(month, book.disbursed[mine], first_bad[mine], book.seen_until))
    return found


def first_bad_day(book: LoanBook, definition: Definition) -> tuple[Days, np.ndarray]:
    """The day on which each loan became bad (n,; NaT or after what is seen: not), and which count.

    By ``definition`` without its window, so that a label is bad exactly when this day is not
    after the window's end. Excluded loans and those without instalments do not count.
    """
    settled = settlements(book)
    first = first_day_past_due(book, settled, definition.days_past_due or 0)
    counts = ~np.isnat(book.disbursed)
    scheduled = np.zeros(len(book), dtype=bool)
    scheduled[settled["row"].to_numpy(dtype=np.intp)] = True
    for day, rule in (
        (book.written_off, definition.write_offs),
        (book.rescheduled, definition.reschedules),
    ):
        happened = book.disbursed <= day
        if rule == "bad":
            first = np.fmin(first, np.where(happened, day, np.datetime64("NaT", "D")))
        elif rule == "excluded":
            counts &= ~happened
    return first, counts & (scheduled | ~np.isnat(first))


def _vintage(month: np.datetime64, lent: Days, bad_on: Days, until: np.datetime64) -> Vintage:
    last = (month + 1).astype("datetime64[D]") - 1
    points = []
    for on_book in range(1, LONGEST + 1):
        if not months_after(np.array([last]), on_book)[0] <= until:
            break
        bad = int(np.count_nonzero(bad_on <= months_after(lent, on_book)))
        points.append(Point(on_book, bad, wilson(bad, len(lent))))
    first: date = month.astype("datetime64[D]").item()
    return Vintage(first, len(lent), tuple(points))


def months_after(days: Days, months: int) -> Days:
    """The same day so many months later, or the last day of a month that has no such day."""
    start = days.astype("datetime64[M]")
    later = start + months
    last = (later + 1).astype("datetime64[D]") - 1
    same: Days = np.minimum(later.astype("datetime64[D]") + (days - start), last)
    return same
