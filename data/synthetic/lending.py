"""Tables of the lender itself: applications, schedules, repayments, closed loans."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data.synthetic.history import ClosedLoans, rounded
from data.synthetic.people import SECTORS, People
from data.synthetic.records import Names
from data.synthetic.requests import PRODUCTS, PURPOSES
from data.synthetic.tables import DAY_SECONDS, calendar, dates, numbered, timestamps, words
from data.synthetic.turns import Turn
from data.synthetic.world import Streams

OPENING_SECONDS, WORKDAY_SECONDS = 9 * 3600, 8 * 3600


def applications(turn: Turn, people: People, names: Names) -> pa.Table:
    """One row to score for each application, with the lender's decision and what followed."""
    r, ends = turn.requests, turn.ends
    return pa.table(
        {
            "application_id": names.applications,
            "applicant_id": names.persons.take(pa.array(r.person)),
            "branch_id": numbered("B", people.branch[r.person], 3),
            "officer_id": numbered("F", people.officer[r.person], 4),
            "applied_at": timestamps(r.day * DAY_SECONDS + r.second),
            "product": words(PRODUCTS, r.product),
            "purpose": words(PURPOSES, r.purpose),
            "sector": words(SECTORS, r.sector),
            "amount": r.amount,
            "term_months": r.term_months,
            "monthly_instalment": r.monthly_instalment,
            "declared_income": r.income,
            "declared_expenses": r.expenses,
            "years_in_business": r.years_in_business,
            "cycle": r.past_loans + 1,
            "months_to_harvest": r.months_to_harvest,
            "rainfall_anomaly": r.rainfall,
            "decision": words(("declined", "approved"), turn.approved.astype(np.int64)),
            "decided_on": dates(turn.decided),
            "disbursed_on": dates(ends.disbursed),
            "rescheduled_on": dates(ends.rescheduled),
            "written_off_on": dates(ends.written_off),
        }
    )


def instalments(turn: Turn, names: Names) -> pa.Table:
    """The schedule of each loan, known when it is disbursed."""
    plan = turn.plan
    return pa.table(
        {
            "application_id": names.applications.take(pa.array(plan.loan)),
            "number": plan.position + 1,
            "scheduled_on": dates(turn.ends.disbursed[plan.loan]),
            "due_on": calendar(plan.due),
            "amount_due": plan.amount,
        }
    )


def repayments(turn: Turn, names: Names) -> pa.Table:
    """Payments that were posted by the extract; some are posted late, some are reversed."""
    rows = turn.repayments
    n = len(rows.loan)
    rng = turn.streams.of("posting")
    posted = rows.posted * DAY_SECONDS + OPENING_SECONDS + rng.integers(0, WORKDAY_SECONDS, n)
    return pa.table(
        {
            "application_id": names.applications.take(pa.array(rows.loan)),
            "paid_on": dates(rows.paid),
            "posted_at": timestamps(posted),
            "amount_paid": rows.amount,
            "reversed_on": dates(rows.reversed_on),
        }
    )


def previous_loans(streams: Streams, loans: ClosedLoans, persons: pa.Array) -> pa.Table:
    """Closed loans as event rows, known on the day of closing."""
    rng = streams.of("requested amounts")
    n = len(loans.amount)
    cut = np.where(rng.random(n) < 0.35, rng.exponential(0.25, n), 0.0)
    return pa.table(
        {
            "applicant_id": persons.take(pa.array(loans.person)),
            "loan_number": loans.number,
            "disbursed_on": dates(loans.disbursed),
            "closed_on": dates(loans.closed),
            "amount_requested": np.maximum(rounded(loans.amount * (1 + cut)), loans.amount),
            "amount": loans.amount,
            "days_late": loans.days_late,
            "worst_days_late": loans.worst_days_late,
            "prepaid": loans.prepaid,
        }
    )
