"""PUT /applicants/{applicant_id}/protected: sealed, durable, and closed to the server itself."""

from pathlib import Path
from typing import Any

import pytest

from api.audits import AuditSettings, open_protected
from data.inbox import Inbox
from tests.bundles import small_contract
from tests.web.world import World, home_settings, served

PLANTED = "PLANTED4711"


def state(world: World, body: Any, applicant: str = "C-1", role: str = "officer") -> Any:
    path = f"/applicants/{applicant}/protected"
    return world.client.put(path, json=body, headers=world.auth(role))


def groups(home: Path, *people: str) -> list[str]:
    with open_protected(AuditSettings(home=home, protected_url=None)) as (store, _):
        found = store.read_groups(small_contract(), people, None, purpose="test", actor="ana")
    return [str(name) for name in found["sex"]]


def test_what_is_stated_reaches_the_audit_and_only_the_audit(tmp_path: Path) -> None:
    settings = home_settings(tmp_path / "home")
    with served(settings) as world:
        inbox = Inbox(settings.inbox_folder)
        reply = state(world, {"sex": "F"})
        assert (reply.status_code, reply.content) == (204, b"")
        assert state(world, {"sex": "M"}, "C-2").status_code == 204
        assert state(world, {"sex": None}, "C-3").status_code == 204
        assert state(world, {}, "C-4").status_code == 204
        sealed = [path.read_bytes() for path in inbox.files()]
        assert len({len(content) for content in sealed}) == 1
        assert not [c for c in sealed if b"C-1" in c or b"sex" in c]
        assert groups(settings.home, "C-1", "C-2", "C-3", "C-4") == [
            "F", "M", "not stated", "not stated",
        ]  # fmt: skip
        assert inbox.files() == []
        assert state(world, {"sex": None}, "C-1").status_code == 204
        assert groups(settings.home, "C-1", "C-2") == ["not stated", "M"]


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"sex": PLANTED}, "sex", "must be one of 'F' or 'M'"),
        ({"sex": 1}, "sex", "must be one of 'F' or 'M'"),
        ({PLANTED: "F"}, "", "unknown field"),
        ([PLANTED], "", "must be an object"),
    ],
)
def test_what_breaks_a_rule_is_refused_without_being_repeated(
    world: World, body: Any, field: str, rule: str
) -> None:
    before = len(Inbox(world.settings.inbox_folder).files())
    reply = state(world, body)
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid-statement")
    assert {"field": field, "rule": rule} in reply.json()["errors"]
    assert PLANTED not in reply.text
    assert len(Inbox(world.settings.inbox_folder).files()) == before


def test_an_applicant_must_have_a_plain_id(world: World) -> None:
    reply = state(world, {"sex": "F"}, "C%201")
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid-parameter")


def test_an_endless_body_is_refused(world: World) -> None:
    assert state(world, {"sex": "F" * 5000}).status_code == 413


def test_no_route_gives_anything_back(world: World) -> None:
    for method in ("GET", "POST", "DELETE", "PATCH"):
        reply = world.client.request(method, "/applicants/C-1/protected", headers=world.auth())
        assert reply.status_code == 405


def test_without_the_audits_key_nothing_is_taken(tmp_path: Path) -> None:
    settings = home_settings(tmp_path / "home")
    with served(settings) as world:
        inbox = Inbox(settings.inbox_folder)
        inbox.key_file.unlink()
        reply = state(world, {"sex": "F"})
        assert (reply.status_code, reply.json()["type"]) == (503, "/problems/inbox-unavailable")
        inbox.key_file.write_bytes(b"noise")
        assert state(world, {"sex": "F"}).status_code == 503
        assert inbox.files() == []
        assert world.score().status_code == 200


def test_without_a_model_the_attributes_are_not_known(tmp_path: Path) -> None:
    with served(home_settings(tmp_path / "home"), champion=False) as world:
        reply = state(world, {"sex": "F"})
        assert (reply.status_code, reply.json()["type"]) == (503, "/problems/no-champion")


def test_the_published_examples_are_taken(world: World) -> None:
    paths = world.client.get("/openapi.json").json()["paths"]
    body = paths["/applicants/{applicant_id}/protected"]["put"]["requestBody"]
    examples = body["content"]["application/json"]["examples"]
    assert [e["value"] for e in examples.values()] == [{"sex": "F"}, {"sex": None}]
    for example in examples.values():
        assert state(world, example["value"]).status_code == 204
