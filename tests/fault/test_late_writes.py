"""A decision whose request was refused with 503 is not stored later behind the client's back.

Up to the commit, giving up takes the rows back. In the commit nobody knows; then the client is
refused as well, and the same Idempotency-Key finds what was stored.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine.default import DefaultDialect

from data.errors import StoreError
from data.store import Store, open_store
from data.store.ledger import Ledger
from data.store.writer import DecisionWriter
from tests.decisions import decision, ledger_of
from tests.web.world import home_settings, served

PATIENCE = 30
WRITER = "decision-writer"


class SlowLedger:
    """Appends, and then waits in the open transaction until ``gate`` is open."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.appended, self.gate = threading.Event(), threading.Event()

    def append(self, connection: Connection, made: Any) -> None:
        self.ledger.append(connection, made)
        self.appended.set()
        assert self.gate.wait(PATIENCE)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


def test_who_gives_up_in_an_open_transaction_is_taken_out_of_it(
    store: Store, tmp_path: Path
) -> None:
    ledger = ledger_of(store, tmp_path)
    slow = SlowLedger(ledger)
    writer = DecisionWriter(store, slow)  # type: ignore[arg-type]
    first = writer.submit([decision(1)])
    assert slow.appended.wait(PATIENCE)
    assert first.cancel()
    others = [writer.submit([decision(n)]) for n in (2, 3, 4)]
    assert others[1].cancel()
    slow.gate.set()
    others[0].result(PATIENCE)
    others[2].result(PATIENCE)
    writer.stop()
    assert [d.application_id for d in ledger.recent()] == ["A-4", "A-2"]


def test_who_gives_up_takes_nobody_along(store: Store, tmp_path: Path) -> None:
    ledger = ledger_of(store, tmp_path)
    slow = SlowLedger(ledger)
    writer = DecisionWriter(store, slow)  # type: ignore[arg-type]
    writer.submit([decision(1)])
    assert slow.appended.wait(PATIENCE)
    group = [writer.submit([decision(n)]) for n in (2, 3, 4)]
    slow.appended.clear()
    opened, slow.gate = slow.gate, threading.Event()
    opened.set()
    assert slow.appended.wait(PATIENCE)
    assert group[1].cancel()
    slow.gate.set()
    for future in (group[0], group[2]):
        future.result(PATIENCE)
    writer.stop()
    assert [d.application_id for d in ledger.recent()] == ["A-4", "A-2", "A-1"]


def test_a_failure_after_giving_up_is_nobodys(store: Store, tmp_path: Path) -> None:
    slow = SlowLedger(ledger_of(store, tmp_path))
    writer = DecisionWriter(store, slow)  # type: ignore[arg-type]
    first = writer.submit([decision(1)])
    assert slow.appended.wait(PATIENCE)
    second = writer.submit([decision(2), decision(2)])
    assert first.cancel()
    slow.gate.set()
    assert isinstance(second.exception(PATIENCE), StoreError)
    writer.submit([decision(3)]).result(PATIENCE)
    writer.stop()


def test_a_commit_that_ends_after_the_refusal_is_found_again(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    commit: Any = DefaultDialect.do_commit

    def late(self: DefaultDialect, connection: Any) -> None:
        if threading.current_thread().name == WRITER:
            assert gate.wait(PATIENCE)
        commit(self, connection)

    with served(home_settings(tmp_path / "home", store_url)) as world:
        assert world.score().status_code == 200
        headers = {"Idempotency-Key": "once"}
        with monkeypatch.context() as patch:
            patch.setattr(DefaultDialect, "do_commit", late)
            refused = world.score(headers=headers)
            gate.set()
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/store-unavailable")
        assert "Retry-After" in refused.headers
        found, again = (world.score(headers=headers) for _ in range(2))
        assert (found.status_code, found.json()) == (200, again.json())
    opened = open_store(store_url)
    ledger = ledger_of(opened, tmp_path / "home" / "keys")
    stored = [d.decision_id for d in ledger.recent()]
    opened.close()
    assert (len(stored), stored[0]) == (2, found.json()["decision_id"])
