"""Kept audits, their acceptances and the register of disclosures, on both databases."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.errors import RegistryError, StoreError
from data.store import RowRefusedError, Store, open_store
from data.store.audits import (
    Acceptance,
    AuditEntry,
    accept,
    acceptances_of,
    add_audits,
    audits_of,
    find_audit,
)
from data.store.disclosures import disclose, disclosed
from data.store.models import ModelVersion, add_version

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
VERSION = "small-0123456789ab"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    add_version(opened, ModelVersion(VERSION, "small", "models/x", "0" * 64, NOW, {}, "ana", ""))
    yield opened
    opened.close()


def entry(first: str, days: int = 0) -> AuditEntry:
    audit_id = first.ljust(64, "0")
    at = NOW + timedelta(days=days)
    return AuditEntry(audit_id, VERSION, None, "eu", "1" * 64, "data", at, "FAIL", b'{"a": 1}')


def keep(store: Store, *entries: AuditEntry) -> None:
    with store.write() as connection:
        add_audits(connection, entries)


def test_an_audit_is_kept_once_and_found_by_its_id(store: Store) -> None:
    old, new = entry("abc123"), entry("abc124", days=1)
    keep(store, old, new)
    keep(store, replace(old, made_at=NOW + timedelta(days=9)))
    assert find_audit(store, old.audit_id) == old, "the first entry stays"
    assert find_audit(store, "abc124") == new
    assert audits_of(store) == audits_of(store, VERSION) == [new, old]
    assert audits_of(store, limit=1) == [new]
    assert audits_of(store, VERSION, since=NOW + timedelta(hours=1)) == [new]
    assert audits_of(store, "other") == []


@pytest.mark.parametrize(
    ("ref", "rule"),
    [
        ("abc", "6 or more"),
        ("abc12%", "6 or more"),
        ("ABC123", "6 or more"),
        ("abc12" + "f", "no audit"),
        ("abcdef", "several"),
    ],
)
def test_a_ref_that_names_no_single_audit_is_refused(store: Store, ref: str, rule: str) -> None:
    keep(store, entry("abcdef1"), entry("abcdef2"))
    with pytest.raises(RegistryError, match=rule):
        find_audit(store, ref)


def test_an_audit_needs_a_registered_model(store: Store) -> None:
    with pytest.raises(RowRefusedError):
        keep(store, replace(entry("abcdef"), model_version="nobody"))


def test_a_person_accepts_an_audit_once(store: Store) -> None:
    kept = entry("abcdef")
    keep(store, kept)
    ana = Acceptance(kept.audit_id, "Ana", "key1", "a reason that is long enough", NOW)
    assert accept(store, ana)
    assert not accept(store, replace(ana, key_id="key2", reason="another"))
    ben = replace(ana, person="Ben", key_id="key3")
    assert accept(store, ben)
    assert acceptances_of(store, kept.audit_id) == [ana, ben]
    assert acceptances_of(store, "other") == []
    with pytest.raises(RowRefusedError):
        accept(store, replace(ana, audit_id="f" * 64))


@pytest.mark.parametrize("table", ["fairness_audits", "audit_acceptances"])
def test_neither_can_be_changed_or_deleted(store: Store, table: str) -> None:
    kept = entry("abcdef")
    keep(store, kept)
    accept(store, Acceptance(kept.audit_id, "Ana", "key1", "reason", NOW))
    for change in (f"UPDATE {table} SET audit_id = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(StoreError), store.write() as connection:
            connection.execute(text(change))
    assert find_audit(store, kept.audit_id) == kept


def test_the_newest_register_is_in_force(store: Store) -> None:
    empty = disclosed(store, "small")
    assert (empty.row, empty.register) == (None, None)
    with store.write() as connection:
        assert disclose(connection, "small", empty, {"totals": [1]}, NOW)
    first = disclosed(store, "small")
    assert first.register == {"totals": [1]}
    assert disclosed(store, "other") == empty
    with store.write() as connection:
        assert disclose(connection, "small", first, {"totals": [1, 2]}, NOW)
        assert not disclose(connection, "small", first, {"totals": [3]}, NOW)
        assert not disclose(connection, "small", empty, {"totals": [3]}, NOW)
    assert disclosed(store, "small").register == {"totals": [1, 2]}


def test_two_at_once_cannot_both_build_on_one_register(store: Store) -> None:
    seen, start = disclosed(store, "small"), threading.Barrier(4)
    won: list[bool] = []

    def publish(number: int) -> None:
        start.wait()
        with store.write() as connection:
            won.append(disclose(connection, "small", seen, {"totals": [number]}, NOW))

    threads = [threading.Thread(target=publish, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False, False, False, True]
