"""The migrations make exactly the tables of the program, whoever runs them and how often."""

import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from data.errors import StoreError
from data.store import open_store
from data.store.decisions import about
from data.store.migrations import HEAD
from data.store.tables import decisions, metadata
from tests.decisions import append, decision, ledger_of

ROOT = Path(__file__).resolve().parents[2]
MIGRATE = """
import sys
from data.store import open_store
sys.stdin.readline()
store = open_store(sys.argv[1])
store.migrate()
store.check()
store.close()
"""


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "data.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrated_tables_are_the_tables_of_the_program(empty_store_url: str) -> None:
    store = open_store(empty_store_url)
    store.migrate()
    with store.read() as connection, warnings.catch_warnings():
        if store.is_local:  # nobody can read SQLite's indexes on expressions: see the next test
            warnings.filterwarnings("ignore", ".* expression-based index")
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    store.close()


def test_a_person_is_found_by_the_index_of_blocks(empty_store_url: str) -> None:
    store = open_store(empty_store_url)
    store.migrate()
    with store.read() as connection:
        if not store.is_local:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        query = select(decisions.c.position).where(about("person"))
        text_of = query.compile(connection.engine, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN " if store.is_local else "EXPLAIN "
        plan = str(connection.exec_driver_sql(explain + str(text_of)).all())
    assert "ix_decisions_block_applicant" in plan
    store.close()


def test_migrating_again_changes_nothing(empty_store_url: str, tmp_path: Path) -> None:
    store = open_store(empty_store_url)
    store.migrate()
    ledger = ledger_of(store, tmp_path)
    with store.write() as connection:
        append(ledger, connection, 1)
    store.migrate()
    assert ledger.recent() == [decision(1)]
    store.close()


def test_tables_of_an_unknown_release_are_named_and_left_alone(empty_store_url: str) -> None:
    store = open_store(empty_store_url)
    store.migrate()
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(StoreError, match="another release of microscore; begin with a new home"):
        store.migrate()
    with store.read() as connection:
        assert (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0001"
        )
    store.close()


def test_processes_that_start_at_once_take_turns(empty_store_url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", MIGRATE, empty_store_url]
    children = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
    for child in children:
        _, error = child.communicate(timeout=60)
        assert child.returncode == 0, error.decode()


def test_check_finds_a_store_that_works(empty_store_url: str) -> None:
    store = open_store(empty_store_url)
    with pytest.raises(StoreError):
        store.check()
    store.migrate()
    store.check()
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="another version"):
        store.check()
    store.close()


def test_a_sqlite_store_survives_power_cuts_by_its_settings(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    store.migrate()
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 1500}
    with store.read() as connection:
        for pragma, value in wanted.items():
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    store.close()


@pytest.mark.postgres
def test_a_postgresql_store_commits_to_the_disk(postgres_url: str) -> None:
    store = open_store(postgres_url)
    wanted = {"synchronous_commit": "on", "TimeZone": "UTC", "lock_timeout": "1500ms"}
    with store.read() as connection:
        for name, value in wanted.items():
            assert connection.exec_driver_sql(f"SHOW {name}").scalar() == value
    store.close()
