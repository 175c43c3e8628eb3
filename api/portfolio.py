"""The portfolio at a glance as it is kept, sent and drawn: figures of many, nothing of a person."""

from __future__ import annotations

import datetime as dt

from pydantic import Field
from sqlalchemy import Connection

from api.outcomes_replies import AtRiskShown, EstimateShown, GroupShown
from api.replies import Reply
from data.contract import Money, Text
from data.store.summaries import newest_summary

KIND = "portfolio"
"""Of the summary in the store, and of the job that makes it."""

STEP = 0.005
"""Width of a bin of PDs, of which cut-offs are edges."""


class Basis(Reply):
    """What the figures are made from. ``assumed``: the contract says nothing about money."""

    contract: str
    model: str = Field(description="The version in service when they were made.")
    currency: str
    timezone: str
    money: Money
    assumed: bool
    since: dt.date = Field(description="First day of the year that contents are read of.")
    until: dt.date
    applications: int = Field(description="Of that year; of several decisions the last counts.")
    erased: int = Field(description="Of those, applications whose content is erased.")


class Month(Reply):
    """Applications of one month by what became of them: a person's word counts first.

    ``rate``: approved among approved and declined; ``waiting``: nobody has decided.
    """

    month: dt.date
    approved: int
    declined: int
    waiting: int
    rate: EstimateShown


class Share(Reply):
    """Approved applications of the year in one branch or category; money in the currency."""

    name: str | None = Field(description="Null: not known.")
    approved: int
    amount: float
    share: float = Field(description="Of the approved amount.")
    expected_loss: float


class Concentration(Reply):
    """How the approved amount is spread: over branches, or over the categories of an input."""

    by: str
    title: Text | None = Field(description="Null for branches.")
    shares: list[Share]

    @property
    def index(self) -> float:
        """Herfindahl's: the sum of squared shares; 1 is all in one."""
        return sum(share.share**2 for share in self.shares)


class ExpectedLoss(Reply):
    """Expected loss, in the currency: of the year's approvals, and of what is still owed."""

    approved: int
    amount: float
    of_approved: float
    open_on: dt.date | None = Field(description="The last day that repayments show.")
    open_loans: int
    balance: float
    of_open: float
    without_pd: float = Field(description="Share of the balance in loans that no model decided on.")


class Loans(Reply):
    """What became of loans, whichever model decided on them; see ``drift``."""

    known_on: dt.date
    days_past_due: int
    window_days: int
    matured: int
    by_band: list[GroupShown]
    by_vintage: list[GroupShown]
    at_risk: list[AtRiskShown]


class Bin(Reply):
    """Applications with a PD from ``start``: sums of each, and of squares, for intervals."""

    start: float
    n: int
    lost: float
    lost_squared: float
    gained: float = Field(description="Value of approving less value of declining.")
    gained_squared: float
    declined: float = Field(description="Value of declining them.")


class CutOffs(Reply):
    """Scored applications of the year by PD, for trying cut-offs of the model in service."""

    approve_below: float
    decline_from: float
    applications: int
    bins: list[Bin]


class Followed(Reply):
    """What became of loans: bad ones among the matured, and what the model expected."""

    loans: int
    bad: int
    expected: float
    rate: EstimateShown


class Overriding(Reply):
    """How one officer or branch decides on clear recommendations, and what came of overrides."""

    who: str | None
    decided: int
    overridden: int
    rate: EstimateShown
    reasons: dict[str, int]
    lent_against: Followed = Field(description="Loans that the model would have declined.")


class Agreeing(Reply):
    """Decisions on clear recommendations, and with how many people agreed."""

    decided: int
    agreed: int
    share: EstimateShown


class Overrides(Reply):
    """People's decisions of the year against recommendations to approve or to decline."""

    by_officer: list[Overriding]
    by_branch: list[Overriding]
    lent_as_advised: Followed
    lent_against: Followed
    near: Agreeing = Field(description="Close to a cut-off, where the model is least sure.")
    away: Agreeing
    difference: EstimateShown = Field(description="Agreement away less near.")


class Now(Reply):
    """The year with the model, to be held against the time before; see ``portfolio_baseline``."""

    applications: int
    loans: int = Field(description="Paid out on an application of the year.")
    amount_lent: float = Field(description="Asked for in those applications.")
    hours_to_decision: float | None = Field(description="Median, from the score to a person's.")
    decided_by_people: int
    bad_rate: EstimateShown
    matured: int
    lost_per_hundred: float | None = Field(description="Of matured loans, of 100 lent.")


class Portfolio(Reply):
    """All that the risk team's pages show of decisions and loans."""

    schema_version: int = 1
    basis: Basis
    months: list[Month]
    concentration: list[Concentration]
    expected_loss: ExpectedLoss
    loans: Loans | None = Field(description="Null where outcomes stand in a column of files.")
    cut_offs: CutOffs | None = Field(description="Null without an amount in the contract's terms.")
    overrides: Overrides
    now: Now


def newest(connection: Connection) -> tuple[Portfolio, dt.datetime] | None:
    """The newest summary and when it was made; None before the first. Raises StoreError."""
    kept = newest_summary(connection, KIND)
    return None if kept is None else (Portfolio.model_validate_json(kept.result), kept.made_at)
