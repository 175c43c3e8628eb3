"""Idempotency keys in the store: one row each for a day, with what the request made."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.store import Store, open_store
from data.store.idempotency import KEPT, Claim, ClaimTakenError, find_made, take_claims
from data.store.writer import DecisionWriter
from tests.decisions import decision, ledger_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def claim(token: str = "t", body: str = "b", key_id: str = "k", at: datetime = NOW) -> Claim:
    return Claim(key_id, token, body, at)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


def take(store: Store, *made: tuple[Claim, Sequence[str]]) -> list[bool]:
    with store.write() as connection:
        return take_claims(connection, made)


def test_the_first_claim_stands_for_a_day(store: Store) -> None:
    assert take(store, (claim(), ["d1", "d2"])) == [True]
    assert take(store, (claim(body="other"), ["d3"])) == [False]
    assert take(store, (claim(key_id="k2"), ["d4"]), (claim("t2"), ["d5"])) == [True, True]
    found = find_made(store, claim(at=NOW + KEPT))
    assert found == ("b", ["d1", "d2"])
    later = NOW + KEPT + timedelta(microseconds=1)
    assert find_made(store, claim(at=later)) is None
    assert take(store, (claim(body="new", at=later), ["d6"])) == [True]
    assert find_made(store, claim(at=later)) == ("new", ["d6"])


def test_of_two_alike_in_one_group_the_first_stands(store: Store) -> None:
    group = [(claim(), ["d1"]), (claim("t2"), ["d2"]), (claim(body="x"), ["d3"])]
    assert take(store, *group) == [True, True, False]
    assert find_made(store, claim()) == ("b", ["d1"])


def test_an_undone_transaction_leaves_no_claim(store: Store) -> None:
    def broken() -> None:
        with store.write() as connection:
            take_claims(connection, [(claim(), ["d1"])])
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert find_made(store, claim()) is None


def test_expired_claims_are_dropped_as_others_come(store: Store) -> None:
    old = [claim(f"old {i}", at=NOW - KEPT - timedelta(seconds=i + 1)) for i in range(5)]
    take(store, *((c, ["d"]) for c in old))
    take(store, (claim("new"), ["d"]))
    assert [find_made(store, claim(c.token, at=c.at)) for c in old] == [None] * 5
    assert find_made(store, claim("new")) is not None


def test_a_claim_that_is_taken_sinks_nobody_else(store: Store, tmp_path: Path) -> None:
    ledger = ledger_of(store, tmp_path)
    take(store, (claim("taken"), ["elsewhere"]))
    writer = DecisionWriter(store, ledger)
    with store.write() as connection:
        ledger.append(connection, [decision(0)])  # holds the lock: the others form a group
        claims = [None, claim("taken"), claim("mine"), None, claim("mine")]
        futures = [writer.submit([decision(i)], c) for i, c in enumerate(claims, 1)]
    outcomes = [type(future.exception(timeout=30)) for future in futures]
    assert outcomes == [type(None), ClaimTakenError, type(None), type(None), ClaimTakenError]
    writer.stop()
    assert sorted(d.decision_id for d in ledger.recent()) == [f"decision-{i}" for i in (0, 1, 3, 4)]
    assert find_made(store, claim("mine")) == ("b", ["decision-3"])


def test_what_fails_leaves_no_claim(store: Store, tmp_path: Path) -> None:
    ledger = ledger_of(store, tmp_path)
    with store.write() as connection:
        ledger.append(connection, [decision(0)])
    writer = DecisionWriter(store, ledger)
    assert writer.submit([decision(0)], claim()).exception(timeout=30) is not None
    writer.stop()
    assert find_made(store, claim()) is None
