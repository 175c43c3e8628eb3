"""People's own decisions, problems and appeals: who may, what is kept, and what it adds up to."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.wiring import open_audit
from data.store.attested import find_faults
from tests.explanation.people import RISKY, declined
from tests.web.world import World, home_settings, make_key, served


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(home_settings(tmp_path_factory.mktemp("oversight"))) as made:
        yield made


def say(world: World, address: str, body: Any, role: str = "officer") -> Any:
    return world.client.post(address, json=body, headers=world.auth(role))


def get(world: World, address: str, role: str = "risk") -> Any:
    return world.client.get(address, headers=world.auth(role)).json()


def decide(world: World, decision_id: str, outcome: str, reason: str | None = None) -> Any:
    body = {"outcome": outcome} | ({"reason": reason} if reason else {})
    return say(world, f"/scores/{decision_id}/decision", body)


def test_the_newest_decision_is_in_force_and_all_stay(world: World) -> None:
    decision_id = declined(world)["decision_id"]
    assert decide(world, decision_id, "decline").json()["current"]["outcome"] == "decline"
    again = decide(world, decision_id, "decline").json()
    assert len(again["history"]) == 1
    changed = decide(world, decision_id, "approve", "new_information").json()
    assert [m["outcome"] for m in changed["history"]] == ["decline", "approve"]
    assert changed["current"] == changed["history"][-1]
    assert get(world, f"/scores/{decision_id}/decision") == changed


@pytest.mark.parametrize(
    ("outcome", "reason"), [("approve", None), ("decline", "other"), ("approve", "appeal")]
)
def test_a_reason_is_given_when_it_differs_and_only_then(
    world: World, outcome: str, reason: str | None
) -> None:
    reply = decide(world, declined(world)["decision_id"], outcome, reason)
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "reason")


def test_a_problem_is_counted_by_theme_and_its_words_are_sealed(world: World) -> None:
    decision_id = declined(world, applicant="C-problem")["decision_id"]
    words = "Grace says the income is wrong"
    address = f"/scores/{decision_id}/feedback"
    assert say(world, address, {"theme": "wrong_data", "text": words}).json()["text"] == words
    assert say(world, address, {"theme": "wrong_data"}).json()["text"] is None
    found = get(world, "/feedback?theme=wrong_data")
    assert found["themes"]["wrong_data"] >= 2
    assert words in [report["text"] for report in found["reports"]]
    assert words.encode() not in _stored(world)
    world.client.delete("/applicants/C-problem", headers=world.auth("admin"))
    later = get(world, "/feedback?theme=wrong_data")["reports"]
    assert [r["text"] for r in later if r["decision_id"] == decision_id] == [None, None]
    assert say(world, address, {"theme": "other"}).status_code == 410


def _stored(world: World) -> bytes:
    with open_audit(world.settings) as audit, audit.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT sealed FROM feedback").all()
    return b"".join(bytes(row[0] or b"") for row in rows)


def test_an_appeal_is_answered_by_somebody_else(world: World) -> None:
    decision_id = declined(world, applicant="C-appeal")["decision_id"]
    decide(world, decision_id, "decline")
    opened = say(world, f"/scores/{decision_id}/appeal", {"ground": "unfair", "text": "Why?"})
    appeal = opened.json()
    assert (appeal["status"], appeal["text"]) == ("open", "Why?")
    assert appeal["due_at"] > appeal["at"]
    second = say(world, f"/scores/{decision_id}/appeal", {"ground": "other"})
    assert second.status_code == 409
    assert appeal["appeal_id"] in [a["appeal_id"] for a in get(world, "/appeals")["appeals"]]
    address = f"/appeals/{appeal['appeal_id']}/resolution"
    assert say(world, address, {"result": "changed"}, "risk").status_code == 422
    assert say(world, address, {"result": "upheld"}).status_code == 403
    body = {"result": "changed", "outcome": "approve", "text": "New papers."}
    ended = _as_another(world, address, body)
    assert ended.json()["resolution"]["result"] == "changed"
    assert _as_another(world, address, body).status_code == 409
    current = get(world, f"/scores/{decision_id}/decision")["current"]
    assert (current["outcome"], current["reason"]) == ("approve", "appeal")
    listed = get(world, f"/scores/{decision_id}/appeals")["appeals"]
    assert [a["status"] for a in listed] == ["resolved"]


def _as_another(world: World, address: str, body: Any) -> Any:
    key = world.keys.get(("risk", "other"))
    if key is None:
        key = world.keys["risk", "other"] = _key_of(world, "somebody else")
    return world.client.post(address, json=body, headers={"Authorization": f"Bearer {key}"})


def _key_of(world: World, name: str) -> str:
    key, made = make_key(world.settings, "risk")
    with open_audit(world.settings) as audit, audit.store.write() as connection:
        change = f"UPDATE api_keys SET name = '{name}' WHERE key_id = '{made.key_id}'"
        connection.exec_driver_sql(change)
    return key


def test_another_key_of_the_same_owner_cannot_answer(world: World) -> None:
    """Keys of tests all belong to 'test'."""
    decision_id = declined(world)["decision_id"]
    appeal = say(world, f"/scores/{decision_id}/appeal", {"ground": "other"}).json()
    address = f"/appeals/{appeal['appeal_id']}/resolution"
    reply = say(world, address, {"result": "upheld"}, "risk")
    assert (reply.status_code, reply.json()["type"]) == (403, "/problems/forbidden")


def test_overrides_are_counted_by_who_decided_and_near_the_cut_off(world: World) -> None:
    before = get(world, "/overrides?by=branch")
    approved = RISKY | {"late_days": 0, "amount": 500}
    for values, outcome, reason in (
        (approved, "approve", None),
        (approved, "decline", "policy"),
        (RISKY, "decline", None),
    ):
        wanted = "approve" if values is approved else "decline"
        decision = declined(world, wanted=wanted, changes=values)
        assert decide(world, decision["decision_id"], outcome, reason).status_code == 200
    after = get(world, "/overrides?by=branch")

    def total(found: Any, name: str) -> int:
        return sum(row[name] for row in found["overrides"])

    assert total(after, "decided") - total(before, "decided") == 3
    assert total(after, "overridden") - total(before, "overridden") == 1
    counted = after["near_cut_off"]["decided"] + after["away_from_cut_off"]["decided"]
    assert counted == total(after, "decided")
    assert sum(row["reasons"].get("policy", 0) for row in after["overrides"]) == 1
    share = after["away_from_cut_off"]["share"]
    assert share["low"] <= share["value"] <= share["high"]


def test_a_person_is_handed_all_of_it(world: World) -> None:
    decision_id = declined(world, applicant="C-export")["decision_id"]
    decide(world, decision_id, "approve", "relationship")
    say(world, f"/scores/{decision_id}/feedback", {"theme": "language", "text": "Swahili?"})
    say(world, f"/scores/{decision_id}/appeal", {"ground": "other", "text": "Again, please"})
    world.client.get(f"/scores/{decision_id}/explanation", headers=world.auth())
    held = get(world, "/applicants/C-export/export", "admin")["decisions"][0]
    assert held["human_decisions"][0]["reason"] == "relationship"
    assert held["feedback"][0]["text"] == "Swahili?"
    assert held["appeals"][0]["text"] == "Again, please"
    assert held["explanation"]["method"] == "interventional_treeshap"


def test_the_chain_vouches_for_every_row(world: World) -> None:
    decision_id = declined(world)["decision_id"]
    decide(world, decision_id, "decline")
    say(world, f"/scores/{decision_id}/feedback", {"theme": "other", "text": "x"})
    with open_audit(world.settings) as audit:
        assert find_faults(audit.store) == []
