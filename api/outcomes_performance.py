"""Realised performance of one model: everything that is told of matured loans, in one document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

import numpy as np

from api.outcomes_matured import lent_by, realised_by_year
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
from data.contract import Contract
from data.loanbook import LoanBook
from data.store import Store
from data.store.outcomes_book import LoanRows, read_rows
from drift.realised_early import early_arrears, first_payments
from drift.realised_performance import by_band, by_vintage, ranking, whole_vintages
from drift.vintages import vintage_curves
from drift.vintages_arrears import portfolio_at_risk, roll_rates

Shown = TypeVar("Shown")


def performance(store: Store, contract: Contract, model: str, day: date) -> Performance:
    """What became of the loans that ``model`` decided on, as known at the end of ``day``.

    Ranking, bands and vintages are of whole vintages alone; the portfolio's parts are of all
    loans of the contract, whoever decided on them. Raises StoreError; NotEnoughDataError where
    the contract's label stands in a column.
    """
    rows = read_rows(store, contract, day)
    lent = lent_by(store, contract, model, rows)
    book, matured = lent.stored.book, lent.matured()
    definition = rows.definition
    whole = whole_vintages(matured, definition.window_days or 0, book.seen_until)
    return Performance(
        contract=contract.contract,
        model=model,
        known_on=day,
        seen_until=_seen(book),
        days_past_due=definition.days_past_due or 0,
        window_days=definition.window_days or 0,
        loans=LoanCounts(
            stored=len(book), decided=len(lent.rows), matured=len(matured), whole=len(whole)
        ),
        years=_shown(YearShown.model_validate, realised_by_year(rows, lent)),
        ranking=RankingShown.model_validate(ranking(whole)),
        by_vintage=_shown(GroupShown.model_validate, by_vintage(whole)),
        by_band=_shown(GroupShown.model_validate, by_band(whole)),
        early=Early(
            first_payment=_shown(EarlyShown.model_validate, first_payments(book)),
            third_month=_shown(EarlyShown.model_validate, early_arrears(book, definition)),
        ),
        portfolio=_portfolio(contract, rows, book, day),
        at_risk=PortfolioAtRisk(
            contract=contract.contract,
            currency=contract.currency,
            known_on=day,
            seen_until=_seen(book),
            months=_shown(AtRiskShown.model_validate, portfolio_at_risk(book)),
        ),
    )


def _portfolio(contract: Contract, rows: LoanRows, book: LoanBook, day: date) -> Vintages:
    return Vintages(
        contract=contract.contract,
        known_on=day,
        seen_until=_seen(book),
        days_past_due=rows.definition.days_past_due or 0,
        vintages=_shown(VintageShown.model_validate, vintage_curves(book, rows.definition)),
        roll_rates=_shown(RollShown.model_validate, roll_rates(book)),
    )


def _shown(made: Callable[[object], Shown], results: Iterable[object]) -> list[Shown]:
    return [made(result) for result in results]


def _seen(book: LoanBook) -> date | None:
    return None if np.isnat(book.seen_until) else date.fromisoformat(str(book.seen_until))
