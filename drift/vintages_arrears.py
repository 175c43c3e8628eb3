"""Arrears of the whole portfolio: portfolio at risk by balance, and roll rates between buckets.

PAR30 is the balance of loans with an instalment 30 days past due or more, over the balance of
all open loans (CGAP's measure); loans that are written off are in neither. The balance is what
is still to be paid of the schedule: principal and what the contract adds to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import beta

from data.loanbook import LoanBook, balance, days_past_due, settlements
from scoring.intervals import UNDEFINED, Estimate, wilson
from scoring.vector import FloatArray

BUCKETS = ("current", "1-29", "30-59", "60-89", "90+", "closed", "written_off")
"""Days past due of an open loan; then the two ends."""
OPEN = 5
_EDGES = (1, 30, 60, 90)
_NOT_LENT = -1
MONTHS = 24
"""Month ends that portfolio at risk is told of."""
ROLLED = 12
"""Newest pairs of month ends that roll rates are pooled over."""


@dataclass(frozen=True)
class AtRisk:
    """The portfolio at the end of one day; money in the currency of the contract.

    ``rescheduled``: share of the balance in loans that were rescheduled, in arrears or not (some
    lenders add those to PAR30); ``written_off``: loans so far.
    """

    day: date
    loans: int
    balance: float
    par30: Estimate
    par90: Estimate
    rescheduled: Estimate
    written_off: int


@dataclass(frozen=True)
class Roll:
    """Of ``loans`` in one bucket at a month's end, the share that is in another a month later."""

    start: str
    end: str
    loans: int
    moved: int
    share: Estimate


def portfolio_at_risk(book: LoanBook, months: int = MONTHS) -> list[AtRisk]:
    """PAR at the end of each of the last whole ``months``, the oldest first; intervals by balance.

    The interval treats loans as a sample and counts a loan by its balance (Korn and Graubard
    1998: Clopper-Pearson at the effective number of loans, Kish's).
    """
    settled = settlements(book)
    return [_at_risk(book, settled, day) for day in _month_ends(book, months)]


def roll_rates(book: LoanBook, months: int = ROLLED) -> list[Roll]:
    """Moves between BUCKETS from one month's end to the next, pooled over the last ``months``."""
    settled = settlements(book)
    states = [buckets(book, settled, day) for day in _month_ends(book, months + 1)]
    counts = np.zeros((OPEN, len(BUCKETS)), dtype=int)
    for before, after in pairwise(states):
        was_open = (before >= 0) & (before < OPEN)
        np.add.at(counts, (before[was_open], after[was_open]), 1)
    loans = counts.sum(axis=1)
    return [
        Roll(BUCKETS[a], BUCKETS[b], int(loans[a]), int(n), wilson(int(n), int(loans[a])))
        for (a, b), n in np.ndenumerate(counts)
        if loans[a]
    ]


def buckets(book: LoanBook, settled: pd.DataFrame, on: np.datetime64) -> NDArray[np.intp]:
    """Index into BUCKETS of each loan at the end of the day ``on`` (n,); -1: not lent yet."""
    late = days_past_due(book, settled, on)
    found = np.searchsorted(_EDGES, late, side="right").astype(np.intp)
    found[balance(book, on) == 0] = BUCKETS.index("closed")
    found[book.written_off <= on] = BUCKETS.index("written_off")
    found[~(book.disbursed <= on)] = _NOT_LENT
    return found


def _at_risk(book: LoanBook, settled: pd.DataFrame, on: np.datetime64) -> AtRisk:
    late = days_past_due(book, settled, on)
    written_off = book.written_off <= on
    left = np.where(written_off, 0.0, balance(book, on))
    return AtRisk(
        day=date.fromisoformat(str(on)),
        loans=int(np.count_nonzero(left)),
        balance=float(left.sum()),
        par30=share_of_balance(left, late >= 30),
        par90=share_of_balance(left, late >= 90),
        rescheduled=share_of_balance(left, book.rescheduled <= on),
        written_off=int(np.count_nonzero(written_off)),
    )


def share_of_balance(left: FloatArray, counted: NDArray[np.bool_]) -> Estimate:
    """Share of the balance ``left`` (n,) in the loans ``counted`` (n,), with its interval."""
    total = left.sum()
    if not total:
        return UNDEFINED
    share = float(left[counted].sum() / total)
    n = total**2 / np.sum(left**2)
    k = share * n
    low = float(beta.ppf(0.025, k, n - k + 1)) if k > 0 else 0.0
    high = float(beta.ppf(0.975, k + 1, n - k)) if share < 1 else 1.0
    return Estimate(share, low, high)


def _month_ends(book: LoanBook, months: int) -> list[np.datetime64]:
    """Last days of the last whole months that are seen, not before the first loan."""
    lent = book.disbursed[~np.isnat(book.disbursed)]
    if not len(lent) or np.isnat(book.seen_until):
        return []
    end = (book.seen_until + 1).astype("datetime64[M]")
    first = max(lent.min().astype("datetime64[M]"), end - months)
    return [(m + 1).astype("datetime64[D]") - 1 for m in np.arange(first, end)]
