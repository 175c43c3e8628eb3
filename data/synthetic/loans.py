"""Lent loans: schedules, and repayments that end as the drawn outcome says.

Outcome, by the contract's definition: 30 days past due within 180 days of disbursement, or a
write-off or a reschedule within them. Good loans pay every instalment at most 20 days late.
Bad loans stop paying at an instalment that can pass 30 days in time, or are rescheduled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from data.synthetic.arrays import Bools, Floats, Ints, expand, pick, stack
from data.synthetic.history import punctuality, usual_delay
from data.synthetic.requests import DAYS_BETWEEN_DUES, Requests
from data.synthetic.world import EXTRACT_DAY, NEVER, Streams

DAYS_PAST_DUE, WINDOW_DAYS = 30, 180
LATEST_GOOD = 20
LATEST_POSTING = 5
LAST_STOP = WINDOW_DAYS - DAYS_PAST_DUE - 10
"""A bad loan stops at an instalment due at most this many days after disbursement."""
RESCHEDULED, CURED = 0.08, 0.45
"""Shares of the bad loans; the cured are among those that stopped."""


@dataclass
class Instalments:
    """Rows of the schedule; ``loan`` is a position among the requests of the same turn."""

    loan: Ints
    position: Ints
    due: Ints
    amount: Ints
    in_time: Bools
    """A loan that stops here passes 30 days past due well inside the window."""


@dataclass
class Repayments:
    """Rows of payments; ``reversed_on`` is NEVER for those that stand."""

    loan: Ints
    paid: Ints
    posted: Ints
    amount: Ints
    reversed_on: Ints


@dataclass
class Ends:
    """How each loan of the turn went on; NEVER where something did not happen."""

    disbursed: Ints
    written_off: Ints
    rescheduled: Ints
    closed: Ints
    days_late: Floats
    worst_days_late: Ints
    prepaid: Bools


def schedule(requests: Requests, disbursed: Ints) -> Instalments:
    """Equal instalments in multiples of 5 XOF, the last one taking the rest."""
    lent = np.where(disbursed < NEVER, requests.instalments, 0)
    loan, position = expand(lent)
    every = np.array(DAYS_BETWEEN_DUES)[requests.product]
    due = disbursed[loan] + np.rint(every[loan] * (position + 1)).astype(np.int64)
    usual = requests.total_due // requests.instalments // 5 * 5
    last = requests.total_due - usual * (requests.instalments - 1)
    is_last = position == requests.instalments[loan] - 1
    return Instalments(
        loan=loan,
        position=position,
        due=due,
        amount=np.where(is_last, last[loan], usual[loan]),
        in_time=due <= disbursed[loan] + LAST_STOP,
    )


def repay(
    streams: Streams, plan: Instalments, disbursed: Ints, bad: Bools, reliability: Floats
) -> tuple[Repayments, Ends]:
    """Simulate the payments of every loan in ``plan`` so that its outcome is ``bad``."""
    rng = streams.of("repayments")
    n = len(disbursed)
    stop, cured_on = _stops(rng, plan, bad)
    prepaid = ~bad & (rng.random(n) < 0.07)
    rescheduled = _reschedules(rng, plan, disbursed, bad & (stop == NEVER), bad | prepaid)
    paid = plan.due + _delays(rng, plan, usual_delay(punctuality(rng, reliability)))
    paid = np.maximum(paid, disbursed[plan.loan] + 1)
    paid = _prepay(rng, plan, paid, prepaid)
    stopped = plan.position >= stop[plan.loan]
    paid = np.where(stopped, np.maximum(paid, cured_on[plan.loan]), paid)
    lost = _latest(plan.loan, paid, n) >= NEVER
    written_off = _first_due(plan, stopped, n) + DAYS_PAST_DUE + rng.integers(60, 180, n)
    written_off = np.where(lost, written_off, NEVER)
    late = np.where(paid < NEVER, paid, written_off[plan.loan]) - plan.due
    count = np.maximum(np.bincount(plan.loan, minlength=n), 1)
    ends = Ends(
        disbursed=disbursed,
        written_off=written_off,
        rescheduled=rescheduled,
        closed=np.where(lost, written_off, _latest(plan.loan, paid, n)),
        days_late=np.round(np.bincount(plan.loan, late.clip(-5, 60), n) / count, 1),
        worst_days_late=_latest(plan.loan, late, n).clip(-5, 400),
        prepaid=prepaid,
    )
    return _payments(rng, plan, paid, plan.position == stop[plan.loan]), ends


def _stops(rng: np.random.Generator, plan: Instalments, bad: Bools) -> tuple[Ints, Ints]:
    """Position of the first unpaid instalment and day of a later cure, by loan."""
    n = len(bad)
    choices = np.bincount(plan.loan[plan.in_time], minlength=n)
    stop = (rng.random(n) * choices).astype(np.int64)
    stop = np.where(bad & (rng.random(n) >= RESCHEDULED), stop, NEVER)
    stopped_on = _first_due(plan, plan.position >= stop[plan.loan], n)
    cure = stopped_on + rng.integers(DAYS_PAST_DUE + 10, 150, n)
    return stop, np.where(rng.random(n) < CURED, cure, NEVER)


def _reschedules(
    rng: np.random.Generator, plan: Instalments, disbursed: Ints, inside: Bools, never: Bools
) -> Ints:
    """The loans ``inside`` are rescheduled in the window; a few not in ``never`` after it."""
    n = len(disbursed)
    length = _latest(plan.loan, plan.due, n) - disbursed
    early = np.minimum(rng.uniform(0.3, 0.8, n) * length, WINDOW_DAYS - 30).astype(np.int64)
    late = WINDOW_DAYS + rng.integers(5, 40, n)
    after = (length > WINDOW_DAYS + 60) & (rng.random(n) < 0.02) & ~never
    return np.where(inside, disbursed + early, np.where(after, disbursed + late, NEVER))


def _delays(rng: np.random.Generator, plan: Instalments, usual: Floats) -> Ints:
    delay = usual[plan.loan] + rng.normal(0, 2.5, len(plan.loan))
    return np.rint(delay).clip(-5, LATEST_GOOD).astype(np.int64)


def _prepay(rng: np.random.Generator, plan: Instalments, paid: Ints, prepaid: Bools) -> Ints:
    """Prepaid loans pay all that is left together with an instalment of their second half."""
    n = len(prepaid)
    at = (np.bincount(plan.loan, minlength=n) * rng.uniform(0.5, 1, n)).astype(np.int64)
    settling = plan.position == at[plan.loan]
    settled_on = np.full(n, NEVER)
    settled_on[plan.loan[settling]] = paid[settling]
    early = prepaid[plan.loan] & (plan.position > at[plan.loan])
    return np.where(early, settled_on[plan.loan], paid)


def _payments(
    rng: np.random.Generator, plan: Instalments, paid: Ints, first_missed: Bools
) -> Repayments:
    """Payments known by the extract: whole, in two parts, bounced, or a token of a stopped one."""
    n = len(plan.loan)
    token = first_missed & (rng.random(n) < 0.4)
    split = (rng.random(n) < 0.08) & ~first_missed
    bounced = (rng.random(n) < np.where(first_missed, 0.25, 0.03)) & (paid > plan.due)
    part = (plan.amount * 0.3).astype(np.int64)
    whole = Repayments(
        loan=plan.loan,
        paid=paid,
        posted=paid,
        amount=plan.amount - np.where(split | token, part, 0),
        reversed_on=np.full(n, NEVER),
    )
    rows = stack(
        [
            pick(whole, paid < NEVER),
            pick(replace(whole, paid=paid - 1, amount=part), split & (paid < NEVER)),
            pick(replace(whole, paid=plan.due + 4, amount=part), token),
            pick(
                replace(whole, paid=plan.due, amount=plan.amount, reversed_on=plan.due + 2),
                bounced,
            ),
        ]
    )
    m = len(rows.loan)
    lag = (rng.random(m) < 0.12) * rng.integers(1, LATEST_POSTING + 1, m)
    rows = replace(
        rows,
        posted=rows.paid + lag,
        reversed_on=np.where(rows.reversed_on <= EXTRACT_DAY, rows.reversed_on, NEVER),
    )
    rows = pick(rows, rows.posted <= EXTRACT_DAY)
    return pick(rows, np.lexsort((rows.paid, rows.loan)))


def _latest(loan: Ints, values: Ints, n: int) -> Ints:
    """Largest value of each loan; a very early day where the loan has no row."""
    out = np.full(n, -NEVER)
    np.maximum.at(out, loan, values)
    return out


def _first_due(plan: Instalments, chosen: Bools, n: int) -> Ints:
    """Earliest due day among the ``chosen`` instalments of each loan, else NEVER."""
    out = np.full(n, NEVER)
    np.minimum.at(out, plan.loan[chosen], plan.due[chosen])
    return out
