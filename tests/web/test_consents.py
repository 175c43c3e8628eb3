"""Consents: the stored no masks a source in the very next score, on every process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.app import create_app
from api.replaying import replay_stored
from api.wiring import open_audit, open_home_store
from data.errors import StoreError
from data.store.consents import QuickConsents, history
from data.store.verify import verify
from scoring.bundle import Bundle
from tests.bundles import small_bundle, small_contract
from tests.web.world import World, application, home_settings, promote, served, stored

WALLET = {"application": {"amount": 5000.0}, "wallet": {"wallet_inflow": 4242.75}}
MASKED = [{"source": "wallet", "status": "no_consent"}]
PLANTED = "PLANTED-471147"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server whose consents these tests may change."""
    with served(home_settings(tmp_path_factory.mktemp("consents"))) as made:
        yield made


@pytest.fixture
def any_world(store_url: str, tmp_path: Path) -> Iterator[World]:
    """A server on each kind of store."""
    with served(home_settings(tmp_path / "home", store_url)) as made:
        yield made


def say(world: World, person: str, body: Any, role: str = "officer") -> Any:
    path = f"/applicants/{person}/consents"
    return world.client.put(path, json=body, headers=world.auth(role))


def word(world: World, person: str, granted: bool) -> None:
    assert say(world, person, {"wallet": {"scoring": granted}}).status_code == 200


def asked(person: str, consent: bool = True) -> dict[str, Any]:
    return application(applicant_id=person, sources=WALLET, consents={"wallet": consent})


def masked(world: World, person: str, **options: Any) -> Any:
    reply = world.score(asked(person), **options)
    assert reply.status_code == 200
    return reply.json()["masked_sources"]


def test_a_withdrawal_masks_the_next_score_and_a_grant_restores_it(any_world: World) -> None:
    world = any_world
    free = world.score(asked("C-1")).json()
    assert free["masked_sources"] == []
    word(world, "C-1", False)
    reply = world.score(asked("C-1")).json()
    assert reply["masked_sources"] == MASKED
    assert reply["log_odds"] == world.score(asked("C-9", consent=False)).json()["log_odds"]
    assert b"4242.75" not in stored(world, reply["decision_id"]).request
    assert masked(world, "C-2") == [], "nobody else's"
    _decision, differences = replay_stored(reply["decision_id"], world.settings)
    assert differences == []
    word(world, "C-1", True)
    again = world.score(asked("C-1")).json()
    assert (again["masked_sources"], again["log_odds"]) == ([], free["log_odds"])
    assert world.score(asked("C-1", consent=False)).json()["masked_sources"] == MASKED
    with open_audit(world.settings) as audit:
        assert verify(audit.store, audit.vault, []).faults == []


def test_every_process_heeds_it_at_once(any_world: World) -> None:
    with TestClient(create_app(any_world.settings)) as client:
        other = World(any_world.settings, client, any_world.keys)
        for granted, expected in ((False, MASKED), (True, []), (False, MASKED)):
            word(any_world, "C-1", granted)
            assert masked(other, "C-1") == expected


def test_a_batch_heeds_each_persons_word(any_world: World) -> None:
    word(any_world, "C-2", False)
    people = ["C-1", "C-2", "C-3", "C-2"]
    body = {"applications": [asked(person) for person in people]}
    reply = any_world.client.post("/score/batch", json=body, headers=any_world.auth())
    found = [score["masked_sources"] for score in reply.json()["scores"]]
    assert found == [[], MASKED, [], MASKED]


def test_a_source_that_was_not_given_is_told_as_withdrawn(world: World) -> None:
    word(world, "C-5", False)
    bare = {"application": {"amount": 5000.0}}
    reply = world.score(application(applicant_id="C-5", sources=bare, consents={}))
    assert reply.json()["masked_sources"] == MASKED


def test_state_and_history(world: World) -> None:
    path, headers = "/applicants/C-6/consents", world.auth("auditor")
    silent = {"source": "wallet", "purpose": "scoring", "granted": None, "at": None}
    assert world.client.get(path, headers=headers).json() == {"consents": [silent]}
    for granted in (True, True, False):
        word(world, "C-6", granted)
    assert say(world, "C-6", {}).json() == world.client.get(path, headers=headers).json()
    (state,) = world.client.get(path, headers=headers).json()["consents"]
    assert (state["granted"], state["at"] is None) == (False, False)
    with open_audit(world.settings) as audit:
        person = audit.vault.pseudonym("applicant", "C-6")
        assert [c.granted for c in history(audit.store, person)] == [True, False]
        with audit.store.read() as connection:
            chain = text("SELECT entry FROM audit_chain WHERE kind = 'consent' AND ref = :ref")
            entries = connection.execute(chain, {"ref": person}).scalars().all()
    assert len(entries) == 2
    assert b'["wallet","scoring",true]' in entries[0]
    assert b"C-6" not in b"".join(entries)


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"wallet": {"scoring": PLANTED}}, "wallet.scoring", "must be true or false"),
        ({"wallet": {"scoring": 1}}, "wallet.scoring", "must be true or false"),
        ({"wallet": {"scoring": None}}, "wallet.scoring", "must be true or false"),
        ({"wallet": {}}, "wallet.scoring", "is required"),
        ({"wallet": True}, "wallet", "must be an object"),
        ({"wallet": {"scoring": True, PLANTED: True}}, "wallet", "unknown field"),
        ({"application": {"scoring": False}}, "", "unknown field"),
        ({PLANTED: {"scoring": True}}, "", "unknown field"),
        ([PLANTED], "", "must be an object"),
    ],
)
def test_what_breaks_the_contract_is_refused(
    world: World, body: Any, field: str, rule: str
) -> None:
    reply = say(world, "C-7", body)
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid-consents")
    assert {"field": field, "rule": rule} in reply.json()["errors"]
    assert PLANTED not in reply.text
    assert masked(world, "C-7") == []


def test_the_published_examples_are_taken(world: World) -> None:
    paths = world.client.get("/openapi.json").json()["paths"]
    body = paths["/applicants/{applicant_id}/consents"]["put"]["requestBody"]
    examples = body["content"]["application/json"]["examples"]
    assert {tuple(e["value"]) for e in examples.values()} == {("wallet",)}
    for example in examples.values():
        assert say(world, "C-8", example["value"]).status_code == 200


def test_an_address_names_all_its_methods(world: World) -> None:
    reply = world.client.post("/applicants/C-1/consents", headers=world.auth())
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, PUT")


def test_without_an_answer_of_the_store_there_is_no_score(
    any_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    word(any_world, "C-1", False)

    def away(*_: Any) -> Any:
        raise StoreError("away")

    def decided() -> Any:
        with open_home_store(any_world.settings) as store, store.read() as connection:
            return connection.execute(text("SELECT count(*) FROM decisions")).scalar_one()

    before = decided()
    monkeypatch.setattr(QuickConsents, "withdrawn", away)
    assert masked(any_world, "C-1") == MASKED, "a thread asks again, and waits"
    monkeypatch.setattr("api.consenting.withdrawn", away)
    for path, body in (
        ("/score", asked("C-1")),
        ("/score/batch", {"applications": [asked("C-1")]}),
    ):
        reply = any_world.client.post(path, json=body, headers=any_world.auth())
        assert (reply.status_code, reply.json()["type"]) == (503, "/problems/store-unavailable")
    assert decided() == before + 1
    monkeypatch.setattr("api.routes.applicants.say", away)
    assert say(any_world, "C-1", {"wallet": {"scoring": True}}).status_code == 503


def test_without_a_required_source_there_is_no_score(tmp_path: Path) -> None:
    changed = small_contract().model_dump(mode="json")
    changed["sources"]["wallet"]["required"] = True
    bundle = small_bundle()
    strict = type(small_contract()).model_validate(changed)
    settings = home_settings(tmp_path / "home")
    promote(settings, Bundle(**{**vars(bundle), "contract": strict}))
    with served(settings, champion=False) as world:
        word(world, "C-1", False)
        reply = world.score(asked("C-1"))
        rule = "no score without consent to this source"
        assert reply.status_code == 422
        assert reply.json()["errors"] == [{"field": "consents.wallet", "rule": rule}]
        body = {"applications": [asked("C-2"), asked("C-1")]}
        reply = world.client.post("/score/batch", json=body, headers=world.auth())
        field = "applications.1.consents.wallet"
        assert reply.json()["errors"] == [{"field": field, "rule": rule}]
