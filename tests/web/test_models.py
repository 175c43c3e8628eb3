"""Model versions over HTTP: two people promote, one rolls back, one suspends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.api_keys import Pepper, create_key
from api.wiring import open_registry
from tests.bundles import small_bundle
from tests.promotion import audited, compared, register
from tests.web.world import World, home_settings, promote, served

WHY = {"reason": "it ranks late payers better"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with served(home_settings(tmp_path / "home", promotion_margin=0.1)) as made:
        yield made


def key_of(world: World, name: str, role: str = "mlops") -> dict[str, str]:
    with open_registry(world.settings) as registry:
        pepper = Pepper.load_or_create(world.settings.keys_folder)
        until = datetime.now(UTC) + timedelta(hours=1)
        key, _ = create_key(registry.store, pepper, role, None, name, until)
    return {"Authorization": f"Bearer {key}"}


def post(world: World, path: str, who: dict[str, str], body: Any = None) -> Any:
    return world.client.post(f"/models/{path}", json=body or WHY, headers=who)


def challenger(world: World) -> str:
    with open_registry(world.settings) as registry:
        champion, version = registry.champion(), register(registry, 1)
        assert champion is not None
        audited(registry.store, version)
        compared(registry.store, champion, version, "BETTER")
    return version


def test_two_people_promote_and_one_rolls_back(world: World) -> None:
    ana, ben = key_of(world, "Ana"), key_of(world, "Ben")
    version, first = challenger(world), world.score().json()["versions"]["model"]
    proposed = post(world, f"{version}/promote", ana)
    assert (proposed.status_code, proposed.json()["state"]) == (200, "proposed")
    listed = world.client.get("/models", headers=ana).json()
    assert listed["proposed"]["to_version"] == version
    assert {m["version"]: m["aliases"] for m in listed["models"]}[first] == ["champion"]
    promoted = post(world, f"{version}/promote", ben).json()
    assert (promoted["state"], promoted["people"]) == ("promoted", ["Ana", "Ben"])
    assert [g["name"] for g in promoted["gates"]] == ["evaluation", "fairness", "shadow", "people"]
    assert world.score().json()["versions"]["model"] == version, "this server took it at once"
    back = post(world, "rollback", ana, {"reason": "strange"}).json()
    assert back == {"version": first, "suspended": False}
    assert world.score().json()["versions"]["model"] == first
    events = world.client.get("/models/history", headers=ana).json()["events"]
    assert [e["action"] for e in events] == ["rollback", "promote", "propose", "promote"]


def test_a_refusal_says_what_is_missing(world: World) -> None:
    ana = key_of(world, "Ana")
    version = challenger(world)
    with open_registry(world.settings) as registry:
        other = register(registry, 2)
    refused = post(world, f"{other}/promote", ana)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/model-change-refused")
    assert "fairness" in refused.json()["detail"]
    assert "shadow (no report" in refused.json()["detail"]
    assert post(world, f"{version}/promote", key_of(world, " ")).status_code == 409
    assert post(world, "small-000000000000/promote", ana).status_code == 404
    assert post(world, "x/promote", ana).status_code == 422
    assert post(world, "rollback", ana).status_code == 409


def test_one_person_suspends_and_resumes(world: World) -> None:
    ana = key_of(world, "Ana")
    assert post(world, "resume", ana).status_code == 409
    assert post(world, "suspend", ana).json()["suspended"] is True
    assert post(world, "suspend", ana).status_code == 409
    assert world.score().json()["recommendation"] == "refer"
    assert world.client.get("/models", headers=ana).json()["suspended"]["reason"] == WHY["reason"]
    promote(world.settings, small_bundle(1))
    assert world.score().json()["recommendation"] == "refer", "a new champion ends nothing"
    assert post(world, "resume", ana).json()["suspended"] is False
    assert world.score().json()["recommendation"] != "refer"


NO_REASONS: list[Any] = [
    *({}, {"reason": ""}, {"reason": " "}, {"reason": 1}, [], {"reason": "x" * 1001}),
    {"reason": "x", "more": 1},
]


def test_a_reason_is_needed(world: World) -> None:
    headers = key_of(world, "Ana")
    for body in NO_REASONS:
        reply = world.client.post("/models/suspend", json=body, headers=headers)
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "reason"), body
