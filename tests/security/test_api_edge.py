"""What every reply carries, and what a fault inside the server lets out: nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.service import Service
from tests.web.world import World, application, home_settings, served

PLANTED = "PLANTED471147114711"
SAFE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/score"), ("GET", "/score"), ("GET", "/livez"), ("GET", "/metrics"),
     ("GET", "/nowhere"), ("GET", "/scores/x"), ("TRACE", "/score"), ("GET", "/openapi.json")],
)  # fmt: skip
def test_every_reply_has_the_security_headers(world: World, method: str, path: str) -> None:
    reply = world.client.request(method, path)
    assert SAFE.items() <= dict(reply.headers).items()
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    assert reply.headers["x-request-id"]
    assert "server" not in reply.headers


@pytest.mark.parametrize("path", ["/nowhere", f"/{PLANTED}", "/score/", "//score", "/%00", "/..;/"])
def test_an_unknown_address_is_a_problem(world: World, path: str) -> None:
    reply = world.client.get(path)
    assert reply.status_code in {404, 405}
    assert reply.headers["content-type"] == "application/problem+json"
    assert PLANTED not in reply.text


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PLANTED"])
def test_another_method_is_a_problem_that_names_the_right_one(world: World, method: str) -> None:
    reply = world.client.request(method, "/score")
    assert reply.status_code == 405
    assert reply.headers["allow"] == "POST"
    assert reply.json()["type"] == "/problems/method-not-allowed"


FAULTS = (
    "api.auth.key_id_of",
    "api.api_keys.Pepper.digest",
    "api.limits.Failures.check",
    "api.limits.Failures.got_in",
    "api.limits.Buckets.take",
    "data.store.keys.QuickKeys.find",
    "api.routes.scores.read_body",
    "api.routes.scores.render",
    "api.intake.parse",
    "api.idempotency.find_made",
    "api.probing.Probing.note",
    "api.budgets.Budgets.charged",
    "api.deciding.decide",
    "scoring.scorer.Scorer.score_one",
)


@pytest.mark.parametrize("place", FAULTS)
def test_a_fault_is_a_silent_500_and_never_a_score(
    world: World, place: str, monkeypatch: pytest.MonkeyPatch, capsysbinary: Any
) -> None:
    headers = world.auth() | {"Idempotency-Key": place}

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError(PLANTED)

    monkeypatch.setattr(place, broken)
    reply = world.client.post("/score", json=application(), headers=headers)
    assert (reply.status_code, reply.json()["type"]) == (500, "/problems/internal-error")
    assert reply.headers["content-type"] == "application/problem+json"
    assert PLANTED not in reply.text + str(reply.headers)
    assert "approve" not in reply.text


def test_a_fault_of_the_store_is_no_score(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError(PLANTED)

    monkeypatch.setattr(Service, "keep", broken)
    reply = world.client.post("/score", json=application(), headers=world.auth())
    assert reply.status_code == 500
    assert set(json.loads(reply.text)) == {"type", "title", "status", "instance"}


@pytest.mark.parametrize(
    ("path", "field", "rule"),
    [("/scores/PLANTED", "decision_id", "must be a UUID"),
     ("/score?lang=PLANTED", "lang", "must be one of 'en'"),
     ("/problems/PLANTED", "slug", "must be one of 'invalid-json'"),
     ("/applicants/a b/protected", "applicant_id", "must be 1 to 64 of the characters")],
)  # fmt: skip
def test_a_wrong_parameter_is_told_by_field_and_rule(
    world: World, path: str, field: str, rule: str
) -> None:
    method = {"score?lang": "POST", "applicants": "PUT"}
    way = next((m for part, m in method.items() if part in path), "GET")
    reply = world.client.request(way, path, headers=world.auth(), json=application())
    [error] = reply.json()["errors"]
    assert (reply.status_code, error["field"]) == (422, field)
    assert error["rule"].startswith(rule)
    assert "PLANTED" not in reply.text


@pytest.mark.parametrize("champion", [True, False])
def test_a_start_without_a_champion_is_told(
    tmp_path: Path, capsysbinary: Any, champion: bool
) -> None:
    with served(home_settings(tmp_path), champion=champion):
        pass
    lines = [json.loads(line) for line in capsysbinary.readouterr().err.splitlines()]
    assert ("champion.none" not in {line["event"] for line in lines}) == champion
