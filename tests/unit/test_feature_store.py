"""Materialised features: sealed, replaced by a newer build, and gone when they have to be."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from data.contract_loading import load_contract
from data.errors import VaultError
from data.store import Store, open_store
from data.store.features import BUILD, FeatureStore, retain_features
from data.store.ledger import Ledger
from data.store.rotation import Rotation
from data.store.subjects import erase, hand_out
from data.store.tables import audit_chain
from data.store.tables_features import features, observer_habits
from data.vault import KeyRing, Vault
from tests.decisions import ledger_of

CONTRACT = load_contract("microloan")
NAME, DAY = CONTRACT.contract, date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PEOPLE = {
    "C-1": {"mobile_money": {"wallet_received": 12.25, "wallet_bills": 3.0}, "phone_usage": {}},
    "C-2": {"mobile_money": {"wallet_received": 0.1}},
}
HABITS = {"observation_mean": {"F0001": 0.5, "F0002": -1.25}}


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def ledger(store: Store, tmp_path: Path) -> Ledger:
    return ledger_of(store, tmp_path)


@pytest.fixture
def kept(store: Store, ledger: Ledger) -> FeatureStore:
    made = FeatureStore(store, ledger)
    assert made.keep(CONTRACT, DAY, PEOPLE.items(), HABITS, "test") == 3
    return made


def test_what_was_kept_is_found_with_its_day(kept: FeatureStore, ledger: Ledger) -> None:
    people = [ledger.person(name) for name in ("C-1", "C-2", "C-3")]
    found = kept.find(NAME, people)
    assert found[people[0]] == {s: (DAY, v) for s, v in PEOPLE["C-1"].items()}
    assert found[people[1]] == {"mobile_money": (DAY, {"wallet_received": 0.1})}
    assert found[people[2]] == {}
    assert kept.find("another", people)[people[0]] == {}
    assert kept.habits(NAME) == HABITS
    assert kept.habits("another") == {}


def test_a_newer_build_replaces_all_of_a_person(kept: FeatureStore, ledger: Ledger) -> None:
    later = DAY + timedelta(days=1)
    kept.keep(CONTRACT, later, [("C-1", {"loan_history": {"last_amount": 5.0}})], {}, "test")
    one, two = ledger.person("C-1"), ledger.person("C-2")
    found = kept.find(NAME, [one, two])
    assert found[one] == {"loan_history": (later, {"last_amount": 5.0})}
    assert found[two]["mobile_money"][0] == DAY
    assert kept.habits(NAME) == {}


def test_nothing_personal_stands_in_the_tables_or_on_the_chain(
    kept: FeatureStore, store: Store
) -> None:
    with store.read() as connection:
        rows = [str(tuple(r)) for t in (features, observer_habits) for r in
                connection.execute(select(t))]  # fmt: skip
        chain = connection.execute(select(audit_chain.c.kind, audit_chain.c.entry)).all()
    for told in rows:
        assert not any(word in told for word in ("C-1", "wallet_received", "F0001"))
    assert [kind for kind, _ in chain] == [BUILD]
    assert json.loads(chain[0].entry) == {"actor": "test", "rows": 3, "stands_for": str(DAY)}


def test_a_row_opens_only_where_it_belongs(
    kept: FeatureStore, store: Store, ledger: Ledger
) -> None:
    one, two = ledger.person("C-1"), ledger.person("C-2")
    with store.write() as connection:
        other = connection.execute(select(features).where(features.c.applicant == two)).one()
        swap = update(features).where(features.c.applicant == one)
        connection.execute(swap.values(sealed=other.sealed, row_key=other.row_key))
    with pytest.raises(VaultError):
        kept.find(NAME, [one])


def test_a_person_gets_them_and_an_erasure_takes_them(
    kept: FeatureStore, store: Store, ledger: Ledger
) -> None:
    held = hand_out(store, ledger, "C-1", "test").features
    assert {h.source: dict(h.values) for h in held} == PEOPLE["C-1"]
    assert {(h.contract, h.stands_for) for h in held} == {(NAME, DAY)}
    erase(store, ledger, "C-1", "test", "requested")
    assert hand_out(store, ledger, "C-1", "test").features == []
    assert kept.find(NAME, [ledger.person("C-2")])[ledger.person("C-2")]


def test_each_source_goes_after_its_own_period(
    kept: FeatureStore, store: Store, ledger: Ledger
) -> None:
    days = {s: CONTRACT.sources[s].retention_days for s in ("phone_usage", "mobile_money")}
    assert days["phone_usage"] < days["mobile_money"]
    end = NOW + timedelta(days=days["phone_usage"])
    assert retain_features(store, ledger, end, "test") == 0
    end += timedelta(days=1)
    assert retain_features(store, ledger, end, "test", dry_run=True) == 1
    assert retain_features(store, ledger, end, "test") == 1
    assert retain_features(store, ledger, end, "test") == 0
    one = ledger.person("C-1")
    assert kept.find(NAME, [one])[one].keys() == {"mobile_money"}


def test_a_rotation_takes_them_along(kept: FeatureStore, store: Store, tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "vault")
    vault = Vault(ring)
    ledger = Ledger(store, vault)
    rotation = Rotation(store, ledger, vault, ring)
    rotated = rotation.run(None, "test", lambda _: None)
    assert (rotated.rewrapped, rotated.unreadable) == (4, 0)
    gone, needed = rotation.remove_old("test")
    assert (len(gone), needed) == (1, [])
    again = FeatureStore(store, ledger_of(store, tmp_path))
    one = ledger.person("C-1")
    assert again.find(NAME, [one])[one]["mobile_money"][1] == PEOPLE["C-1"]["mobile_money"]
    assert again.habits(NAME) == HABITS
