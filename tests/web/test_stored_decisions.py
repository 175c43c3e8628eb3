"""What the server stored: replayed from the registry, erased, on a chain with signed heads."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.replaying import replay_stored
from api.wiring import open_audit, open_ledger
from data.errors import RegistryError
from data.store.verify import verify
from tests.web.world import World, application, home_settings, served

PATIENCE = 20


def test_a_served_decision_is_the_same_when_replayed(world: World) -> None:
    bare = application()
    bare["sources"] = {"application": bare["sources"]["application"]}
    bare["consents"] = {}
    for body in (application(), bare):
        decision_id = world.score(body).json()["decision_id"]
        decision, differences = replay_stored(decision_id, world.settings)
        assert (decision.decision_id, differences) == (decision_id, [])
    with pytest.raises(RegistryError, match="no stored decision"):
        replay_stored("none", world.settings)


def test_an_erased_decision_is_gone_and_the_chain_holds(world: World) -> None:
    decision_id = world.score(application(applicant_id="P-GONE")).json()["decision_id"]
    with open_ledger(world.settings) as (store, ledger), store.write() as connection:
        assert ledger.erase(connection, "P-GONE", "test") == 1
    reply = world.client.get(f"/scores/{decision_id}", headers=world.auth("risk"))
    assert (reply.status_code, reply.json()["type"]) == (410, "/problems/erased")
    with pytest.raises(RegistryError, match="erased"):
        replay_stored(decision_id, world.settings)
    with open_audit(world.settings) as audit:
        heads, unsigned = audit.book.read()
        verdict = verify(audit.store, audit.vault, heads)
    assert (verdict.faults, unsigned) == ([], [])
    assert verdict.decisions > 0


def test_the_server_signs_the_head_of_the_day(tmp_path: Path) -> None:
    settings = home_settings(tmp_path / "home")
    with served(settings) as world:
        assert world.score().status_code == 200
    until = time.monotonic() + PATIENCE
    with served(settings, champion=False), open_audit(settings) as audit:
        today = datetime.now(UTC).date()
        while not audit.book.has(today) and time.monotonic() < until:
            time.sleep(0.02)
        heads, unsigned = audit.book.read()
        assert ([(h.day, h.position) for h in heads], unsigned) == ([(today, 1)], [])
        assert verify(audit.store, audit.vault, heads).faults == []
