"""How well the model ranked and calibrated, on matured loans: whole vintages alone.

A vintage is matured when the window of the last loan that its month could have is closed. A
vintage that is not would show its bad loans before its good ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from drift.realised import MaturedLoans, ratio
from scoring.intervals import UNDEFINED, Estimate, bootstrap, calibration_line, delong, wilson
from scoring.ranking import STATISTICS, RankedSample

FEWEST_BAD = 10
"""Bad, and good, loans below which ranking and calibration are not told."""
_SEED = 5
_KS = STATISTICS.index("ks")


@dataclass(frozen=True)
class Group:
    """Loans of one vintage or band: expected bad loans (the sum of PDs) against observed ones.

    ``share``: observed, Wilson's interval; ``ratio``: observed over expected with the same.
    """

    name: str
    loans: int
    observed: int
    expected: float
    share: Estimate
    ratio: Estimate


@dataclass(frozen=True)
class Ranking:
    """AUC (DeLong), KS (basic bootstrap), slope and intercept of calibration (Cox, Wald)."""

    loans: int
    bad: int
    auc: Estimate
    ks: Estimate
    slope: Estimate
    intercept: Estimate


def whole_vintages(
    loans: MaturedLoans, window_days: int, seen_until: np.datetime64
) -> MaturedLoans:
    """The loans of vintages that are matured as a whole."""
    month = loans.disbursed_on.astype("datetime64[M]")
    last = (month + 1).astype("datetime64[D]") - 1
    closed = np.asarray(last + np.timedelta64(window_days, "D") <= seen_until)
    return loans.at(closed)


def ranking(loans: MaturedLoans) -> Ranking:
    """Of loans whose vintages are whole; undefined with fewer than ten bad or ten good ones."""
    bad, n = int(loans.bad.sum()), len(loans)
    if min(bad, n - bad) < FEWEST_BAD:
        return Ranking(n, bad, UNDEFINED, UNDEFINED, UNDEFINED, UNDEFINED)
    log_odds = logit(np.clip(loans.pd, 1e-9, 1 - 1e-9))
    sample = RankedSample(log_odds, loans.bad)
    (ks,) = bootstrap(lambda counts: sample.statistics(counts)[[_KS]], n, _SEED)
    slope, intercept = calibration_line(log_odds, loans.bad)
    return Ranking(n, bad, delong(loans.bad, log_odds), ks, slope, intercept)


def by_band(loans: MaturedLoans) -> list[Group]:
    """Expected against observed by band of the score, in the order of their names."""
    return _groups(loans, loans.band.astype(str), str)


def by_vintage(loans: MaturedLoans) -> list[Group]:
    """Expected against observed by month of disbursement, the oldest first."""
    months = loans.disbursed_on.astype("datetime64[M]")
    return _groups(loans, months, lambda month: date.fromisoformat(f"{month}-01").isoformat())


def _groups(
    loans: MaturedLoans, of: NDArray[np.generic], name: Callable[[object], str]
) -> list[Group]:
    found = []
    for value in np.unique(of):
        mine = loans.at(of == value)
        observed, n = int(mine.bad.sum()), len(mine)
        found.append(
            Group(
                name=name(value),
                loans=n,
                observed=observed,
                expected=float(mine.pd.sum()),
                share=wilson(observed, n),
                ratio=ratio(mine.pd, mine.bad),
            )
        )
    return found
