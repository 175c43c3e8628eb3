"""Rotating the vault's key while decisions are written, stopped half-way, and done twice."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import update

from data.errors import VaultError
from data.store import Store, open_store
from data.store.ledger import Ledger
from data.store.rotation import Rotation
from data.store.tables import decisions
from data.store.verify import verify
from data.vault import KeyRing, Vault
from tests.decisions import append, decision, ledger_of


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "vault")


@pytest.fixture
def server(store: Store, tmp_path: Path) -> Ledger:
    """What another process writes with: it has its own vault."""
    return ledger_of(store, tmp_path)


def rotation(store: Store, ring: KeyRing) -> Rotation:
    vault = Vault(ring)
    return Rotation(store, Ledger(store, vault), vault, ring)


def write(store: Store, server: Ledger, *numbers: int) -> None:
    with store.write() as connection:
        append(server, connection, *numbers)


def quiet(_share: float) -> None:
    """No progress bar."""


def test_all_rows_are_wrapped_anew_and_the_chain_holds(
    store: Store, ring: KeyRing, server: Ledger
) -> None:
    write(store, server, *range(1100))
    done = rotation(store, ring).run(None, "ana", quiet)
    assert (done.key_id, done.resumed, done.rewrapped, done.unreadable) == ("2", False, 1100, 0)
    write(store, server, 1100)
    assert server.find("decision-7") == decision(7)
    again = rotation(store, ring)
    assert again.remove_old("ana") == (["1"], [])
    assert not (ring.folder / "1.key").exists()
    fresh = Vault(ring)
    assert verify(store, fresh, []).faults == []
    assert len(Ledger(store, fresh).recent(limit=2000)) == 1101
    assert rotation(store, ring).run(None, "ana", quiet).key_id == "3"


def test_rows_written_while_it_runs_are_never_lost(
    store: Store, ring: KeyRing, server: Ledger
) -> None:
    write(store, server, *range(200))
    stop = Event()
    written = list(range(200))

    def serve() -> None:
        number = 1000
        while not stop.wait(0.002):
            write(store, server, number, number + 1)
            written.extend((number, number + 1))
            number += 2

    thread = Thread(target=serve)
    thread.start()
    try:
        for key_id in ("2", "3", "4"):
            turn = rotation(store, ring)
            assert turn.run(None, "ana", quiet).key_id == key_id
            assert turn.remove_old("ana") == ([str(int(key_id) - 1)], [])
    finally:
        stop.set()
        thread.join()
    vault = Vault(ring)
    found = {d.decision_id for d in Ledger(store, vault).recent(limit=1_000_000)}
    assert found == {f"decision-{n}" for n in written}
    assert verify(store, vault, []).faults == []


def test_it_ends_although_rows_are_written_between_all_of_its_steps(
    store: Store, ring: KeyRing, server: Ledger
) -> None:
    write(store, server, *range(10))
    numbers = iter(range(10, 1_000))
    steps: list[float] = []

    def busy(share: float) -> None:
        steps.append(share)
        assert len(steps) < 10
        write(store, server, next(numbers))

    turn = rotation(store, ring)
    assert turn.run(None, "ana", busy).rewrapped == 10
    assert turn.remove_old("ana") == (["1"], [])


def test_a_rotation_that_was_stopped_goes_on(store: Store, ring: KeyRing, server: Ledger) -> None:
    write(store, server, *range(1200))

    class StoppedError(Exception):
        pass

    def stop(_share: float) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        rotation(store, ring).run(None, "ana", stop)
    with pytest.raises(VaultError, match="not done yet"):
        rotation(store, ring).remove_old("ana")
    assert server.find("decision-3") == decision(3), "rows of both keys can be read"
    assert server.find("decision-1199") == decision(1199)
    done = rotation(store, ring).run(None, "ana", quiet)
    assert (done.key_id, done.resumed, done.rewrapped) == ("2", True, 700)
    assert rotation(store, ring).remove_old("ana") == (["1"], [])
    assert verify(store, Vault(ring), []).faults == []


def test_a_damaged_row_stops_nothing_and_keeps_its_key(
    store: Store, ring: KeyRing, server: Ledger
) -> None:
    write(store, server, 1, 2, 3)
    with store.write() as connection:
        damage = {"row_key": b"\x011" + bytes(60)}
        connection.execute(update(decisions).where(decisions.c.position == 2).values(damage))
    turn = rotation(store, ring)
    done = turn.run(None, "ana", quiet)
    assert (done.rewrapped, done.unreadable) == (2, 1)
    assert turn.remove_old("ana") == ([], ["1"])
    assert (ring.folder / "1.key").exists()


def test_an_erased_person_stays_erased(store: Store, ring: KeyRing, server: Ledger) -> None:
    write(store, server, 1, 2)
    with store.write() as connection:
        assert server.erase(connection, "P-1", "ana") == 2
    assert rotation(store, ring).run("kms-2027", "ana", quiet).rewrapped == 0
    found = server.find("decision-1")
    assert found is not None
    assert found.erased
    assert verify(store, Vault(ring), []).faults == []
