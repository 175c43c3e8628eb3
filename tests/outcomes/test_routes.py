"""POST /outcomes over HTTP: strict, all or nothing, once; and the reports that are read back."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.examples import example_outcomes
from api.outcomes_schema import MOST_EVENTS
from api.wiring import open_home_store
from data.store.outcomes_held import status
from data.store.performance import keep_report, newest_report
from tests.outcomes.reports import report
from tests.web.world import World, home_settings, served

PLANTED = "PLANTED-471147"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(home_settings(tmp_path_factory.mktemp("outcomes"))) as made:
        yield made


def send(world: World, body: Any, key: str | None = None) -> Any:
    headers = world.auth("mlops") | ({"Idempotency-Key": key} if key else {})
    return world.client.post("/outcomes", json=body, headers=headers)


def events(name: str, **change: Any) -> dict[str, Any]:
    """The example under ids of its own; ``change`` of the repayment (None: without)."""
    body: Any = json.loads(json.dumps(example_outcomes()).replace("000123", name))
    body["events"][1] |= {"event_id": f"R-{name}"} | change
    body["events"][1] = {n: v for n, v in body["events"][1].items() if v is not None}
    return dict(body)


def stored(world: World) -> int:
    with open_home_store(world.settings) as store:
        return sum(sum(s.events.values()) for s in status(store))


def test_events_are_kept_once(world: World) -> None:
    first = send(world, events("one"))
    assert first.status_code == 200
    assert first.json() == {"loans": 1, "instalments": 6, "events": 2, "known": 0, "erased": 0}
    again = send(world, events("one"))
    assert again.json() == {"loans": 0, "instalments": 0, "events": 0, "known": 8, "erased": 0}


def test_a_retry_with_its_key_gets_the_same_reply(world: World) -> None:
    first = send(world, events("two"), "key-of-two")
    assert first.json()["loans"] == 1
    assert send(world, events("two"), "key-of-two").json() == first.json()
    other = send(world, events("three"), "key-of-two")
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"amount": None}, "events.1.amount", "is required"),
        ({"amount": "7"}, "events.1.amount", "must be a number"),
        ({"amount": -1}, "events.1.amount", "must be at least 0"),
        ({"amount": 1e300}, "events.1.amount", "must be at most 1000000000000"),
        ({"on": "31.03.2026"}, "events.1.on", "must be a date such as 2026-03-31"),
        ({"on": 20260331}, "events.1.on", "must be a date such as 2026-03-31"),
        ({"on": "2026-02-30"}, "events.1.on", "must be a date such as"),
        (
            {"known_at": "2026-03-31"},
            "events.1.known_at",
            "must be a time with its zone such as 2026-03-31T12:00:00Z",
        ),
        ({"known_at": "2026-02-30T12:00:00Z"}, "events.1.known_at", "must be a time with its zone"),
        ({"known_at": "2026-03-31T12:00:00"}, "events.1.known_at", "must be a time with its zone"),
        ({"kind": PLANTED}, "events.1.kind", "must be one of disbursement, repayment"),
        ({"application_id": f"{PLANTED} {PLANTED}"}, "events.1.application_id", "must be 1 to 64"),
        ({"event_id": f"{PLANTED} {PLANTED}"}, "events.1.event_id", "must be 1 to 128 printable"),
        ({PLANTED: 1}, "events.1", "unknown field"),
    ],
)
def test_a_wrong_event_is_named_and_nothing_is_kept(
    world: World, change: dict[str, Any], field: str, rule: str
) -> None:
    before = stored(world)
    reply = send(world, events("wrong", **change))
    assert reply.status_code == 422
    assert reply.json()["type"] == "/problems/invalid-body"
    (error,) = reply.json()["errors"]
    assert error["field"] == field
    assert error["rule"].startswith(rule)
    assert PLANTED not in reply.text
    assert stored(world) == before


TOMORROW = datetime.now(UTC) + timedelta(days=2)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"on": f"{TOMORROW.date()}", "known_at": None}, "events.1.on"),
        ({"on": "1900-01-01"}, "events.1.on"),
        ({"known_at": TOMORROW.isoformat()}, "events.1.known_at"),
        ({"known_at": "2026-01-28T12:00:00Z"}, "events.1.known_at"),
        ({"application_id": "nobody"}, "events.1.application_id"),
        ({"event_id": "D-clash"}, "events.1.event_id"),
    ],
)
def test_a_contradiction_is_a_conflict(world: World, change: dict[str, Any], field: str) -> None:
    before = stored(world)
    reply = send(world, events("clash", **change))
    assert (reply.status_code, reply.json()["type"]) == (409, "/problems/conflict")
    assert [e["field"] for e in reply.json()["errors"]] == [field]
    assert stored(world) == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "events"),
        ([], ""),
        ({"events": []}, "events"),
        ({"events": [7]}, "events.0"),
        ({"events": [{}] * (MOST_EVENTS + 1)}, "events"),
        ({"events": [{"kind": []}]}, "events.0.kind"),
        ({"events": [], "more": 1}, ""),
    ],
)
def test_a_body_of_another_shape_is_refused(world: World, body: Any, field: str) -> None:
    reply = send(world, body)
    assert reply.status_code == 422
    assert [e["field"] for e in reply.json()["errors"]] == [field]


def test_some_thousand_events_come_in_one_call(world: World) -> None:
    body = events("many")
    pattern = body["events"].pop()
    body["events"] += [deepcopy(pattern) | {"event_id": f"R-many-{i}"} for i in range(3000)]
    assert send(world, body).json()["events"] == 3001


def test_a_loan_is_exported_and_erased_with_its_person(world: World) -> None:
    body = events("person")
    body["events"][0]["applicant_id"] = "P-person"
    send(world, body)
    admin = world.auth("admin")
    held = world.client.get("/applicants/P-person/export", headers=admin).json()["loans"]
    assert [len(h["instalments"]) for h in held] == [6]
    assert [e["kind"] for e in held[0]["events"]] == ["disbursement", "repayment"]
    world.client.delete("/applicants/P-person", headers=admin)
    held = world.client.get("/applicants/P-person/export", headers=admin).json()["loans"]
    assert [h["events"] for h in held] == [[]]
    assert send(world, body).json()["erased"] == 2


def test_reports_are_read_back_once_there_is_one(world: World) -> None:
    risk, made = world.auth("risk"), report()
    paths = ("/outcomes/performance", "/portfolio/vintages", "/portfolio/par")
    assert {world.client.get(p, headers=risk).status_code for p in paths} == {404}
    with open_home_store(world.settings) as store:
        now, content = datetime.now(UTC), made.model_dump_json().encode()
        assert keep_report(store, made.model, now, content) == keep_report(
            store, made.model, now + timedelta(days=1), content
        )
        assert newest_report(store, "another") is None
    whole, vintages, at_risk = (world.client.get(p, headers=risk).json() for p in paths)
    assert whole == json.loads(content)
    assert (vintages, at_risk) == (whole["portfolio"], whole["at_risk"])
    assert date.fromisoformat(at_risk["months"][0]["day"]) == date(2024, 1, 31)
    mine = world.client.get(paths[0], headers=risk, params={"model": made.model})
    assert mine.status_code == 200
    other = world.client.get(paths[0], headers=risk, params={"model": "another"})
    assert other.status_code == 404
