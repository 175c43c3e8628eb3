"""A small report of realised performance, for tests."""

from datetime import date

import numpy as np

from api.outcomes_replies import (
    AtRiskShown,
    Early,
    EarlyShown,
    GroupShown,
    LoanCounts,
    Performance,
    PortfolioAtRisk,
    RankingShown,
    RollShown,
    Vintages,
    VintageShown,
    YearShown,
)
from data.contract import Definition
from drift.realised import MaturedLoans, realised_years
from drift.realised_early import early_arrears, first_payments
from drift.realised_performance import by_band, by_vintage, ranking
from drift.vintages import vintage_curves
from drift.vintages_arrears import portfolio_at_risk, roll_rates
from tests.outcomes.lending import book_of

BAD = Definition(days_past_due=30, window_days=180)
SEEN = date(2024, 12, 31)


def matured(n: int = 300, odds: float = 4.0) -> MaturedLoans:
    """Loans whose odds are so many times those of their PDs."""
    rng = np.random.default_rng(1)
    pd = rng.uniform(0.03, 0.3, n)
    lent = np.datetime64("2023-12-20") + np.sort(rng.integers(0, 180, n)).astype("m8[D]")
    return MaturedLoans(
        pd=pd,
        bad=(rng.random(n) < odds * pd / (1 - pd + odds * pd)).astype(float),
        band=np.where(pd > 0.1, "<B>", "A").astype(object),
        borrower=np.arange(n).astype(str).astype(object),
        decided_on=lent - 1,
        disbursed_on=lent,
        matured_on=lent + 180,
    )


def report(*, empty: bool = False) -> Performance:
    """A report with every part, or of nothing at all."""
    lent = date(2024, 1, 10)
    dues = [(date(2024, month, 10), 100.0) for month in (2, 3, 4)]
    book = book_of([] if empty else [(lent, dues, dues), (lent, dues, dues[:1])], SEEN)
    loans = matured(0 if empty else 300)
    return Performance(
        contract="small",
        model="small-0123456789ab",
        known_on=SEEN,
        seen_until=None if empty else SEEN,
        days_past_due=30,
        window_days=180,
        loans=LoanCounts(stored=len(book), decided=len(loans), matured=len(loans), whole=0),
        years=[YearShown.model_validate(y) for y in realised_years(loans)],
        ranking=RankingShown.model_validate(ranking(loans)),
        by_vintage=[GroupShown.model_validate(g) for g in by_vintage(loans)],
        by_band=[GroupShown.model_validate(g) for g in by_band(loans)],
        early=Early(
            first_payment=[EarlyShown.model_validate(v) for v in first_payments(book)],
            third_month=[EarlyShown.model_validate(v) for v in early_arrears(book, BAD)],
        ),
        portfolio=Vintages(
            contract="small",
            known_on=SEEN,
            seen_until=SEEN,
            days_past_due=30,
            vintages=[VintageShown.model_validate(v) for v in vintage_curves(book, BAD)],
            roll_rates=[RollShown.model_validate(r) for r in roll_rates(book)],
        ),
        at_risk=PortfolioAtRisk(
            contract="small",
            currency="KES",
            known_on=SEEN,
            seen_until=SEEN,
            months=[AtRiskShown.model_validate(m) for m in portfolio_at_risk(book)],
        ),
    )
