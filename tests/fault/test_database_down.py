"""A database that is away: the server says so, lives, refuses, and heals without a restart."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from api.settings import Settings
from api.wiring import open_audit
from data.store.tables import decisions
from data.store.verify import verify
from tests.bundles import small_bundle
from tests.fault.outage import Outage, outage, send_again
from tests.fault.servers import own_server
from tests.web.process import running
from tests.web.world import home_settings, make_key, promote

Break = tuple[Callable[[], None], Callable[[], None]]


def locked(file: Path) -> Break:
    """Another process holds SQLite's write lock."""
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)

    def let_go() -> None:
        other.execute("ROLLBACK")
        other.close()

    return lambda: other.execute("BEGIN IMMEDIATE") and None, let_go


def moved(file: Path) -> Break:
    """The folder with the database is away, while the server has the file open."""
    away = file.parent.with_name("away")
    return lambda: file.parent.rename(away) and None, lambda: away.rename(file.parent) and None


def replaced(file: Path) -> Break:
    """The folder is away, and comes back as a copy, as from a backup."""
    away = file.parent.with_name("away")

    def restore() -> None:
        file.parent.mkdir()
        with sqlite3.connect(away / file.name) as old, sqlite3.connect(file) as new:
            old.backup(new)
        old.close()
        new.close()

    return lambda: file.parent.rename(away) and None, restore


@pytest.mark.parametrize("fault", [locked, moved, replaced])
def test_sqlite(fault: Callable[[Path], Break], tmp_path: Path) -> None:
    file = tmp_path / "database" / "store.db"
    file.parent.mkdir()
    settings = home_settings(tmp_path / "home", f"sqlite:///{file}")
    begin, end = fault(file)
    with served_through(settings, begin, end):
        pass


@pytest.mark.postgres
@pytest.mark.parametrize("fault", ["stopped", "frozen"])
def test_postgresql(fault: str, tmp_path: Path) -> None:
    with own_server() as database:
        settings = home_settings(tmp_path / "home", database.url)
        parts = {"stopped": (database.stop, database.start),
                 "frozen": (database.freeze, database.thaw)}  # fmt: skip
        with served_through(settings, *parts[fault]):
            pass


@contextmanager
def served_through(
    settings: Settings, begin: Callable[[], None], end: Callable[[], None]
) -> Iterator[Outage]:
    """Serve ``settings`` through an outage and look at all that came of it."""
    promote(settings, small_bundle())
    key = make_key(settings, "officer")[0]
    with running(settings.home, settings.store_url) as server:
        seen = outage(server, key, begin, end)
        yield seen
        assert seen.alive
        assert [sent.status for sent in seen.refused] == [503] * len(seen.refused)
        assert {sent.reply["type"] for sent in seen.refused} == {"/problems/store-unavailable"}
        assert all(seen.retry_after)
        ids = send_again(server, seen.refused)
        assert send_again(server, seen.refused) == ids
    with open_audit(settings) as audit:
        assert verify(audit.store, audit.vault, audit.book.read()[0]).faults == []
        with audit.store.read() as connection:
            about = Counter(connection.execute(select(decisions.c.application)).scalars())
            made = set(connection.execute(select(decisions.c.decision_id)).scalars())
    assert set(about.values()) == {1}, "a retry made a second decision"
    assert set(ids) <= made
