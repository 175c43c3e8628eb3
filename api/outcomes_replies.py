"""Realised performance as it is kept, sent and drawn. Counts and shares, nothing of a person."""

from __future__ import annotations

import datetime as dt

from pydantic import ConfigDict, Field

from api.replies import Reply


class _Shown(Reply):
    """Made from the results of ``drift`` by their attributes."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class EstimateShown(_Shown):
    """A value and its 95 % limits; null where there is nothing to estimate it from."""

    value: float | None
    low: float | None
    high: float | None


class LookShown(_Shown):
    """The evidence at the end of one day on which loans matured."""

    day: dt.date
    n: int
    observed: int
    expected: float
    e_value: float


class YearShown(_Shown):
    """One year of evidence against the model's probabilities, from matured loans."""

    year_from: dt.date
    until: dt.date
    n: int = Field(description="Loans that count.")
    overlapping: int = Field(description="Left out: another loan of the person was open.")
    observed: int
    expected: float
    e_value: float
    largest: float
    threshold: float = Field(description="Reached by chance in at most 5 % of years.")
    alarm: bool
    direction: str | None = Field(description="risk_too_low, risk_too_high, or null.")
    alarmed_on: dt.date | None
    since: dt.date | None
    ratio: EstimateShown
    odds: EstimateShown
    looks: list[LookShown]


class RankingShown(_Shown):
    """How the model ranked and calibrated, on vintages that are matured as a whole."""

    loans: int
    bad: int
    auc: EstimateShown
    ks: EstimateShown
    slope: EstimateShown
    intercept: EstimateShown


class GroupShown(_Shown):
    """Expected and observed bad loans of one vintage or band."""

    name: str
    loans: int
    observed: int
    expected: float
    share: EstimateShown
    ratio: EstimateShown


class EarlyShown(_Shown):
    """One vintage by an early label."""

    month: dt.date
    loans: int
    bad: int
    share: EstimateShown


class PointShown(_Shown):
    """Bad loans by the end of a month on book."""

    month_on_book: int
    bad: int
    share: EstimateShown


class VintageShown(_Shown):
    """The curve of one month of disbursement."""

    month: dt.date
    loans: int
    curve: list[PointShown]


class RollShown(_Shown):
    """Moves between buckets of days past due, from one month's end to the next."""

    start: str
    end: str
    loans: int
    moved: int
    share: EstimateShown


class AtRiskShown(_Shown):
    """Portfolio at risk at the end of one month, by balance."""

    day: dt.date
    loans: int
    balance: float
    par30: EstimateShown
    par90: EstimateShown
    rescheduled: EstimateShown
    written_off: int


class LoanCounts(Reply):
    """Loans of the contract, and what can be said of them."""

    stored: int = Field(description="Loans of the contract that are known.")
    decided: int = Field(description="Of those, loans that this model decided on.")
    matured: int = Field(description="Of those, loans with an outcome.")
    whole: int = Field(description="Of those, loans of vintages that are matured as a whole.")


class Vintages(Reply):
    """Vintage curves and roll rates of all loans of a contract."""

    contract: str
    known_on: dt.date
    seen_until: dt.date | None
    days_past_due: int
    vintages: list[VintageShown]
    roll_rates: list[RollShown]


class PortfolioAtRisk(Reply):
    """Portfolio at risk of all loans of a contract."""

    contract: str
    currency: str
    known_on: dt.date
    seen_until: dt.date | None
    months: list[AtRiskShown]


class Early(Reply):
    """Early labels by vintage: not the contract's label, and never mixed with it."""

    first_payment: list[EarlyShown]
    third_month: list[EarlyShown]


class Performance(Reply):
    """What became of the loans that a model decided on, as known on a day."""

    schema_version: int = 1
    contract: str
    model: str
    known_on: dt.date
    seen_until: dt.date | None = Field(description="The last day that repayments show.")
    days_past_due: int
    window_days: int
    loans: LoanCounts
    years: list[YearShown] = Field(description="Evidence by year, the newest last.")
    ranking: RankingShown
    by_vintage: list[GroupShown]
    by_band: list[GroupShown]
    early: Early
    portfolio: Vintages
    at_risk: PortfolioAtRisk
