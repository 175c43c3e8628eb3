"""What became of the portfolio's loans: bands, vintages, arrears and expected loss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from api.outcomes_matured import Lent, lent_by
from api.outcomes_replies import AtRiskShown, EstimateShown, GroupShown
from api.portfolio import ExpectedLoss, Followed, Loans
from api.portfolio_figures import APPROVED, lost_on
from api.portfolio_reading import AMOUNT
from data.contract import Contract, Money
from data.loanbook import balance
from data.store import Store
from data.store.outcomes_book import read_rows
from drift.realised_performance import by_band, by_vintage, whole_vintages
from drift.vintages_arrears import portfolio_at_risk
from scoring.intervals import wilson


@dataclass(frozen=True)
class Book:
    """Stored loans as known at the end of ``day``, beside whichever model decided on each."""

    day: date
    lent: Lent

    @classmethod
    def read(cls, store: Store, contract: Contract, day: date) -> Book:
        """Raises StoreError; NotEnoughDataError where the contract's label stands in a column."""
        return cls(day, lent_by(store, contract, None, read_rows(store, contract, day)))

    @property
    def applications(self) -> list[str]:
        """Applications (pseudonyms) with a loan that was paid out."""
        return list(self.lent.stored.application)

    @cached_property
    def by_application(self) -> pd.DataFrame:
        """``lent_pd`` and ``bad`` (NaN: no outcome) of loans that a model decided on."""
        lent = self.lent
        names = pd.Index(lent.stored.application[lent.rows], dtype=object)
        return pd.DataFrame({"lent_pd": lent.pd, "bad": lent.bad}, index=names)

    def shown(self) -> Loans:
        """Expected against observed by band and vintage, of whole vintages, and arrears."""
        lent, book = self.lent, self.lent.stored.book
        definition, matured = lent.definition, lent.matured()
        whole = whole_vintages(matured, definition.window_days or 0, book.seen_until)
        return Loans(
            known_on=self.day,
            days_past_due=definition.days_past_due or 0,
            window_days=definition.window_days or 0,
            matured=len(whole),
            by_band=[GroupShown.model_validate(g) for g in by_band(whole)],
            by_vintage=[GroupShown.model_validate(g) for g in by_vintage(whole)],
            at_risk=[AtRiskShown.model_validate(a) for a in portfolio_at_risk(book)],
        )

    def owed(self, money: Money) -> tuple[date | None, int, float, float, float]:
        """The last day that is seen, open loans, their balance, what is expected to be lost of
        it (probability of default times loss given default times balance), and the share of the
        balance in loans without a probability."""
        book, lent = self.lent.stored.book, self.lent
        if np.isnat(book.seen_until):
            return None, 0, 0.0, 0.0, 0.0
        left = np.where(book.written_off <= book.seen_until, 0.0, balance(book, book.seen_until))
        whole, known = float(left.sum()), left[lent.rows]
        lost = float((lent.pd * money.loss_given_default * known).sum())
        without = 1 - float(known.sum()) / whole if whole else 0.0
        seen = date.fromisoformat(str(book.seen_until))
        return seen, int(np.count_nonzero(left)), whole, lost, without


def expected_loss(decided: pd.DataFrame, book: Book | None, money: Money) -> ExpectedLoss:
    """In money, of the year's approvals (with a known amount) and of what is owed now."""
    approved = decided[(decided["final"] == APPROVED) & (decided[AMOUNT] > 0)]
    on, loans, owed, lost, without = (None, 0, 0.0, 0.0, 0.0) if book is None else book.owed(money)
    return ExpectedLoss(
        approved=len(approved),
        amount=float(approved[AMOUNT].sum()),
        of_approved=float(lost_on(approved, money).sum()),
        open_on=on,
        open_loans=loans,
        balance=owed,
        of_open=lost,
        without_pd=without,
    )


def followed(rows: pd.DataFrame) -> Followed:
    """What became of ``rows`` with the columns ``bad`` and ``lent_pd`` of the book."""
    known = rows[rows["bad"].notna()]
    bad = int(known["bad"].sum())
    return Followed(
        loans=len(known),
        bad=bad,
        expected=float(known["lent_pd"].sum()),
        rate=EstimateShown.model_validate(wilson(bad, len(known))),
    )
