"""Layer 5: what became of the loans, against the PDs that they were given.

Loans enter in the order in which they mature, all at the same month on book: the window of the
contract. Each year has its own wealth of bets (``realised_bets``) and a probability of a false
alarm of at most 5 %, both directions together, however often one looks. What is claimed to be
right is every PD given all that was known when it was given. So a borrower's loan counts only
when no other of the same borrower was open in a bet when it was decided: two loans of one person
that go bad together are one piece of evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from drift.realised_bets import ERROR, log_wealth, odds_limits, strongest_start
from scoring.intervals import UNDEFINED, Estimate, wilson
from scoring.vector import FloatArray

Days = NDArray[np.datetime64]
Direction = Literal["risk_too_low", "risk_too_high"]
YEAR = np.timedelta64(365, "D")
MOST_LOG_E = 700.0
"""Beyond it an e-value is not a number that JSON can hold."""


@dataclass(frozen=True)
class MaturedLoans:
    """Loans whose outcome is known, shape (n,) each, in any order.

    ``pd``: as decided; ``bad``: 1 or 0; ``band``, ``borrower``: texts; ``decided_on``,
    ``disbursed_on``, ``matured_on``: datetime64[D].
    """

    pd: FloatArray
    bad: FloatArray
    band: NDArray[np.object_]
    borrower: NDArray[np.object_]
    decided_on: Days
    disbursed_on: Days
    matured_on: Days

    def __len__(self) -> int:
        return len(self.pd)

    def at(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> MaturedLoans:
        """These rows in this order."""
        return MaturedLoans(
            self.pd[rows],
            self.bad[rows],
            self.band[rows],
            self.borrower[rows],
            self.decided_on[rows],
            self.disbursed_on[rows],
            self.matured_on[rows],
        )


@dataclass(frozen=True)
class Look:
    """The state at the end of one day: loans that count so far, and what was made of 1."""

    day: date
    n: int
    observed: int
    expected: float
    e_value: float


@dataclass(frozen=True)
class Realised:
    """One year of realised performance.

    ``n``: loans that count; ``overlapping``: those that do not, as another loan of the borrower
    was open in a bet. ``e_value``: now; ``largest``: of the year; ``alarm``: it reached
    ``threshold`` (20), on ``alarmed_on``, and stays for the year. ``direction``: which way the
    PDs are wrong, from an alarm on, with ``since``: the month from which the evidence is
    strongest. ``ratio``: observed over expected (Wilson's interval of the observed share, for one
    look); ``odds``: the odds of default over those of the PDs, with limits that hold at any time.
    """

    year_from: date
    until: date
    n: int
    overlapping: int
    observed: int
    expected: float
    e_value: float
    largest: float
    threshold: float
    alarm: bool
    direction: Direction | None
    alarmed_on: date | None
    since: date | None
    ratio: Estimate
    odds: Estimate
    looks: tuple[Look, ...]


def realised(loans: MaturedLoans, since: date | None = None) -> Realised | None:
    """The year in force, whose first day is counted from ``since`` in steps of 365 days.

    ``since``: default is the day on which the first loan matured. None without any loan.
    """
    years = realised_years(loans, since)
    return years[-1] if years else None


def realised_years(loans: MaturedLoans, since: date | None = None) -> list[Realised]:
    """Every year in which loans matured, the oldest first. Raises ValueError for other labels."""
    if not np.isin(loans.bad, (0.0, 1.0)).all():
        raise ValueError("a matured loan is bad (1) or not (0)")
    if since is not None:
        loans = loans.at(loans.matured_on >= np.datetime64(since, "D"))
    if not len(loans):
        return []
    loans = loans.at(np.lexsort((loans.borrower.astype(str), loans.matured_on)))
    first = loans.matured_on[0] if since is None else np.datetime64(since, "D")
    counts = apart(loans)
    number = ((loans.matured_on - first) / YEAR).astype(int)
    made = []
    for year in np.unique(number):
        mine = number == year
        left = int(np.count_nonzero(mine & ~counts))
        made.append(_year(loans.at(mine & counts), first + year * YEAR, left))
    return made


def apart(loans: MaturedLoans) -> NDArray[np.bool_]:
    """Which loans count, shape (n,): ``loans`` are in the order in which they mature."""
    open_until: dict[str, np.datetime64] = {}
    counts = np.ones(len(loans), dtype=bool)
    rows = zip(loans.borrower, loans.decided_on, loans.matured_on, strict=True)
    for row, (borrower, decided, matured) in enumerate(rows):
        until = open_until.get(borrower)
        if until is not None and decided <= until:
            counts[row] = False
        else:
            open_until[borrower] = matured
    return counts


def _year(loans: MaturedLoans, first: np.datetime64, overlapping: int) -> Realised:
    days, ends = _ends(loans.matured_on)
    _, starts = _ends(loans.matured_on.astype("datetime64[M]"))
    later = starts[:-1]
    whole, upward = log_wealth(loans.pd, loans.bad, later, ends)
    reached = np.flatnonzero(whole >= -np.log(ERROR))
    at = int(reached[0]) if len(reached) else None
    looks = tuple(_looks(loans, days, ends, whole))
    found = None if at is None else strongest_start(loans.pd, loans.bad, later, int(ends[at]))
    return Realised(
        year_from=_date(first),
        until=looks[-1].day if looks else _date(first),
        n=len(loans),
        overlapping=overlapping,
        observed=int(loans.bad.sum()),
        expected=float(loans.pd.sum()),
        e_value=looks[-1].e_value if looks else 1.0,
        largest=max((look.e_value for look in looks), default=1.0),
        threshold=1 / ERROR,
        alarm=at is not None,
        direction=None if at is None else _direction(whole[at], upward[at]),
        alarmed_on=None if at is None else looks[at].day,
        since=None if found is None else _month(loans.matured_on[found]),
        ratio=ratio(loans.pd, loans.bad),
        odds=Estimate(*odds_limits(loans.pd, loans.bad)) if len(loans) else UNDEFINED,
        looks=looks,
    )


def ratio(pd: FloatArray, bad: FloatArray) -> Estimate:
    """Observed over expected bad loans; the interval is Wilson's of the observed share."""
    expected = float(pd.sum())
    if not expected:
        return UNDEFINED
    share = wilson(int(bad.sum()), len(bad))
    return Estimate(*(None if v is None else v * len(bad) / expected for v in share))


def _direction(whole: float, upward: float) -> Direction:
    return "risk_too_low" if upward - whole > np.log(0.5) else "risk_too_high"


def _ends(groups: Days) -> tuple[Days, NDArray[np.intp]]:
    """Distinct values of sorted ``groups``, and how many loans there are up to each."""
    values, counts = np.unique(groups, return_counts=True)
    return values, np.cumsum(counts).astype(np.intp)


def _looks(
    loans: MaturedLoans, days: Days, ends: NDArray[np.intp], whole: FloatArray
) -> Iterator[Look]:
    observed, expected = np.cumsum(loans.bad), np.cumsum(loans.pd)
    for day, n, log_e in zip(days, ends, whole, strict=True):
        e_value = float(np.exp(min(log_e, MOST_LOG_E)))
        yield Look(_date(day), int(n), int(observed[n - 1]), float(expected[n - 1]), e_value)


def _date(day: np.datetime64) -> date:
    found: date = day.astype("datetime64[D]").item()
    return found


def _month(day: np.datetime64) -> date:
    return _date(day).replace(day=1)
