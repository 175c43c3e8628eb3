"""What every reply carries, and what a fault inside the server lets out: nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

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


@pytest.mark.parametrize(
    "path", ["/nowhere", f"/{PLANTED}", "/score/", "http://testserver//score", "/%00", "/..;/"]
)
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
