"""The portfolio at a glance: made by a job or a command, and kept for the risk team's pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from api.outcomes_replies import EstimateShown
from api.portfolio import KIND, Basis, CutOffs, Now, Portfolio
from api.portfolio_figures import concentration, cut_offs, months, settled
from api.portfolio_loans import Book, expected_loss, followed
from api.portfolio_overrides import overrides
from api.portfolio_reading import AMOUNT, read_contents, read_decided
from api.schedule import Work
from api.settings import Settings
from data.contract import Contract, Money
from data.errors import BundleError, NotEnoughDataError, RegistryError
from data.store import Store
from data.store.ledger import Ledger
from data.store.summaries import forget_summaries, keep_summary
from data.vault import Vault
from scoring.policy import DecisionRules
from scoring.profit import ASSUMED, outcome_values
from scoring.registry import Registry
from scoring.signing import TrustedKeys

MONTHS = 24
"""Months whose approvals are told."""
YEAR = timedelta(days=365)
"""Time before now whose contents are opened."""
KEPT = timedelta(days=90)
"""Time after which a summary is deleted: pages show the newest."""

Progress = Callable[[str, float], None]


def run(work: Work) -> Mapping[str, Any]:
    """The scheduled job. Raises StoreError, VaultError, BundleError."""
    settings = work.settings
    try:
        made = make(work.store, settings, work.now)
    except NotEnoughDataError as error:
        return {"portfolio": None, "why": str(error)}
    basis, loans = made.basis, made.loans
    return {
        "model": basis.model,
        "applications": basis.applications,
        "matured": 0 if loans is None else loans.matured,
    }


def make(
    store: Store, settings: Settings, now: datetime, progress: Progress = lambda *_: None
) -> Portfolio:
    """Sum up what is stored and keep it, in the place of what is older than KEPT.

    Raises NotEnoughDataError without a champion; StoreError, VaultError, BundleError.
    """
    sources = _open(store, settings.home, settings.keys_folder)
    ledger = Ledger(store, Vault.open(settings.vault_folder, settings.vault_command))
    made = _summed_up(sources, ledger, now, progress)
    keep_summary(store, KIND, now, made.model_dump_json().encode())
    forget_summaries(store, KIND, now - KEPT)
    return made


@dataclass(frozen=True)
class _Sources:
    store: Store
    model: str
    contract: Contract
    rules: Mapping[str, DecisionRules]

    @property
    def money(self) -> Money:
        """The contract's figures, or those that are assumed."""
        return self.contract.policy.money or ASSUMED


def _open(store: Store, home: Path, keys: Path) -> _Sources:
    registry = Registry(store, home, TrustedKeys(keys))
    champion = registry.champion()
    if champion is None:
        raise NotEnoughDataError(
            "no version is champion; train one and see microscore models promote"
        )
    bundle = registry.open(champion)[1]
    rules = {champion: bundle.rules}
    for version in {entry.version for entry in registry.versions()} - {champion}:
        with suppress(BundleError, RegistryError):
            rules[version] = registry.open(version)[1].rules
    return _Sources(store, champion, bundle.contract, rules)


def _summed_up(sources: _Sources, ledger: Ledger, now: datetime, progress: Progress) -> Portfolio:
    contract, money = sources.contract, sources.money
    progress("reading decisions", 0.0)
    decided = read_decided(sources.store, contract, _first_month(now, contract))
    progress("reading loans", 0.2)
    book = _book(sources.store, contract, now)
    decided["final"] = settled(decided, [] if book is None else book.applications)
    if book is not None:
        decided = decided.join(book.by_application, on="application")
    else:
        decided = decided.assign(lent_pd=np.nan, bad=np.nan)
    progress("opening what was asked for", 0.4)
    year = decided[decided["created_at"] >= now - YEAR]
    contents = read_contents(ledger, contract, now - YEAR, now)
    year = year.join(contents, on="decision_id")
    progress("summing up", 0.9)
    return Portfolio(
        basis=_basis(sources, year, contents, now),
        months=months(decided),
        concentration=concentration(year, contract, money),
        expected_loss=expected_loss(year, book, money),
        loans=None if book is None else book.shown(),
        cut_offs=_cut_offs(year, sources),
        overrides=overrides(year, sources.rules),
        now=_now(year, book, money),
    )


def _first_month(now: datetime, contract: Contract) -> datetime:
    """The beginning of the month MONTHS ago, by the contract's clock, in UTC."""
    zone = ZoneInfo(contract.timezone)
    today = now.astimezone(zone).date()
    months = today.year * 12 + today.month - MONTHS
    first = today.replace(year=months // 12, month=months % 12 + 1, day=1)
    return datetime.combine(first, time(), zone).astimezone(UTC)


def _book(store: Store, contract: Contract, now: datetime) -> Book | None:
    try:
        return Book.read(store, contract, now.astimezone(ZoneInfo(contract.timezone)).date())
    except NotEnoughDataError:
        return None


def _basis(sources: _Sources, year: pd.DataFrame, contents: pd.DataFrame, now: datetime) -> Basis:
    contract = sources.contract
    return Basis(
        contract=contract.contract,
        model=sources.model,
        currency=contract.currency,
        timezone=contract.timezone,
        money=sources.money,
        assumed=contract.policy.money is None,
        since=(now - YEAR).date(),
        until=now.date(),
        applications=len(year),
        erased=int((~year["decision_id"].isin(contents.index)).sum()),
    )


def _cut_offs(year: pd.DataFrame, sources: _Sources) -> CutOffs | None:
    mine = year[year["model_version"] == sources.model]
    return cut_offs(mine, sources.rules[sources.model], sources.money)


def _now(year: pd.DataFrame, book: Book | None, money: Money) -> Now:
    hours = (year["first_at"] - year["created_at"]).dropna().dt.total_seconds() / 3600
    lent = year.iloc[:0] if book is None else year[year["application"].isin(book.applications)]
    told = followed(year)
    known = year[year["bad"].notna() & (year[AMOUNT] > 0)]
    amount = known[AMOUNT].to_numpy(np.float64)
    lost = outcome_values(known["bad"].to_numpy(np.float64), amount, money)[2]
    return Now(
        applications=len(year),
        loans=len(lent),
        amount_lent=float(lent[AMOUNT].sum()),
        hours_to_decision=float(hours.median()) if len(hours) else None,
        decided_by_people=len(hours),
        bad_rate=EstimateShown.model_validate(told.rate),
        matured=told.loans,
        lost_per_hundred=float(100 * lost.sum() / amount.sum()) if len(amount) else None,
    )
