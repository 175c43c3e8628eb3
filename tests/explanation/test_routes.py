"""Explanations over the API: for three readers, and the same bytes at any time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.contract import LANGUAGES
from tests.bundles import small_bundle
from tests.explanation.people import RISKY, declined, request_of
from tests.web.world import World, home_settings, promote, served


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(home_settings(tmp_path_factory.mktemp("explained"))) as made:
        yield made


def read(world: World, decision_id: str, what: str, role: str = "officer", **asked: Any) -> Any:
    address = f"/scores/{decision_id}/{what}"
    return world.client.get(address, headers=world.auth(role), params=asked)


def test_three_readers_from_one_record(world: World) -> None:
    decision_id = declined(world)["decision_id"]
    for audience in ("client", "officer"):
        reply = read(world, decision_id, "explanation", audience=audience).json()
        assert (reply["audience"], reply["method"]) == (audience, "interventional_treeshap")
        assert all(section["lines"] for section in reply["sections"])
        assert "evidence" not in reply
    told = read(world, decision_id, "explanation", "auditor", audience="auditor").json()
    evidence = told["evidence"]
    assert told["sections"] == []
    total = evidence["base"] + sum(evidence["contributions"].values())
    assert total == pytest.approx(evidence["log_odds"], abs=1e-6)
    served_total = evidence["as_served"]["base"] + sum(
        evidence["as_served"]["contributions"].values()
    )
    assert served_total == pytest.approx(evidence["log_odds"], abs=1e-6)
    assert evidence["rule"]["id"] == "decline_from"
    assert evidence["versions"]["background"]["rows"] > 0
    assert len(evidence["reasons"]) <= 4
    assert all(r["contribution"] > 0 for r in evidence["reasons"])


def test_every_language_tells_the_same(world: World) -> None:
    decision_id = declined(world)["decision_id"]
    told = [read(world, decision_id, "explanation", lang=language).json() for language in LANGUAGES]
    ids = [[line["id"] for s in reply["sections"] for line in s["lines"]] for reply in told]
    words = [[line["text"] for s in reply["sections"] for line in s["lines"]] for reply in told]
    assert ids[0] == ids[1] == ids[2]
    assert words[0] != words[1] != words[2] != words[0]


def test_contributions_need_the_scope_that_shows_them(world: World) -> None:
    decision_id = declined(world)["decision_id"]
    reply = read(world, decision_id, "explanation", audience="auditor")
    assert (reply.status_code, reply.json()["type"]) == (403, "/problems/forbidden")


def test_another_branch_sees_nothing(world: World) -> None:
    decision_id = declined(world)["decision_id"]
    for what in ("explanation", "counterfactuals", "decision", "appeals"):
        address = f"/scores/{decision_id}/{what}"
        headers = world.auth("officer", "elsewhere")
        assert world.client.get(address, headers=headers).status_code == 404


def test_an_approval_is_told_as_it_was_served(world: World) -> None:
    body = RISKY | {"late_days": 0, "amount": 500}
    decision = declined(world, wanted="approve", changes=body)
    told = read(world, decision["decision_id"], "explanation", "risk", audience="auditor").json()
    assert told["method"] == decision["explanation_method"]
    codes = [r["code"] for r in told["evidence"]["reasons"]]
    assert codes == [r["code"] for r in decision["reasons"]]
    reply = read(world, decision["decision_id"], "counterfactuals").json()
    assert (reply["status"], reply["options"]) == ("not_needed", [])


def test_options_hold_when_they_are_sent_as_a_request(world: World) -> None:
    decision = declined(world)
    reply = read(world, decision["decision_id"], "counterfactuals").json()
    assert reply["status"] == "found"
    assert 1 <= len(reply["options"]) <= 3
    for option in reply["options"]:
        changes = {c["field"]: c["to"] for c in option["changes"]}
        again = world.score(request_of(RISKY | changes)).json()
        assert again["recommendation"] == option["recommendation"] != "decline"
        assert again["probability_of_default"] == option["pd"]
        assert again["points"] == option["points"]
    assert reply["ranges"]["amount"][-1]["recommendation"] == "decline"


def test_the_same_bytes_after_another_model_was_promoted(tmp_path: Path) -> None:
    """Made by the model that decided, kept, and read back by a server that runs another."""
    settings = home_settings(tmp_path / "home")
    asked: list[tuple[str, dict[str, str]]] = [
        ("explanation", {"audience": "client", "lang": "fr"}),
        ("explanation", {"audience": "auditor", "lang": "sw"}),
        ("counterfactuals", {}),
    ]
    with served(settings) as world:
        early, late = declined(world)["decision_id"], declined(world)["decision_id"]
        before = [read(world, early, what, "risk", **more).content for what, more in asked]
    promote(settings, small_bundle(seed=4))
    with served(settings, champion=False) as again:
        assert [read(again, early, w, "risk", **more).content for w, more in asked] == before
        told = [read(again, late, what, "risk", **more).json() for what, more in asked]
    assert _same_but_ids(told, [json.loads(content) for content in before])


def _same_but_ids(told: list[Any], before: list[Any]) -> bool:
    """Whether two decisions on the same application are explained alike."""
    for reply in (*told, *before):
        reply.pop("decision_id")
        for part in ("decided_at", "explanation_sha256"):
            reply.get("evidence", {}).pop(part, None)
    return told == before


def test_an_erased_decision_takes_its_explanation_along(world: World) -> None:
    decision = declined(world, applicant="gone")
    assert read(world, decision["decision_id"], "explanation").status_code == 200
    assert world.client.delete("/applicants/gone", headers=world.auth("admin")).status_code == 200
    for what in ("explanation", "counterfactuals"):
        assert read(world, decision["decision_id"], what).status_code == 410
