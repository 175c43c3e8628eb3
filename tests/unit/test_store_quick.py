"""The driver's own connections to a local database do what ``Store.read`` and ``write`` do."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.errors import StoreError
from data.store import RowRefusedError, Store, open_store
from data.store.ledger import Ledger
from data.store.quick import QuickReader, QuickWriter
from data.store.writer import DecisionWriter
from tests.decisions import decision, ledger_of

PATIENCE = 30
_ALL = "SELECT decision_id FROM decisions ORDER BY position"


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


@pytest.fixture
def quick(store: Store) -> Iterator[QuickWriter]:
    writer = QuickWriter(store)
    yield writer
    writer.close()


def _stored(store: Store) -> list[str]:
    reader = QuickReader(store)
    rows = reader.all(_ALL, ())
    reader.close()
    return [row[0] for row in rows]


def test_what_is_written_is_seen_by_others(
    store: Store, ledger: Ledger, quick: QuickWriter
) -> None:
    for n in (1, 2):
        with quick.write() as connection:
            ledger.append(connection, [decision(n)])
            assert len(_stored(store)) == n - 1, "nobody sees it before the commit"
    with store.write() as connection:
        ledger.append(connection, [decision(3)])
    assert _stored(store) == ["decision-1", "decision-2", "decision-3"]


def test_its_commits_are_as_durable_as_those_of_the_pool(store: Store, quick: QuickWriter) -> None:
    names = ("synchronous", "journal_mode", "secure_delete", "foreign_keys", "journal_size_limit")
    with quick.write() as own, store.read() as pooled:
        for name in names:
            of_the_pool = pooled.exec_driver_sql(f"PRAGMA {name}").scalar()
            assert own.execute(f"PRAGMA {name}").fetchone() == (of_the_pool,)
        assert own.execute("PRAGMA synchronous").fetchone() == (2,)


def test_any_exception_undoes_all(store: Store, ledger: Ledger, quick: QuickWriter) -> None:
    with pytest.raises(KeyError), quick.write() as connection:  # noqa: PT012
        ledger.append(connection, [decision(1)])
        raise KeyError
    with pytest.raises(RowRefusedError), quick.write() as connection:
        ledger.append(connection, [decision(2), decision(2)])
    with pytest.raises(RowRefusedError, match="refuses a row"), quick.write() as connection:
        connection.execute("INSERT INTO alembic_version VALUES (NULL)")
    with quick.write() as connection:
        ledger.append(connection, [decision(3)])
    assert _stored(store) == ["decision-3"]


def test_an_error_of_the_database_ends_the_connection_and_nothing_else(
    store: Store, ledger: Ledger, quick: QuickWriter
) -> None:
    with pytest.raises(StoreError, match="answer"), quick.write() as connection:  # noqa: PT012
        ledger.append(connection, [decision(1)])
        connection.execute("SELECT * FROM nowhere")
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT 1")
    with quick.write() as connection:
        ledger.append(connection, [decision(2)])
    assert _stored(store) == ["decision-2"]


def test_no_lock_is_held_after_a_failure(store: Store, quick: QuickWriter) -> None:
    for error in (KeyError(), StoreError("no")):
        with pytest.raises(type(error)), quick.write():
            raise error
        store.check()


def test_a_file_that_another_took_the_place_of_is_noticed_at_the_commit(
    store: Store, ledger: Ledger, file: Path, tmp_path: Path
) -> None:
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    other.migrate()
    other.close()
    writer = DecisionWriter(store, ledger)
    writer.submit([decision(1)]).result(PATIENCE)
    (tmp_path / "other.db").replace(file)
    for log in (f"{file}-wal", f"{file}-shm"):
        Path(log).unlink(missing_ok=True)
    lost = writer.submit([decision(2)])
    assert isinstance(lost.exception(PATIENCE), StoreError)
    writer.submit([decision(3)]).result(PATIENCE)
    writer.stop()
    assert _stored(store) == ["decision-3"], "what follows goes to the file that is there"


def test_a_deleted_file_is_never_made_anew(store: Store, ledger: Ledger, file: Path) -> None:
    writer = DecisionWriter(store, ledger)
    writer.submit([decision(1)]).result(PATIENCE)
    file.unlink()
    for n in (2, 3):
        assert isinstance(writer.submit([decision(n)]).exception(PATIENCE), StoreError)
    writer.stop()
    assert not file.exists()


def test_a_rotated_master_key_wraps_from_the_next_group_on(
    store: Store, tmp_path: Path, ledger: Ledger
) -> None:
    from data.vault import KeyRing
    from data.vault.vault import label

    writer = DecisionWriter(store, ledger)
    writer.submit([decision(1)]).result(PATIENCE)
    ring = KeyRing(next(p.parent for p in tmp_path.rglob("active")))
    ring.add("2")
    ring.activate("2")
    writer.submit([decision(2)]).result(PATIENCE)
    writer.stop()
    reader = QuickReader(store)
    keys = [row[0] for row in reader.all("SELECT row_key FROM decisions ORDER BY position", ())]
    reader.close()
    assert [key.startswith(label(str(n))) for n, key in enumerate(keys, 1)] == [True, True]
    assert [d.application_id for d in ledger.recent()] == ["A-2", "A-1"]
