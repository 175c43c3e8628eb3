"""Retention: what a decision holds goes when the first of its sources is past its period."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.audits import AuditSettings
from api.cli.commands import build_app
from api.log import Log
from api.schedule import KINDS
from api.worker import Worker
from data.contract import Contract
from data.errors import StoreError
from data.store import Store, open_store
from data.store import retention as module
from data.store.ledger import Ledger
from data.store.retention import Retained, retain
from data.store.verify import verify
from data.vault import Vault
from tests.bundles import small_bundle, small_contract
from tests.decisions import decision, ledger_of
from tests.web.world import home_settings, promote

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
VERSION = "small-0123456789ab"
APPLICATION, WALLET = 100, 30
DAY = timedelta(days=1)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def ledger(store: Store, tmp_path: Path) -> Ledger:
    return ledger_of(store, tmp_path)


def contract(application: int = APPLICATION, wallet: int = WALLET) -> Contract:
    changed = small_contract().model_dump(mode="json")
    changed["sources"]["application"]["retention_days"] = application
    changed["sources"]["wallet"]["retention_days"] = wallet
    return Contract.model_validate(changed)


def add(
    store: Store, ledger: Ledger, number: int, age: timedelta, *sources: str, **more: Any
) -> None:
    request = json.dumps({"sources": {source: {"x": 1} for source in sources}}).encode()
    with store.write() as connection:
        made = decision(number, created_at=NOW - age, request=request, **more)
        ledger.append(connection, [made])


def go(store: Store, ledger: Ledger, **options: Any) -> Retained:
    contracts = options.pop("contracts", {VERSION: contract()})
    return retain(store, ledger, contracts, NOW, "test", **options)


def readable(ledger: Ledger) -> set[int]:
    found = ledger.recent(limit=10_000)
    return {int(d.decision_id.removeprefix("decision-")) for d in found if not d.erased}


def fill(store: Store, ledger: Ledger) -> None:
    second = timedelta(seconds=1)
    add(store, ledger, 1, APPLICATION * DAY + second, "application")
    add(store, ledger, 2, APPLICATION * DAY, "application")
    add(store, ledger, 3, WALLET * DAY + second, "application", "wallet")
    add(store, ledger, 4, WALLET * DAY, "application", "wallet")
    add(store, ledger, 5, (WALLET + 1) * DAY, "application")
    add(store, ledger, 6, WALLET * DAY + second)


def test_the_first_period_that_ends_counts(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    fill(store, ledger)
    dry = go(store, ledger, dry_run=True)
    assert (dry.due, dry.emptied, readable(ledger)) == (3, 0, {1, 2, 3, 4, 5, 6})
    told = go(store, ledger)
    assert told == Retained(3, 3, 0, {"application": 1, "wallet": 2})
    assert readable(ledger) == {2, 4, 5}
    assert go(store, ledger) == Retained()
    assert verify(store, Vault.open(tmp_path / "vault"), []).faults == []


def test_the_edge_of_a_period_is_the_same_on_the_second(store: Store, ledger: Ledger) -> None:
    add(store, ledger, 1, WALLET * DAY + timedelta(microseconds=1), "wallet")
    add(store, ledger, 2, WALLET * DAY - timedelta(microseconds=1), "wallet")
    go(store, ledger)
    assert readable(ledger) == {2}


def test_each_decision_by_its_own_contract(store: Store, ledger: Ledger) -> None:
    age = 40 * DAY
    add(store, ledger, 1, age, "wallet")
    add(store, ledger, 2, age, "wallet", model_version="small-longer")
    add(store, ledger, 3, age, "wallet", model_version="small-unknown")
    told = go(store, ledger, contracts={VERSION: contract(), "small-longer": contract(wallet=90)})
    assert told == Retained(1, 1, 1, {"wallet": 1})
    assert readable(ledger) == {2, 3}


def test_a_run_that_was_stopped_is_finished_by_the_next(
    store: Store, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(Ledger, "BATCH", 3)
    for number in range(7):
        add(store, ledger, number, (WALLET + 1) * DAY, "wallet")
    empty, left = Ledger.empty, iter([True, False])

    def fails_later(self: Ledger, *arguments: Any) -> int:
        if not next(left):
            raise StoreError("away")
        return empty(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "empty", fails_later)
        with pytest.raises(StoreError):
            go(store, ledger)
    assert len(readable(ledger)) == 5
    shares: list[float] = []
    assert go(store, ledger, progress=shares.append).emptied == 5
    assert readable(ledger) == set()
    assert verify(store, Vault.open(tmp_path / "vault"), []).faults == []


def test_the_worker_and_the_command_do_it(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home_settings(tmp_path / "home", store_url)
    version = promote(settings, small_bundle())
    monkeypatch.setenv("MICROSCORE_HOME", str(settings.home))
    monkeypatch.setenv("MICROSCORE_STORE_URL", store_url)
    store = open_store(store_url)
    ledger = Ledger(store, Vault.open(settings.vault_folder))
    ages = {n: timedelta(days=365 * years) for n, years in enumerate((4, 6, 7))}
    for number, age in ages.items():
        add(store, ledger, number, age, "application", model_version=version)
    command = ["privacy", "retain", "--json"]
    done = CliRunner().invoke(build_app(), [*command, "--dry-run"])
    assert (done.exit_code, json.loads(done.stdout)["due"]) == (0, 2)
    kinds = [kind for kind in KINDS if kind.name == "retention"]
    audit = AuditSettings(home=settings.home, store_url=store_url)
    (job,) = Worker(store, audit, Log(), kinds, clock=lambda: NOW).once()
    assert job.error is None
    assert job.result is not None
    assert job.result["emptied"] == 2
    assert readable(ledger) == {0}
    add(store, ledger, 3, ages[2], "application", model_version="small-gone")
    done = CliRunner().invoke(build_app(), command)
    assert (done.exit_code, json.loads(done.stdout)["unknown"]) == (1, 1)
    store.close()
