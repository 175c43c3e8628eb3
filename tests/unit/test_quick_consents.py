"""Withdrawals that a process remembers: what others add is seen at the next look."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from data.errors import StoreError
from data.store import Store, open_store
from data.store import consents as module
from data.store.consents import QuickConsents, say, withdrawn
from data.store.quick import QuickWriter
from data.store.tables import consents
from tests.decisions import ledger_of

AT = datetime(2026, 1, 5, tzinfo=UTC)
SOURCES = ("wallet", "phone")


class Home:
    """A database, another process's way into it, and what this one remembers."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "store.db"
        self.here, self.there = (open_store(f"sqlite:///{self.file}") for _ in range(2))
        self.here.migrate()
        self.ledger = ledger_of(self.there, folder)
        self.quick = QuickConsents(self.here)

    def say(self, person: str, source: str, granted: bool) -> None:
        say(self.there, self.ledger, person, {source: {"scoring": granted}}, AT, "key00001")

    def agrees(self, people: list[str], store: Store | None = None) -> bool:
        """Whether the next look knows what the database says of ``people``."""
        self.quick.look()
        said = withdrawn(store or self.there, people)
        return {person: self.quick.withdrawn(person) for person in people} == said


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.quick.close()
    made.here.close()
    made.there.close()


def test_what_another_process_adds_counts_at_the_next_look(home: Home) -> None:
    assert home.agrees(["p0", "p1"])
    for i in range(12):
        home.say(f"p{i % 3}", SOURCES[i % 2], granted=i % 5 == 0)
        assert home.agrees(["p0", "p1", "p2", "p3"])
    for person in ("p0", "p1", "p2"):
        for source in SOURCES:
            home.say(person, source, granted=True)
    assert home.agrees(["p0", "p1", "p2"])
    assert not any(home.quick.withdrawn(f"p{i}") for i in range(3))


def test_a_long_history_is_read_in_steps_and_never_missed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [f"p{i}" for i in range(7)]
    for i in range(20):
        home.say(people[i % 7], SOURCES[i // 7 % 2], granted=i % 3 == 0)
    monkeypatch.setattr(module, "_STEP", 4)
    for _ in range(12):
        assert home.agrees(people)
    assert not home.quick._behind


def test_a_history_that_is_another_one_is_read_anew(home: Home) -> None:
    for person in ("p0", "p1"):
        home.say(person, "wallet", granted=False)
    assert home.agrees(["p0", "p1"])
    with home.there.write() as connection:
        guards = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for name in connection.execute(guards).scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(delete(consents).where(consents.c.applicant == "p1"))
    assert home.agrees(["p0", "p1"])
    with home.there.write() as connection:
        connection.execute(update(consents).values(granted=True))
    assert home.agrees(["p0", "p1"])


def test_a_database_in_its_place_is_read_anew(home: Home, tmp_path: Path) -> None:
    home.say("p0", "wallet", granted=False)
    assert home.agrees(["p0"])
    writer = QuickWriter(home.here)
    with writer.write():
        pass
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    other.migrate()
    ledger = ledger_of(other, tmp_path)
    say(other, ledger, "p1", {"wallet": {"scoring": False}}, AT, "key00001")
    other.close()
    home.there.close()
    (tmp_path / "other.db").replace(home.file)
    for log in ("-wal", "-shm"):
        Path(f"{home.file}{log}").unlink(missing_ok=True)
    with pytest.raises(StoreError, match="not where it was opened"), writer.write():
        pass
    writer.close()
    now = open_store(f"sqlite:///{home.file}")
    assert home.agrees(["p0", "p1"], now)
    assert home.quick.withdrawn("p1") == {"wallet"}
    now.close()
