"""The writer: one transaction for all that wait, each answered for its own rows alone."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from data.errors import StoreError
from data.store import RowRefusedError, Store, open_store
from data.store.ledger import Ledger
from data.store.writer import DecisionWriter
from tests.decisions import decision, ledger_of

PATIENCE = 30


class GatedStore:
    """Counts transactions, and holds them back until the gate is open."""

    is_local = False

    def __init__(self, store: Store) -> None:
        self.store = store
        self.gate = threading.Event()
        self.begun = threading.Event()
        self.commits = 0
        self.error: Exception | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self.begun.set()
        assert self.gate.wait(PATIENCE)
        if self.error is not None:
            raise self.error
        with self.store.write() as connection:
            yield connection
        self.commits += 1


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
def gated(store: Store) -> GatedStore:
    return GatedStore(store)


@pytest.fixture
def writer(gated: GatedStore, ledger: Ledger) -> Iterator[DecisionWriter]:
    """A writer that is busy with decision 0, so that everything else waits."""
    writer = DecisionWriter(gated, ledger, capacity=50)  # type: ignore[arg-type]
    writer.submit([decision(0)])
    assert gated.begun.wait(PATIENCE)
    yield writer
    gated.gate.set()
    writer.stop()


def test_all_that_wait_share_one_commit(
    writer: DecisionWriter, gated: GatedStore, ledger: Ledger
) -> None:
    futures = [writer.submit([decision(n)]) for n in range(1, 21)]
    batch = writer.submit([decision(n) for n in range(21, 26)])
    assert not any(f.done() for f in [*futures, batch])
    gated.gate.set()
    for future in [*futures, batch]:
        future.result(PATIENCE)
    assert gated.commits == 2
    assert [d.application_id for d in ledger.recent()][::-1] == [f"A-{n}" for n in range(26)]


def test_a_future_is_done_when_its_row_can_be_read(store: Store, ledger: Ledger) -> None:
    writer = DecisionWriter(store, ledger)

    def write(n: int) -> bool:
        writer.submit([decision(n)]).result(PATIENCE)
        return ledger.find(f"decision-{n}") == decision(n)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(write, range(100)))
    writer.stop()


def test_a_refused_row_fails_alone(
    writer: DecisionWriter, gated: GatedStore, ledger: Ledger
) -> None:
    good = writer.submit([decision(1)])
    twice = writer.submit([decision(2), decision(0)])
    other = writer.submit([decision(3)])
    gated.gate.set()
    good.result(PATIENCE)
    other.result(PATIENCE)
    assert isinstance(twice.exception(PATIENCE), RowRefusedError)
    assert [d.application_id for d in ledger.recent()] == ["A-3", "A-1", "A-0"]


def test_a_database_error_fails_the_group_and_the_next_one_is_written(
    writer: DecisionWriter, gated: GatedStore, ledger: Ledger
) -> None:
    gated.error = StoreError("the database cannot answer now")
    futures = [writer.submit([decision(n)]) for n in (1, 2)]
    gated.gate.set()
    for future in futures:
        assert isinstance(future.exception(PATIENCE), StoreError)
    gated.error = None
    writer.submit([decision(3)]).result(PATIENCE)
    assert ledger.find("decision-3") is not None
    assert ledger.find("decision-1") is None


def test_a_full_queue_refuses_at_once(writer: DecisionWriter) -> None:
    writer.submit([decision(n) for n in range(1, 51)])
    with pytest.raises(StoreError, match="too many decisions wait"):
        writer.submit([decision(51)])


def test_a_cancelled_submission_is_not_written(
    writer: DecisionWriter, gated: GatedStore, ledger: Ledger
) -> None:
    cancelled = writer.submit([decision(1)])
    kept = writer.submit([decision(2)])
    assert cancelled.cancel()
    gated.gate.set()
    kept.result(PATIENCE)
    assert ledger.find("decision-1") is None


def test_stop_writes_what_waits_and_refuses_more(store: Store, ledger: Ledger) -> None:
    writer = DecisionWriter(store, ledger)
    futures = [writer.submit([decision(n)]) for n in range(30)]
    writer.stop()
    assert all(f.done() and f.exception() is None for f in futures)
    assert len(ledger.recent()) == 30
    with pytest.raises(StoreError, match="closing"):
        writer.submit([decision(31)])
