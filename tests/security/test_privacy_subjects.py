"""All that is held on a person is handed out, and erased for ever; the chain goes on."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.audits import AuditSettings, open_protected
from api.cli.commands import build_app
from api.exporting import PersonExport
from api.wiring import open_audit
from data.inbox import Inbox
from data.store.verify import verify
from tests.bundles import small_contract
from tests.story.conftest import run_command
from tests.web.world import World, application, home_settings, served

PERSON = "C-EXPORT-1"
ASKED = ("--reason", "requested", "--yes")


@pytest.fixture
def world(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A server on each kind of store; the command line works on the same home."""
    settings = home_settings(tmp_path / "home", store_url)
    monkeypatch.setenv("MICROSCORE_HOME", str(settings.home))
    monkeypatch.setenv("MICROSCORE_STORE_URL", store_url)
    with served(settings) as made:
        yield made


def run(*arguments: str, stdin: str = "") -> Any:
    return CliRunner().invoke(build_app(), ["privacy", *arguments], input=stdin)


def told(*arguments: str, stdin: str = "") -> Any:
    done = run(*arguments, "--json", stdin=stdin)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def exported(world: World, person: str = PERSON, **options: Any) -> PersonExport:
    headers = world.auth("admin")
    reply = world.client.get(f"/applicants/{person}/export", headers=headers, **options)
    assert reply.status_code == 200
    return PersonExport.model_validate_json(reply.content)


def say_no(world: World) -> None:
    path, body = f"/applicants/{PERSON}/consents", {"wallet": {"scoring": False}}
    assert world.client.put(path, json=body, headers=world.auth()).status_code == 200


def state(world: World, person: str, sex: str) -> None:
    path, headers = f"/applicants/{person}/protected", world.auth()
    assert world.client.put(path, json={"sex": sex}, headers=headers).status_code == 204


def test_the_export_has_everything_and_is_itself_recorded(world: World) -> None:
    made = world.score(application(applicant_id=PERSON)).json()
    say_no(world)
    world.score(application(applicant_id="C-OTHER"))
    found = exported(world, params={"lang": "fr"})
    (decision,) = found.decisions
    assert decision.decision_id == made["decision_id"]
    assert decision.request is not None
    assert decision.record is not None
    assert decision.request["sources"] == application()["sources"]
    assert len(decision.record["reasons"]) == len(made["reasons"])
    assert (decision.branch, decision.officer) == ("B-07", "O-31")
    assert [(c.source, c.granted) for c in found.consents] == [("wallet", False)]
    assert [e.kind for e in found.events] == ["consent", "export"]
    assert found.protected is None
    assert found.titles.fields.keys() == small_contract().features.keys()
    assert found.titles.fields["amount"].title == small_contract().features["amount"].title.fr
    assert "C-OTHER" not in found.model_dump_json()
    assert len(exported(world).events) == 3


def test_nothing_is_known_of_a_stranger(world: World) -> None:
    found = exported(world, "C-STRANGER")
    assert (found.decisions, found.consents) == ([], [])
    assert [event.kind for event in found.events] == ["export"]


def test_the_command_writes_all_with_protected_attributes(world: World, tmp_path: Path) -> None:
    world.score(application(applicant_id=PERSON))
    state(world, PERSON, "F")
    to = tmp_path / "out.json"
    counts = told("export", "-", "--out", str(to), "--actor", "dpo", stdin=f"{PERSON}\n")
    held = {"decisions": 1, "consents": 0, "loans": 0, "events": 1, "protected": 1}
    assert counts == {"out": str(to)} | held
    assert to.stat().st_mode & 0o777 == 0o600
    found = PersonExport.model_validate_json(to.read_bytes())
    assert found.protected is not None
    assert found.protected["sex"].value == "F"
    assert found.events[0].details == {"actor": "dpo"}
    with open_protected(AuditSettings(home=world.settings.home)) as (kept, _):
        assert [(a.actor, a.purpose) for a in kept.accesses()] == [("dpo", "export for the person")]
    assert run("export", PERSON, "--out", str(to)).exit_code != 0, "it does not overwrite"
    schema = json.loads(run("schema").stdout)
    assert schema["properties"].keys() == json.loads(to.read_bytes()).keys()


def test_erasure_over_http(world: World) -> None:
    made = [world.score(application(applicant_id=PERSON)).json() for _ in range(2)]
    other = world.score(application(applicant_id="C-OTHER")).json()
    say_no(world)
    path, headers = f"/applicants/{PERSON}", world.auth("admin")
    refused = world.client.delete(path, headers=headers, params={"reason": "because PLANTED"})
    assert (refused.status_code, "PLANTED" in refused.text) == (422, False)
    for expected in (2, 0):
        reply = world.client.delete(path, headers=headers, params={"reason": "ordered"})
        assert reply.json()["decisions_erased"] == expected
        assert "microscore privacy erase" in reply.json()["protected_attributes"]
    for decision in made:
        gone = world.client.get(f"/scores/{decision['decision_id']}", headers=world.auth("risk"))
        assert (gone.status_code, gone.json()["type"]) == (410, "/problems/erased")
    kept = world.client.get(f"/scores/{other['decision_id']}", headers=world.auth("risk"))
    assert kept.status_code == 200
    found = exported(world)
    assert [(d.erased, d.request, d.record) for d in found.decisions] == [(True, None, None)] * 2
    assert [e.details.get("reason") for e in found.events if e.kind == "erasure"] == ["ordered"] * 2
    assert [c.granted for c in found.consents] == [False], "the proof stays, and so does the no"
    again = world.score(application(applicant_id=PERSON)).json()
    assert again["masked_sources"] == [{"source": "wallet", "status": "no_consent"}]
    with open_audit(world.settings) as audit:
        assert verify(audit.store, audit.vault, []).faults == []


def test_a_retry_cannot_bring_an_erased_decision_back(world: World) -> None:
    body, headers = application(applicant_id=PERSON), {"Idempotency-Key": "one"}
    assert world.score(body, headers=headers).status_code == 200
    world.client.delete(f"/applicants/{PERSON}", headers=world.auth("admin"))
    again = world.score(body, headers=headers)
    assert (again.status_code, again.json()["type"]) == (410, "/problems/erased")


def test_one_command_erases_both_stores_and_the_inbox(world: World) -> None:
    world.score(application(applicant_id=PERSON))
    state(world, PERSON, "F")
    state(world, "C-OTHER", "M")
    asked = ("erase", PERSON, "--reason", "requested")
    assert run(*asked).exit_code == 2, "nobody could be asked"
    assert told(*asked, "--yes") == {"decisions": 1, "protected": 1}
    assert told("erase", "-", "--reason", "requested", "--yes", stdin=PERSON) == {
        "decisions": 0,
        "protected": 0,
    }
    assert Inbox(world.settings.inbox_folder).files() == []
    with open_protected(AuditSettings(home=world.settings.home)) as (kept, _):
        left = kept.read_stated([PERSON, "C-OTHER"], None, "test", "test")
    assert [list(stated) for stated in left] == [[], ["sex"]]
    for wrong in ("", "a b", "x" * 65):
        done = run("erase", "-", "--reason", "requested", "--yes", stdin=wrong)
        assert (done.exit_code, "a b" in done.output) == (2, False)


def test_without_a_store_of_protected_attributes_none_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home_settings(tmp_path / "home")
    monkeypatch.setenv("MICROSCORE_HOME", str(settings.home))
    assert run("erase", PERSON, "--reason", "unlawful", "--yes").exit_code == 1
    assert not AuditSettings(home=settings.home).protected_folder.exists()


def test_a_mistyped_id_is_told_and_the_request_is_on_the_chain(
    world: World, tmp_path: Path
) -> None:
    state(world, PERSON, "F")
    to = tmp_path / "out.json"
    for command in (("export", "NOBODY", "--out", str(to)), ("erase", "NOBODY", *ASKED)):
        for _ in range(2):
            done = run_command("privacy", *command, "--json")
            assert done.code == 1
            assert done.json["error"]["message"].startswith("nothing is held on this id")
            assert "NOBODY" not in done.text + done.errors
    assert not to.exists()
    kinds = [event.kind for event in exported(world, "NOBODY").events]
    assert kinds == ["export", "export", "erasure", "erasure", "export"]
    assert told("erase", PERSON, *ASKED) == {"decisions": 0, "protected": 1}, "only protected"


def test_consents_alone_are_something_held(world: World) -> None:
    say_no(world)
    assert told("erase", PERSON, *ASKED) == {"decisions": 0, "protected": 0}


def test_what_was_erased_leaves_the_file_of_sqlite(tmp_path: Path) -> None:
    settings = home_settings(tmp_path / "home")
    file = settings.home / "microscore.db"
    with served(settings) as world:
        world.score(application(applicant_id=PERSON))
    with sqlite3.connect(file) as connection:
        sealed, row_key = connection.execute("SELECT sealed, row_key FROM decisions").fetchone()
    connection.close()
    assert sealed[:64] in file.read_bytes()
    with served(settings, champion=False) as world:
        world.client.delete(f"/applicants/{PERSON}", headers=world.auth("admin"))
    left = b"".join(path.read_bytes() for path in settings.home.glob("microscore.db*"))
    for part in (sealed[:64], sealed[-64:], row_key[-32:]):
        assert part not in left
