"""Figures for those who lead the institution, as jobs keep them in the store and a page shows them.

Counts, shares and amounts of many decisions and loans; nothing about a client. Each share has its
count and Wilson's 95 % interval, each ratio of money the interval of a ratio of sums over loans.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from api.replies import Reply
from scoring.intervals import wilson

TODAY, MANAGEMENT = "today", "management"
"""Kinds of the two summaries: of the last day, made each hour, and of weeks and quarters."""


class Share(Reply):
    """``events`` of ``n``, with a 95 % interval; no value where n is 0."""

    events: int
    n: int
    value: float | None
    low: float | None
    high: float | None


def share(events: int, n: int) -> Share:
    """The share ``events / n`` with Wilson's interval."""
    return Share(events=events, n=n, **wilson(events, n).plain())


def spread(values: Sequence[float] | NDArray[np.float64]) -> Spread:
    """Quartiles of ``values``, between neighbours in proportion; none of an empty sequence."""
    if len(values) == 0:
        return Spread(n=0, quarter=None, middle=None, three_quarters=None)
    first, middle, third = np.quantile(np.asarray(values, dtype=np.float64), (0.25, 0.5, 0.75))
    return Spread(
        n=len(values), quarter=float(first), middle=float(middle), three_quarters=float(third)
    )


class Ratio(Reply):
    """Money ``part`` of money ``whole``, of ``n`` loans; a 95 % interval over the loans."""

    part: float
    whole: float
    n: int
    value: float | None
    low: float | None
    high: float | None


class Spread(Reply):
    """The middle one of ``n`` values, and those between which the middle half lies."""

    n: int
    quarter: float | None
    middle: float | None
    three_quarters: float | None


class Probes(Reply):
    """How the server answered whoever asked it every few minutes whether it can work.

    ``times``: how often it was to be asked; ``answered.n``: how often it was; ``milliseconds``:
    time until it answered, which takes a write to the database, as a decision does.
    """

    times: int
    answered: Share
    milliseconds: Spread
    slow: float | None = Field(description="95 of 100 answers took at most this (ms).")


class Queue(Reply):
    """What waits for a person: how much, how much of it too long, since when or until when."""

    waiting: int
    late: int
    first: dt.datetime | None


class Today(Reply):
    """The last 24 hours, and what waits now."""

    made_at: dt.datetime
    since: dt.datetime
    decisions: dict[str, int] = Field(description="By what was recommended.")
    usual: Spread = Field(description="Decisions of each of the 28 days before.")
    referrals: Queue = Field(description="Not clear, and no person decided; late: over 2 days.")
    appeals: Queue = Field(description="Open; late: past the day to answer.")
    day: Probes | None = Field(description="None where nobody asks the server.")
    month: Probes | None


class Use(Reply):
    """How decisions were used by one branch, one officer, or in one week.

    ``decided``: of all, those on which a person's own decision is kept; ``overridden``: of those
    with a clear recommendation, decided otherwise; ``days``: days with at least one decision.
    """

    name: str | None
    decisions: int
    decided: Share
    overridden: Share
    days: int
    officers: int


class Helpfulness(Reply):
    """What officers said when asked whether a result helped them, and the problems they told."""

    helped: Share
    partly: int
    not_helped: int
    problems: Share = Field(description="Decisions with a problem reported.")
    themes: dict[str, int]
    appealed: Share = Field(description="Decisions that were appealed against.")


class OpenAlarm(Reply):
    """An alarm of drift that is open."""

    subject: str
    level: str
    since: dt.datetime


class Weeks(Reply):
    """The last four weeks (adoption, satisfaction, anomalies) and twelve weeks one by one."""

    first_day: dt.date
    last_day: dt.date
    by_week: list[Use]
    whole: Use
    branches: list[Use]
    officers: list[Use]
    more_officers: int
    accounts: Share = Field(description="Accounts of officers with a decision in these weeks.")
    helpfulness: Helpfulness
    drift: list[OpenAlarm]
    probing: int


class Quarter(Reply):
    """One quarter of the calendar, by the day of the decision or of the disbursement."""

    name: str
    decisions: int
    approved: Share = Field(description="Recommended to approve.")
    unscored: Share = Field(description="Without a score: too little known, or model suspended.")
    in_time: Share = Field(description="Appeals due in the quarter that were answered in time.")
    loans: int
    scored_first: Share | None = Field(description="Loans with a decision before they were paid.")
    first_loans: Share = Field(description="Borrowers without an earlier loan in the store.")
    small: Share = Field(description="Loans of at most half the usual loan.")
    usual_loan: Spread = Field(description="To be repaid for a loan, in money.")
    collected: Ratio = Field(description="Paid of what fell due in the quarter.")
    bad: Share = Field(description="Bad loans of those with an outcome.")


class AtRisk(Reply):
    """Portfolio at risk at the end of a month."""

    day: dt.date
    loans: int
    value: float | None
    low: float | None
    high: float | None


class AuditTold(Reply):
    """The newest fairness audit of the champion under one profile."""

    profile: str
    verdict: str
    made_at: dt.datetime
    fresh: bool


class Compliance(Reply):
    """What must be in order, and whether it is."""

    champion: str | None
    audits: list[AuditTold]
    missing_profiles: list[str]
    chain_rows: int
    chain_faults: int
    headed: Share = Field(description="Of the last 30 days in use, those with a signed head.")
    retention_at: dt.datetime | None
    retention_failed: bool


class TimeToValue(Reply):
    """How long it took until the service was of use; days from its installation."""

    installed_on: dt.date | None
    first_decision_on: dt.date | None
    first_matured_on: dt.date | None
    officers: Spread = Field(description="Days from an officer's account to the first decision.")
    officers_without: int
    hours: Spread = Field(description="Hours from the score to the person's own decision.")


class Management(Reply):
    """Weeks and quarters, as of the beginning of a day."""

    made_at: dt.datetime
    weeks: Weeks
    quarters: list[Quarter]
    at_risk: list[AtRisk]
    why_no_loans: str | None
    compliance: Compliance
    value: TimeToValue
