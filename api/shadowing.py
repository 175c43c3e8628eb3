"""Challengers in shadow: started, stopped, reported on. Commands, jobs and pages share this."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from api.kept_reports import REPORT, SHADOW, shadow_folder
from api.settings import Settings
from api.shadowing_data import Collected, Outcomes, Reader, learned_until
from api.shadowing_outcomes import matured
from api.shadowing_records import ShadowRecord, newest_comparison, report_id
from data.contract import Contract
from data.durable import replace as write_whole
from data.errors import RegistryError
from data.store import Store
from data.store.ledger import Ledger
from data.store.shadow import Assignment, Plan, Terms, assignments_of, start
from data.store.shadow_reports import ReportEntry, add_report
from data.vault import Vault
from drift.shadow.report import Question, compare
from drift.shadow.states import MARGINS
from fairness.challenger import comparable
from scoring.profit import ASSUMED
from scoring.registry import CHAMPION, Registry
from scoring.signing import TrustedKeys


@dataclass(frozen=True)
class Shop:
    """The parts that shadow commands and jobs work with."""

    settings: Settings
    store: Store
    registry: Registry
    vault: Vault
    ledger: Ledger

    @classmethod
    def of(cls, settings: Settings, store: Store) -> Shop:
        """The parts of these settings. Raises VaultError."""
        vault = Vault.open(settings.vault_folder, settings.vault_command)
        registry = Registry(store, settings.home, TrustedKeys(settings.keys_folder))
        return cls(settings, store, registry, vault, Ledger(store, vault))


@dataclass(frozen=True)
class Kept:
    """A report in the store and, once written, in its folder."""

    report_id: str
    record: ShadowRecord
    folder: Path = field(default=Path())


@dataclass(frozen=True)
class Period:
    """Decisions from ``start`` until before ``end``; None: any."""

    start: dt.datetime | None = None
    end: dt.datetime | None = None


def start_shadow(
    shop: Shop,
    ref: str,
    share: float,
    actor: str,
    now: dt.datetime,
    *,
    plan: Plan = "daily",
    margins: Mapping[str, float] | None = None,
) -> Assignment:
    """Let a version follow the champion's decisions from now on.

    ``margins`` by metric (default MARGINS) and ``plan`` are fixed with it. Raises RegistryError
    for the champion itself or one that runs already, NotEnoughDataError when it needs inputs that
    the champion is not asked for, BundleError.
    """
    version, bundle = shop.registry.open(ref)
    champion = shop.registry.champion()
    if version == champion:
        raise RegistryError(f"{version} is the champion; a challenger must be another version")
    if champion is not None:
        comparable(shop.registry.open(champion)[1].contract, bundle.contract)
    terms = Terms(share, plan, MARGINS | dict(margins or {}))
    return start(shop.store, shop.ledger, version, terms, actor, now)


def make_report(
    shop: Shop,
    champion: str,
    challenger: str,
    now: dt.datetime,
    period: Period = Period(),
    outcomes: Outcomes | None = None,
) -> ShadowRecord:
    """Compare two versions by what the store holds.

    ``outcomes``: by default those that matured by the contract's label. Raises
    NotEnoughDataError, RegistryError, BundleError, StoreError, VaultError.
    """
    (old, first), (new, second) = (_opened(shop, ref) for ref in (champion, challenger))
    reader = Reader(
        shop.store,
        shop.vault,
        (old, first),
        (new, second),
        outcomes or matured(shop.store, first, now.date()),
        learned_until(shop.store, new),
    )
    found = reader.collect(period.start, period.end)
    made = compare(found.pairs, found.made, _question(shop, old, new, first, found, now))
    audit, fairness = newest_comparison(shop.store, old, new)
    return ShadowRecord.of(
        made,
        titles=_titles(first),
        currency=first.currency,
        fairness=fairness,
        fairness_audit=audit,
    )


def keep(shop: Shop, record: ShadowRecord, now: dt.datetime, actor: str) -> Kept:
    """Keep a report with its state, and put that on the audit chain. Raises StoreError."""
    content = record.content()
    entry = ReportEntry(
        report_id=report_id(content),
        champion=record.champion,
        challenger=record.challenger,
        made_at=now,
        state=record.state.value,
        fairness=record.fairness.verdict.value if record.fairness else None,
        pairs=record.pairing.pairs,
        result=content,
    )
    with shop.store.write() as connection:
        add_report(connection, entry, actor)
    return Kept(entry.report_id, record)


def write(kept: Kept, folder: Path) -> Kept:
    """Write report.json and report.html into ``folder``."""
    from api.reports.shadow import render

    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / SHADOW, kept.record.content())
    write_whole(folder / REPORT, render(kept.record).encode())
    return replace(kept, folder=folder)


def own_folder(home: Path, kept: Kept) -> Path:
    """Where a report is written when nobody says otherwise."""
    record = kept.record
    return shadow_folder(home, record.challenger, record.on, kept.report_id)


def _opened(shop: Shop, ref: str) -> tuple[str, Contract]:
    version, bundle = shop.registry.open(ref)
    return version, bundle.contract


def _question(
    shop: Shop, old: str, new: str, contract: Contract, found: Collected, now: dt.datetime
) -> Question:
    """What is asked, as the newest start of the challenger fixed it."""
    fixed = next(iter(assignments_of(shop.store, new)), None)
    asked = Question(
        champion=old,
        challenger=new,
        on=now.date(),
        money=contract.policy.money or ASSUMED,
        replayed=found.replayed,
        not_new=found.not_new,
    )
    return asked if fixed is None else replace(asked, plan=fixed.plan, margins=fixed.margins)


def _titles(contract: Contract) -> dict[str, dict[str, str]]:
    reasons = {code: group.raises.model_dump() for code, group in contract.reasons.items()}
    return reasons | {n: a.title.model_dump() for n, a in contract.protected.items()}


def champion_of(shop: Shop) -> str:
    """The version that serves. Raises RegistryError when there is none."""
    return shop.registry.resolve(CHAMPION)[0]
