"""Closed loans of applicants: from before the portfolio begins and from the portfolio itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.synthetic.arrays import Bools, Floats, Ints, expand
from data.synthetic.people import People
from data.synthetic.world import Streams

LATENESS_LOADING = 0.55
"""Correlation of reliability with punctuality in one loan (in standard deviations)."""
USUAL_DAYS_LATE = 4.0
DAYS_PER_UNIT = 4.0
MOST_EARLY, MOST_LATE = -3.0, 14.0


@dataclass
class ClosedLoans:
    """One row for each closed loan; ``person`` is a position in the chunk's people."""

    person: Ints
    number: Ints
    disbursed: Ints
    closed: Ints
    amount: Ints
    days_late: Floats
    """Mean over the instalments, to 0.1 day."""
    worst_days_late: Ints
    prepaid: Bools


@dataclass
class Standing:
    """What the closed loans of each person add up to before a new application."""

    count: Ints
    mean_days_late: Floats
    """0 where there is no loan."""
    last_amount: Ints


def punctuality(rng: np.random.Generator, reliability: Floats) -> Floats:
    """Standard normal punctuality of one loan each, correlated with reliability."""
    noise = rng.normal(size=len(reliability))
    own = np.sqrt(1 - LATENESS_LOADING**2)
    return np.asarray(LATENESS_LOADING * reliability + own * noise, dtype=np.float64)


def usual_delay(punctual: Floats) -> Floats:
    """Mean days late of the instalments of a loan that is repaid."""
    days = USUAL_DAYS_LATE - DAYS_PER_UNIT * punctual
    return np.asarray(days.clip(MOST_EARLY, MOST_LATE), dtype=np.float64)


def draw_past_loans(streams: Streams, people: People) -> ClosedLoans:
    """Loans that were closed before the first application, the latest first for each person."""
    rng = streams.of("past loans")
    person, back = expand(people.past_loans)
    n = len(person)
    late = usual_delay(punctuality(rng, people.reliability[person])) + rng.normal(0, 1, n)
    trouble = rng.random(n) < 0.04
    late = np.round(late + trouble * rng.exponential(15, n), 1).clip(-5, 60)
    worst = np.rint(late + np.abs(rng.normal(0, 4, n)) + trouble * rng.exponential(20, n))
    rest = rng.integers(6, 200, len(people.region))
    pace = rng.integers(170, 330, len(people.region))
    closed = people.first_day[person] - rest[person] - back * pace[person]
    growth = np.exp(people.income_level[person] + 0.2 + rng.normal(0, 0.3, n) - 0.1 * back)
    return ClosedLoans(
        person=person,
        number=people.past_loans[person] - back,
        disbursed=closed - rng.integers(100, 165, n),
        closed=closed,
        amount=rounded(growth),
        days_late=late,
        worst_days_late=worst.astype(np.int64).clip(-5, 150),
        prepaid=rng.random(n) < 0.08,
    )


def rounded(amount: Floats, step: int = 5000) -> Ints:
    """Round to what lenders lend: multiples of 5,000 XOF from 15,000 to 3,000,000."""
    return np.asarray((np.rint(amount / step) * step).clip(15_000, 3_000_000).astype(np.int64))


def standing(loans: ClosedLoans, people: int) -> Standing:
    """Sum up ``loans`` for each of ``people`` persons."""
    count = np.bincount(loans.person, minlength=people)
    late = np.bincount(loans.person, weights=loans.days_late, minlength=people)
    last = np.zeros(people, dtype=np.int64)
    order = np.argsort(loans.number, kind="stable")
    last[loans.person[order]] = loans.amount[order]
    return Standing(count.astype(np.int64), late / np.maximum(count, 1), last)
