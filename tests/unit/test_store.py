"""What goes into the store comes out the same, on both databases."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from data.errors import StoreError
from data.store import RowRefusedError, Store, open_store
from data.store.keys import ApiKey, add_key, all_keys, find_key, revoke_key
from data.store.ledger import Ledger
from data.store.models import (
    AliasEvent,
    ModelVersion,
    add_version,
    alias_version,
    all_aliases,
    all_versions,
    events_of,
    find_version,
    lock_alias,
    move_alias,
)
from tests.decisions import append, decision, ledger_of

Insert = Callable[..., None]
NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, UTC)


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
def insert(store: Store, ledger: Ledger) -> Insert:
    def insert(*numbers: int, **change: Any) -> None:
        with store.write() as connection:
            append(ledger, connection, *numbers, **change)

    return insert


def test_a_decision_comes_back_as_it_was(store: Store, ledger: Ledger) -> None:
    sent = decision(1, officer="Ünal 'quoted'", request=bytes(range(256)), record=b"")
    with store.write() as connection:
        ledger.append(connection, [sent])
    assert ledger.find(sent.decision_id) == sent
    assert ledger.find("no-such-id") is None


def test_floats_come_back_to_the_last_bit(store: Store, ledger: Ledger) -> None:
    rng = np.random.default_rng(1)
    drawn = rng.integers(0, 2**63, 300, dtype=np.int64).view(np.float64)
    special = np.array([0.1, 0.0, 5e-324, 1.7976931348623157e308, 1 / 3, np.nextafter(1, 2)])
    values = np.concatenate([special, drawn[np.isfinite(drawn)]])
    rows = [decision(i, pd=float(v), log_odds=float(v) - 1) for i, v in enumerate(values)]
    with store.write() as connection:
        ledger.append(connection, rows)
    read = ledger.recent(limit=1000)[::-1]
    assert np.array([d.pd for d in read]).tobytes() == values.tobytes()
    assert np.array([d.log_odds for d in read]).tobytes() == (values - 1).tobytes()


def test_times_are_kept_in_utc(ledger: Ledger, insert: Insert) -> None:
    nairobi = timezone(timedelta(hours=3))
    insert(1, created_at=datetime(2026, 3, 1, 2, 0, 0, 7, nairobi))
    found = ledger.find("decision-1")
    assert found is not None
    assert found.created_at == datetime(2026, 2, 28, 23, 0, 0, 7, UTC)
    assert found.created_at.tzinfo is UTC
    with pytest.raises(Exception, match="without a zone"):
        insert(2, created_at=datetime(2026, 3, 1))  # noqa: DTZ001


def test_the_newest_come_first_and_by_branch(ledger: Ledger, insert: Insert) -> None:
    insert(1, 2, 3)
    insert(4, 5, branch="Mwanza")
    insert(6, branch=None)
    assert [d.application_id for d in ledger.recent(limit=2)] == ["A-6", "A-5"]
    assert [d.application_id for d in ledger.recent("Kisumu")] == ["A-3", "A-2", "A-1"]
    assert ledger.recent("Nowhere") == []


def test_an_id_is_stored_once_and_a_failed_group_not_at_all(ledger: Ledger, insert: Insert) -> None:
    insert(1)
    with pytest.raises(RowRefusedError, match="refuses a row"):
        insert(2, 1)
    assert [d.application_id for d in ledger.recent()] == ["A-1"]


def test_an_exception_undoes_the_transaction(store: Store, ledger: Ledger) -> None:
    def fail() -> None:
        with store.write() as connection:
            ledger.append(connection, [decision(1)])
            raise KeyError("the caller's own")

    with pytest.raises(KeyError):
        fail()
    assert ledger.recent() == []


def test_an_error_never_tells_the_values(ledger: Ledger, insert: Insert) -> None:
    insert(1, applicant_id="SECRET-PERSON")
    with pytest.raises(StoreError) as caught:
        insert(1, applicant_id="SECRET-PERSON")
    assert "SECRET" not in f"{caught.value}{caught.value.__cause__}"


def test_keys_are_found_listed_and_revoked_once(store: Store) -> None:
    key = ApiKey("aaaa", "0" * 64, "officer", "Kisumu", "app", NOW, NOW + timedelta(1), None)
    other = ApiKey("bbbb", "1" * 64, "risk", None, "", NOW - timedelta(1), None, None)
    add_key(store, key)
    add_key(store, other)
    assert find_key(store, "aaaa") == key
    assert find_key(store, "cccc") is None
    assert all_keys(store) == [other, key]
    with pytest.raises(RowRefusedError):
        add_key(store, key)
    assert revoke_key(store, "aaaa", NOW)
    assert not revoke_key(store, "aaaa", NOW + timedelta(1)), "the first time stays"
    assert not revoke_key(store, "cccc", NOW)
    found = find_key(store, "aaaa")
    assert found is not None
    assert found.revoked_at == NOW


def _version(name: str, age: int = 0) -> ModelVersion:
    metrics = {"test": {"auc": {"value": 0.1 + 0.2}}}
    at = NOW - timedelta(days=age)
    return ModelVersion(name, "small", f"models/{name}", "0" * 64, at, metrics, "ana", "")


def _event(before: str | None, after: str) -> AliasEvent:
    gates = [{"name": "auc", "passed": True, "detail": "0.7"}]
    return AliasEvent("champion", "promote", before, after, "ana", "better", gates, NOW)


def test_versions_and_aliases(store: Store) -> None:
    old, new = _version("small-1", 2), _version("small-2", 1)
    add_version(store, old)
    add_version(store, new)
    assert find_version(store, "small-1") == old
    assert all_versions(store) == [new, old]
    assert alias_version(store, "champion") is None
    for event in (_event(None, "small-1"), _event("small-1", "small-2")):
        with store.write() as connection:
            assert lock_alias(connection, "champion") == event.from_version
            move_alias(connection, event)
    assert all_aliases(store) == {"champion": "small-2"}
    with store.read() as connection:
        assert events_of(connection, "champion") == [
            _event(None, "small-1"),
            _event("small-1", "small-2"),
        ]


def test_an_alias_cannot_point_nowhere(store: Store) -> None:
    with pytest.raises(RowRefusedError), store.write() as connection:
        move_alias(connection, _event(None, "no-such-version"))
    assert all_aliases(store) == {}


@pytest.mark.parametrize("change", ["UPDATE alias_events SET actor = 'x'", "DELETE FROM {}"])
def test_events_cannot_be_changed_or_deleted(change: str, store: Store) -> None:
    add_version(store, _version("small-1"))
    with store.write() as connection:
        move_alias(connection, _event(None, "small-1"))
    with pytest.raises(StoreError), store.write() as connection:
        connection.execute(text(change.format("alias_events")))
    with store.read() as connection:
        assert events_of(connection, "champion") == [_event(None, "small-1")]


def test_a_wrong_url_is_refused() -> None:
    for url in ("", "mysql://host/db", "/tmp/store.db", "sqlite"):
        with pytest.raises(StoreError, match="must begin with sqlite:/// or postgresql://"):
            open_store(url)


def test_the_store_needs_nothing_of_the_jobs() -> None:
    program = (
        "import sys, data.store.writer, data.store.models, data.store.keys;"
        "print({'pandas', 'pyarrow', 'numpy', 'alembic', 'lightgbm'} & set(sys.modules))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
