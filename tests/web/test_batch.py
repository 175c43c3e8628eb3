"""POST /score/batch: all applications with one model, or none."""

import json
from typing import Any

import pytest

from api.wiring import open_ledger
from tests.web.test_hostile_bodies import assert_silent_problem
from tests.web.world import World, application

PATH = "/score/batch"


def post(world: World, body: Any, **options: Any) -> Any:
    return world.client.post(PATH, json=body, headers=world.auth(), **options)


def applications(n: int) -> list[dict[str, Any]]:
    made = [application(application_id=f"A-{i}") for i in range(n)]
    for i, body in enumerate(made):
        body["sources"]["application"] |= {"late_days": i % 60}
    return made


def count(world: World) -> int:
    with open_ledger(world.settings) as (_, ledger):
        return len(ledger.recent(limit=10_000))


def test_a_batch_gives_the_same_numbers_as_single_requests(world: World) -> None:
    asked = applications(7)
    together = post(world, {"applications": asked}).json()["scores"]
    alone = [world.score(body).json() for body in asked]
    own = {"decision_id", "created_at"}
    assert [{k: v for k, v in s.items() if k not in own} for s in together] == [
        {k: v for k, v in s.items() if k not in own} for s in alone
    ]


def test_a_thousand_are_scored_and_stored(world: World) -> None:
    before = count(world)
    reply = post(world, {"applications": applications(1000)}, params={"lang": "fr"})
    assert reply.status_code == 200
    scores = reply.json()["scores"]
    assert [s["application_id"] for s in scores] == [f"A-{i}" for i in range(1000)]
    assert len({s["decision_id"] for s in scores}) == 1000
    assert {s["language"] for s in scores} == {"fr"}
    assert count(world) == before + 1000


def test_one_bad_application_stops_all(world: World) -> None:
    asked = applications(5)
    asked[3]["sources"]["application"]["amount"] = None
    del asked[4]["applicant_id"]
    before = count(world)
    reply = post(world, {"applications": asked})
    assert reply.status_code == 422
    assert reply.json()["errors"] == [
        {"field": "applications.3.sources.application.amount", "rule": "must be a number"},
        {"field": "applications.4.applicant_id", "rule": "is required"},
    ]
    assert count(world) == before


def test_one_application_of_another_branch_stops_all(world: World) -> None:
    asked = [application(branch_id="north"), application(branch_id="south")]
    before = count(world)
    reply = world.client.post(
        PATH, json={"applications": asked}, headers=world.auth("officer", "north")
    )
    assert reply.status_code == 403
    assert count(world) == before


MEMBERS = {f"PLANTED{i}": i for i in range(150_000)}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", 422),
        (b"[]", 422),
        (b'{"applications": []}', 422),
        (b'{"applications": null}', 422),
        (b'{"applications": "PLANTED"}', 422),
        (b'{"applications": [1, null, "PLANTED"]}', 422),
        (json.dumps({"applications": [application()], "PLANTED": 1}).encode(), 422),
        (json.dumps({"applications": [{}] * 1001}).encode(), 422),
        (json.dumps({"applications": [{}] * 1000}).encode(), 422),
        (json.dumps({"applications": [{f"PLANTED{i}": i for i in range(9000)}]}).encode(), 422),
        (json.dumps(MEMBERS).encode(), 400),
        (b"[" * 100_000 + b"]" * 100_000, 400),
        (b"[" + b"[],".ljust(3) * 1_000_000 + b"[]]", 400),
        (b"[" + b'{"PLANTED":{}},' * 250_000 + b"{}]", 400),
        (b" " * 5_000_000, 413),
    ],
)
def test_a_hostile_batch_is_refused(world: World, body: bytes, status: int) -> None:
    headers = world.auth() | {"Content-Type": "application/json"}
    assert_silent_problem(world.client.post(PATH, content=body, headers=headers), status)
