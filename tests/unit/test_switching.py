"""Proposals and suspensions of the champion, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from data.errors import RegistryError
from data.store import Store, open_store
from data.store.attested import find_faults
from data.store.models import (
    AliasEvent,
    ModelVersion,
    add_version,
    alias_version,
    events_of,
    lock_alias,
    move_alias,
)
from scoring.gates import GateResult
from scoring.switching import PROPOSAL_LASTS, proposal, propose, resume, suspend, suspension

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
GATES = [GateResult("fairness", True, "PASS")]


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    for version in ("one", "two"):
        add_version(opened, ModelVersion(version, "small", "x", "0", NOW, {}, "ana", ""))
    yield opened
    opened.close()


def promote(store: Store, version: str, at: datetime = NOW) -> None:
    with store.write() as connection:
        before = lock_alias(connection, "champion")
        move_alias(
            connection, AliasEvent("champion", "promote", before, version, "Ana", "", [], at)
        )


def test_a_suspension_lasts_until_it_is_ended(store: Store) -> None:
    with pytest.raises(RegistryError, match="no version is champion yet"):
        suspend(store, "Ana", "strange scores", NOW)
    promote(store, "one")
    assert suspension(store) is None
    with pytest.raises(RegistryError, match="is not suspended"):
        resume(store, "Ana", "", NOW)
    assert suspend(store, "Ana", "strange scores", NOW) == "one"
    with pytest.raises(RegistryError, match="suspended already"):
        suspend(store, "Ben", "again", NOW)
    promote(store, "two")
    found = suspension(store)
    assert found is not None
    assert (found.actor, found.reason) == ("Ana", "strange scores"), "a new champion ends nothing"
    assert resume(store, "Ben", "all is well", NOW) == "two"
    assert suspension(store) is None
    with store.read() as connection:
        actions = [event.action for event in events_of(connection, "champion")]
    assert actions == ["promote", "suspend", "promote", "resume"]
    assert find_faults(store) == []


def test_a_proposal_waits_for_a_second_person_and_not_for_ever(store: Store) -> None:
    assert proposal(store, NOW) is None
    propose(store, "two", GATES, "Ana", "better", NOW)
    found = proposal(store, NOW + PROPOSAL_LASTS)
    assert found is not None
    assert (found.to_version, found.actor, found.reason) == ("two", "Ana", "better")
    assert alias_version(store, "champion") is None, "nothing has moved"
    assert proposal(store, NOW + PROPOSAL_LASTS + timedelta(seconds=1)) is None
    promote(store, "two")
    assert proposal(store, NOW) is None
    propose(store, "one", GATES, "Ben", "back", NOW)
    found = proposal(store, NOW)
    assert found is not None
    assert found.actor == "Ben"
    assert find_faults(store) == []
