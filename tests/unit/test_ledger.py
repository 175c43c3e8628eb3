"""The ledger: one gapless chain whoever writes, and the rows that SQLAlchemy would write."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from data.store import Store, open_store
from data.store.ledger import Ledger
from data.store.tables import audit_chain, decisions
from data.store.verify import verify
from data.vault import Vault
from tests.decisions import append, decision, ledger_of

ROOT = Path(__file__).resolve().parents[2]
WRITERS, GROUPS = 4, 25
WRITE = """
import pathlib, sys, time
from data.errors import StoreError
from data.store import open_store
from tests.decisions import append, ledger_of

store = open_store(sys.argv[1])
ledger = ledger_of(store, pathlib.Path(sys.argv[2]))
sys.stdin.readline()
for group in range(int(sys.argv[4])):
    numbers = [int(sys.argv[3]) * 10_000 + group * 10 + i for i in range(3)]
    while True:
        try:
            with store.write() as connection:
                append(ledger, connection, *numbers)
            break
        except StoreError:
            time.sleep(0.01)
"""


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def ledger(store: Store, tmp_path: Path) -> Ledger:
    return ledger_of(store, tmp_path)


def _stored(store: Store, table: Any) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        names = ", ".join(column.name for column in table.columns)
        query = f"SELECT {names} FROM {table.name} ORDER BY position"
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_rows_are_those_that_sqlalchemy_would_write(store: Store, ledger: Ledger) -> None:
    nairobi = timezone(timedelta(hours=3))
    times = [
        datetime(2026, 3, 1, 2, 0, 0, 7, nairobi),
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(999, 12, 31, 23, 59, 59, 999_999, UTC),
    ]
    with store.write() as connection:
        for n, at in enumerate(times):
            append(ledger, connection, n, created_at=at, officer="Ünal 'x'", pd=1 / 3)
        ledger.record(connection, "consent", "somebody", {"granted": True})
    written = {table: _stored(store, table) for table in (decisions, audit_chain)}
    copies: dict[Any, list[dict[str, Any]]] = {}
    with store.read() as connection:
        for table in written:
            query = select(table).order_by(table.c.position)
            copies[table] = [dict(row) for row in connection.execute(query).mappings()]
    far = 1000
    with store.write() as connection:
        for table, rows in copies.items():
            for row in rows:
                row["position"] += far
                if "decision_id" in row:
                    row["decision_id"] += "x"
            connection.execute(insert(table), rows)
    for table, before in written.items():
        again = _stored(store, table)[len(before) :]
        own = 2 if table is decisions else 1
        assert [row[own:] for row in again] == [row[own:] for row in before]


def test_processes_that_write_at_once_keep_one_chain(store_url: str, tmp_path: Path) -> None:
    store = open_store(store_url)
    store.migrate()
    Vault.open(tmp_path / "vault")
    command = [sys.executable, "-c", WRITE, store_url, str(tmp_path)]
    children = [
        subprocess.Popen(
            [*command, str(n), str(GROUPS)], cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for n in range(WRITERS)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
    for child in children:
        _, error = child.communicate(timeout=120)
        assert child.returncode == 0, error.decode()
    rows = WRITERS * GROUPS * 3
    verdict = verify(store, Vault.open(tmp_path / "vault"), [])
    assert (verdict.rows, verdict.decisions, verdict.faults) == (rows, rows, [])
    assert ledger_of(store, tmp_path).tail().position == rows
    store.close()


def test_erasing_a_person_leaves_the_others_and_the_chain(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    with store.write() as connection:
        append(ledger, connection, 1, 3, applicant_id="P-1", request=b"ask", record=b"told")
        append(ledger, connection, 2, applicant_id="P-2", request=b"ask", record=b"told")
    with store.write() as connection:
        assert ledger.erase(connection, "P-1", "ana") == 2
    assert ledger.find("decision-2") == decision(
        2, applicant_id="P-2", request=b"ask", record=b"told"
    )
    assert [d.decision_id for d in ledger.of_applicant("P-1")] == ["decision-1", "decision-3"]
    for erased in ledger.of_applicant("P-1"):
        assert erased.erased
        assert (erased.application_id, erased.request, erased.record) == ("", b"", b"")
        assert erased.pd == decision().pd
    assert not any(d.erased for d in ledger.of_applicant("P-2"))
    assert verify(store, Vault.open(tmp_path / "vault"), []).faults == []


def test_between_gives_each_decision_of_the_time_once(store: Store, ledger: Ledger) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    hours = [5, 1, 1, 3, 0, 2, 1]
    with store.write() as connection:
        for n, hour in enumerate(hours):
            append(ledger, connection, n, created_at=start + timedelta(hours=hour))
    ledger.BATCH = 2
    found = ledger.between(start + timedelta(hours=1), start + timedelta(hours=5))
    assert [d.decision_id for d in found] == [f"decision-{n}" for n in (1, 2, 6, 5, 3)]
    assert list(ledger.between(start, start)) == []


def test_nothing_is_appended_for_nobody(store: Store, ledger: Ledger) -> None:
    with store.write() as connection:
        ledger.append(connection, [])
    assert ledger.tail() == (0, bytes(32))
