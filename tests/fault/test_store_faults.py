"""A database that is gone, locked or read-only says so soon, and heals without a restart."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.errors import StoreError
from data.store import Store, open_store
from data.store.ledger import Ledger
from data.store.writer import DecisionWriter
from tests.decisions import decision, ledger_of
from tests.fault.servers import Server

SOON = 10
"""Seconds; the promise is two, the rest is for a machine that is busy with other tests."""


@pytest.mark.postgres
def test_a_stopped_postgresql_heals_without_restart(server: Server, tmp_path: Path) -> None:
    store = open_store(server.url)
    store.migrate()
    ledger = ledger_of(store, tmp_path)
    writer = DecisionWriter(store, ledger)
    writer.submit([decision(1)]).result(SOON)
    server.stop()
    try:
        for n in (2, 3):
            assert isinstance(writer.submit([decision(n)]).exception(SOON), StoreError)
        with pytest.raises(StoreError):
            store.check()
        with pytest.raises(StoreError):
            ledger.find("decision-1")
    finally:
        server.start()
    writer.submit([decision(4)]).result(SOON)
    store.check()
    assert [d.application_id for d in ledger.recent(limit=2)] == ["A-4", "A-1"]
    writer.stop()
    store.close()


@pytest.mark.postgres
def test_a_postgresql_that_takes_no_connection_is_given_up_soon(server: Server) -> None:
    server.freeze()
    try:
        store = open_store(server.url)
        begun = time.monotonic()
        with pytest.raises(StoreError, match="cannot answer now"):
            store.check()
        assert time.monotonic() - begun < SOON
        store.close()
    finally:
        server.thaw()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{file}")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def ledger(store: Store, tmp_path: Path) -> Ledger:
    return ledger_of(store, tmp_path)


def test_a_locked_sqlite_says_so_and_heals(store: Store, file: Path, ledger: Ledger) -> None:
    writer = DecisionWriter(store, ledger)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    future = writer.submit([decision(1)])
    assert isinstance(future.exception(SOON), StoreError)
    with pytest.raises(StoreError, match="cannot answer now"):
        store.check()
    other.execute("ROLLBACK")
    other.close()
    writer.submit([decision(2)]).result(SOON)
    writer.stop()
    assert [d.application_id for d in ledger.recent()] == ["A-2"]


def test_a_read_only_sqlite_can_be_read(store: Store, file: Path, ledger: Ledger) -> None:
    writer = DecisionWriter(store, ledger)
    writer.submit([decision(1)]).result(SOON)
    writer.stop()
    read_only = open_store(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(StoreError):
        read_only.check()
    refused = DecisionWriter(read_only, ledger_of(read_only, file.parent))
    assert isinstance(refused.submit([decision(2)]).exception(SOON), StoreError)
    refused.stop()
    assert [d.application_id for d in ledger_of(read_only, file.parent).recent()] == ["A-1"]
    read_only.close()


def test_a_full_disk_stores_nothing_by_halves(
    store: Store, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database may not grow: SQLite then answers as on a full disk. It heals with room."""
    opening = store.quick_connection

    def without_room(patience: float = 0.0) -> tuple[sqlite3.Connection, Any]:
        connection, opened = opening(patience)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}").close()
        return connection, opened

    writer = DecisionWriter(store, ledger)
    large = [decision(n, record=bytes(100_000)) for n in range(5)]
    with monkeypatch.context() as full:
        full.setattr(store, "quick_connection", without_room)
        error = writer.submit(large).exception(SOON)
    assert isinstance(error, StoreError)
    assert ledger.recent() == []
    writer.submit(large).result(SOON)
    writer.stop()
    assert len(ledger.recent()) == 5


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'none' / 'store.db'}")
    with pytest.raises(StoreError):
        store.migrate()
    store.close()
