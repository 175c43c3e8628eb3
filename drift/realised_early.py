"""Early labels: what can be seen of a loan long before its window closes, told apart from it.

They are not the contract's label and never mixed with it: they say sooner, and less, that a
vintage is worse than those before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from data.contract import Definition
from data.labels import label
from data.loanbook import NEVER, Days, LoanBook, settlements
from scoring.intervals import Estimate, wilson
from scoring.vector import FloatArray

DAYS = 30
"""Days past due that both early labels look for."""
EARLY_WINDOW = 91
"""Days from disbursement until the end of the third month on book."""


@dataclass(frozen=True)
class EarlyVintage:
    """Loans of one month whose early label is known of all of them, and those that are bad."""

    month: date
    loans: int
    bad: int
    share: Estimate


def first_payments(book: LoanBook) -> list[EarlyVintage]:
    """By vintage, the loans whose first instalment was not settled in 30 days from its due date."""
    first = settlements(book).sort_values("day_due", kind="stable").drop_duplicates("row")
    rows = first["row"].to_numpy(dtype=np.intp)
    due, paid = (first[name].to_numpy().astype("datetime64[D]") for name in ("day_due", "day_paid"))
    closed, outcomes = np.full(len(book), NEVER), np.full(len(book), np.nan)
    closed[rows] = due + np.timedelta64(DAYS, "D")
    outcomes[rows] = ~(paid < closed[rows])
    return _by_vintage(book, outcomes, closed)


def early_arrears(book: LoanBook, definition: Definition) -> list[EarlyVintage]:
    """By vintage, the loans with an instalment 30 days past due by the end of month 3 on book.

    Loans to which ``definition`` gives no label are left out.
    """
    early = definition.model_copy(update={"days_past_due": DAYS, "window_days": EARLY_WINDOW})
    closed = book.disbursed + np.timedelta64(EARLY_WINDOW, "D")
    return _by_vintage(book, label(early, book), closed)


def _by_vintage(book: LoanBook, outcomes: FloatArray, closed_on: Days) -> list[EarlyVintage]:
    """``outcomes`` (n,) by month of disbursement, the oldest first.

    ``closed_on`` (n,): when each label is known. A month is there once it is over and the labels
    of all its loans are known, so that months are never compared at different ages.
    """
    months = book.disbursed.astype("datetime64[M]")
    found = []
    for month in np.unique(months[~np.isnat(closed_on)]):
        mine = (months == month) & ~np.isnat(closed_on)
        over = (month + 1).astype("datetime64[D]") <= book.seen_until
        if over and (closed_on[mine] <= book.seen_until).all():
            known = outcomes[mine & ~np.isnan(outcomes)]
            bad, n = int(known.sum()), len(known)
            first = date.fromisoformat(f"{month}-01")
            found.append(EarlyVintage(first, n, bad, wilson(bad, n)))
    return found
