"""Writing in turns: in order of coming, and nobody waits for ever or in vain."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from data.errors import StoreError
from data.store import Store, open_store
from data.store.turns import Turns

LONG = 30.0


def queued(turns: Turns, n: int) -> None:
    """Wait until ``n`` threads wait for their turn."""
    ends = time.monotonic() + LONG
    while len(turns._waiting) < n:
        assert time.monotonic() < ends
        time.sleep(0.001)


def test_who_came_first_writes_first() -> None:
    turns, order = Turns(LONG), list[int]()

    def write(number: int) -> None:
        with turns.mine():
            order.append(number)

    threads = [threading.Thread(target=write, args=(i,)) for i in range(6)]
    with turns.mine():
        for i, thread in enumerate(threads):
            thread.start()
            queued(turns, i + 1)
    for thread in threads:
        thread.join()
    assert order == list(range(6))
    with turns.mine():
        assert not turns._waiting


def test_who_waits_too_long_is_refused_and_leaves_no_gap() -> None:
    turns, refused = Turns(0.01), list[StoreError]()

    def write() -> None:
        try:
            with turns.mine():
                raise AssertionError
        except StoreError as error:
            refused.append(error)

    with turns.mine():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert len(refused) == 1
    with turns.mine():
        pass


def test_an_error_in_a_turn_ends_it() -> None:
    turns = Turns(0.01)
    for _ in range(3):
        with pytest.raises(KeyError), turns.mine():
            raise KeyError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    opened.migrate()
    yield opened
    opened.close()


def test_a_thread_that_writes_all_the_time_starves_nobody(store: Store) -> None:
    same = text("UPDATE alembic_version SET version_num = version_num")
    stopped, written = threading.Event(), threading.Event()

    def busy() -> None:
        while not stopped.is_set():
            with suppress(StoreError), store.write() as connection:
                connection.execute(same)
                time.sleep(0.002)
            written.set()

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        assert written.wait(LONG)
        for _ in range(20):  # without turns each waits as long as it may, and some in vain
            with store.write() as connection:
                connection.execute(same)
    finally:
        stopped.set()
        thread.join()
