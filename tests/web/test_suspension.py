"""A suspended model: every application is referred to a person, without any number."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from api.wiring import open_audit, open_registry
from data.errors import RegistryError, SuspendedError
from data.store.verify import verify
from scoring.champion import ChampionWatcher
from scoring.replay import replay
from scoring.scorer import Scorer
from scoring.switching import resume, suspend
from tests.bundles import small_bundle, small_columns
from tests.web.world import World, application, home_settings, served, stored

NUMBERS = ("probability_of_default", "log_odds", "points", "band")


@pytest.fixture
def world(tmp_path: Path, store_url: str) -> Iterator[World]:
    with served(home_settings(tmp_path / "home", store_url)) as made:
        yield made


def switch(world: World, on: bool) -> None:
    """Suspend or resume as another process does, and let the server look."""
    now = datetime.now(UTC)
    with open_registry(world.settings) as registry:
        (suspend if on else resume)(registry.store, "Ana", "for a test", now)
    watcher(world).look()


def watcher(world: World) -> ChampionWatcher:
    app = world.client.app
    assert isinstance(app, FastAPI)
    found: ChampionWatcher = app.state.service.champion.watcher
    return found


def test_everybody_is_referred_to_a_person_until_it_is_resumed(world: World) -> None:
    before = world.score().json()
    assert world.client.get("/readyz").json()["suspended"] is False
    switch(world, on=True)
    token = {"Idempotency-Key": str(uuid4())}
    reply = world.score(role="admin", headers=token)
    assert reply.status_code == 200
    told = reply.json()
    assert told["recommendation"] == "refer"
    assert [told[name] for name in NUMBERS] == [None] * 4
    assert told["probability_interval"] is None
    (reason,) = told["reasons"]
    assert (reason["code"], reason["direction"]) == ("MODEL_SUSPENDED", None)
    assert "suspended" in reason["text"]
    assert told["contributions"] == {}
    assert told["versions"]["model"] == before["versions"]["model"]
    assert world.client.get("/readyz").json()["suspended"] is True
    assert "microscore_model_suspended 1.0" in world.client.get("/metrics").text
    assert world.score(role="admin", headers=token).json() == told, "a retry is told the same"
    path = f"/scores/{told['decision_id']}"
    assert world.client.get(path, headers=world.auth("admin")).json() == told
    french = world.client.get(path + "?lang=fr", headers=world.auth("admin")).json()
    assert "suspendu" in french["reasons"][0]["text"]
    switch(world, on=False)
    again = world.score().json()
    assert again["recommendation"] == before["recommendation"]
    assert again["log_odds"] == before["log_odds"]
    assert "microscore_model_suspended 0.0" in world.client.get("/metrics").text


def test_a_batch_is_referred_as_a_whole(world: World) -> None:
    switch(world, on=True)
    body = {"applications": [application(application_id=f"A-{n}") for n in range(3)]}
    reply = world.client.post("/score/batch", json=body, headers=world.auth())
    assert [s["recommendation"] for s in reply.json()["scores"]] == ["refer"] * 3


def test_a_referral_is_on_the_chain_and_cannot_be_changed_into_an_approval(world: World) -> None:
    switch(world, on=True)
    told = world.score().json()
    decision = stored(world, told["decision_id"])
    assert (decision.pd, decision.log_odds, decision.points, decision.band) == (None,) * 4
    assert decision.recommendation == "refer"
    with pytest.raises(ValueError, match="has no numbers"):
        _ = decision.numbers
    with pytest.raises(RegistryError, match="nothing was computed"):
        replay(decision, Scorer(small_bundle(), decision.model_version))
    with open_audit(world.settings) as audit:
        assert verify(audit.store, audit.vault, []).faults == []
        day = decision.created_at
        assert list(audit.ledger.between(day, day.max.replace(tzinfo=UTC))) == []
        both = audit.ledger.between(day, day.max.replace(tzinfo=UTC), referred=True)
        assert [d.decision_id for d in both] == [decision.decision_id]


def test_what_was_asked_is_still_checked(world: World) -> None:
    switch(world, on=True)
    body = application()
    body["sources"]["application"]["amount"] = -1
    assert world.score(body).status_code == 422


def test_a_suspended_model_scores_for_nobody() -> None:
    double = Scorer(small_bundle(), "v").suspended_double()
    with pytest.raises(SuspendedError):
        double.score(small_columns(1), 1)


class Silent:
    """A registry whose store has not answered yet, but which has a champion to load."""

    store: Any = None

    def champion(self) -> str:
        return "v"

    def load(self, version: str) -> Scorer:
        return Scorer(small_bundle(), version)


def test_until_the_store_has_said_otherwise_the_model_is_suspended() -> None:
    watching = ChampionWatcher(Silent())  # type: ignore[arg-type]
    watching.refresh()
    assert watching.current is not None
    assert watching.current.suspended
