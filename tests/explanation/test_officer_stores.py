"""The stores behind it, on both databases: append-only, sealed beside a decision, one at a time."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from data.errors import RegistryError, StoreError, VaultError
from data.store import Store, explanations, open_store
from data.store.appeals import Appeal, Resolution, open_appeal, resolve, waiting
from data.store.attested import find_faults
from data.store.feedback import Feedback, newest, report
from data.store.human_decisions import HumanDecision, history, record
from data.store.idempotency import Claim, ClaimTakenError, find_made
from data.store.ledger import Ledger
from data.store.rotation import Rotation
from data.store.tables import decisions
from data.vault import KeyRing, Vault
from tests.decisions import append, decision, ledger_of

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
TABLES = ("explanations", "human_decisions", "feedback", "appeals", "appeal_resolutions")


@contextmanager
def filled(store_url: str, folder: Path) -> Iterator[tuple[Store, Ledger, str]]:
    """A store with one decision."""
    store = open_store(store_url)
    store.migrate()
    ledger = ledger_of(store, folder)
    with store.write() as connection:
        append(ledger, connection, 1)
    yield store, ledger, decision(1).decision_id
    store.close()


def asked(decision_id: str, number: int = 1) -> Appeal:
    due = NOW + timedelta(days=30)
    return Appeal(f"appeal-{number}", decision_id, "unfair", "key-1", NOW, due, "words")


def say_all(store: Store, ledger: Ledger, decision_id: str) -> None:
    """One row in each table."""
    explanations.keep(store, ledger, decision_id, b"{}", NOW)
    record(store, ledger, HumanDecision(decision_id, "refer", None, "key-1", NOW))
    report(store, ledger, Feedback("f-1", decision_id, "unfair", "key-1", NOW, "words"))
    open_appeal(store, ledger, asked(decision_id))
    resolve(store, ledger, "appeal-1", Resolution("upheld", "key-9", NOW, "why"), None)


def test_nothing_can_be_changed_or_deleted(store_url: str, tmp_path: Path) -> None:
    with filled(store_url, tmp_path) as (store, ledger, decision_id):
        say_all(store, ledger, decision_id)
        for table in TABLES:
            for change in (f"DELETE FROM {table}", f"UPDATE {table} SET at = at"):
                with pytest.raises(StoreError), store.write() as connection:
                    connection.execute(text(change))
        assert find_faults(store) == []


def test_a_row_that_was_put_in_is_found(store_url: str, tmp_path: Path) -> None:
    with filled(store_url, tmp_path) as (store, ledger, decision_id):
        say_all(store, ledger, decision_id)
        forged = (
            "INSERT INTO human_decisions (decision_id, outcome, key_id, at) "
            "SELECT decision_id, 'approve', key_id, at FROM human_decisions"
        )
        with store.write() as connection:
            connection.execute(text(forged))
        assert find_faults(store) != []


def test_erasing_the_decision_closes_everything_beside_it(store_url: str, tmp_path: Path) -> None:
    with filled(store_url, tmp_path) as (store, ledger, decision_id):
        say_all(store, ledger, decision_id)
        with store.write() as connection:
            ledger.erase(connection, decision(1).applicant_id, "test")
        assert explanations.find(store, ledger, decision_id) is None
        assert explanations.keep(store, ledger, decision_id, b"{}", NOW) is None
        assert [said.text for said in newest(store, ledger, NOW)] == [None]
        assert not report(store, ledger, Feedback("f-2", decision_id, "other", "k", NOW, "x"))
        assert not open_appeal(store, ledger, asked(decision_id, 2))
        assert [made.outcome for made in history(store, decision_id)] == ["refer"]


def test_a_sealed_text_opens_in_no_other_place(store_url: str, tmp_path: Path) -> None:
    opened = filled(store_url, tmp_path)
    with opened as (store, ledger, decision_id), store.write() as connection:
        sealed = ledger.seal_beside(connection, decision_id, b"words", "a")
        assert sealed is not None
        assert ledger.unseal_beside(connection, decision_id, sealed, "a") == b"words"
        with pytest.raises(VaultError):
            ledger.unseal_beside(connection, decision_id, sealed, "b")
        with pytest.raises(VaultError):
            ledger.unseal_beside(connection, decision_id, sealed[:-1] + b"\0", "a")


def test_what_is_beside_a_decision_opens_after_its_key_was_rotated(
    store_url: str, tmp_path: Path
) -> None:
    with filled(store_url, tmp_path) as (store, ledger, decision_id):
        say_all(store, ledger, decision_id)
        ring = KeyRing(tmp_path / "vault")
        rotation = Rotation(store, ledger, Vault(ring), ring)
        rotation.run(None, "ana", lambda _share: None)
        assert rotation.remove_old("ana")[1] == []
        again = ledger_of(store, tmp_path)
        assert explanations.find(store, again, decision_id) == b"{}"
        assert [said.text for said in newest(store, again, NOW)] == ["words"]


def test_the_first_explanation_stays(store_url: str, tmp_path: Path) -> None:
    """Two that ask at once are given the same."""
    with filled(store_url, tmp_path) as (store, ledger, decision_id):

        def make(number: int) -> bytes | None:
            return explanations.keep(store, ledger, decision_id, b"%d" % number, NOW)

        with ThreadPoolExecutor(4) as pool:
            given = set(pool.map(make, range(4)))
        assert given == {explanations.find(store, ledger, decision_id)}


def test_who_comes_with_a_taken_claim_makes_nothing(store_url: str, tmp_path: Path) -> None:
    with filled(store_url, tmp_path) as (store, ledger, decision_id):
        said = Feedback("f", decision_id, "unfair", "key-1", NOW, None)
        makers: dict[str, Callable[[Claim], bool]] = {
            "feedback": lambda c: report(store, ledger, said, c),
            "appeal": lambda c: open_appeal(store, ledger, asked(decision_id), c),
        }
        for name, make in makers.items():
            claim = Claim("key-1", name, "body", NOW)

            def make_it(_: int) -> str:
                try:
                    return str(make(claim))  # noqa: B023
                except ClaimTakenError:
                    return "taken"

            with ThreadPoolExecutor(3) as pool:
                assert sorted(pool.map(make_it, range(3))) == ["True", "taken", "taken"], name
            assert find_made(store, claim) is not None
        with store.write() as connection:
            ledger.empty(connection, decisions.c.decision_id == decision_id, "r", "a", "requested")
        late = Claim("key-1", "late", "body", NOW)
        assert not report(store, ledger, said, late)
        assert not open_appeal(store, ledger, asked(decision_id, 2), late)
        assert find_made(store, late) is None
        assert find_faults(store) == []


def test_of_appeals_one_is_open_and_the_most_urgent_comes_first(
    store_url: str, tmp_path: Path
) -> None:
    with filled(store_url, tmp_path) as (store, ledger, decision_id):
        with store.write() as connection:
            append(ledger, connection, 2)

        def again(number: int) -> bool:
            try:
                return open_appeal(store, ledger, asked(decision_id, number))
            except RegistryError:
                return False

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(again, range(1, 5))) == 1
        sooner = Appeal(
            "sooner", decision(2).decision_id, "other", "k", NOW, NOW + timedelta(days=1), None
        )
        open_appeal(store, ledger, sooner)
        listed = waiting(store, ledger)
        assert [a.decision_id for a in listed] == [decision(2).decision_id, decision_id]
        assert sooner.overdue(NOW + timedelta(days=2))
        assert not sooner.overdue(NOW)
