"""``microscore audit`` and ``microscore decisions`` as people use them, exit codes included."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api.settings import Settings
from api.wiring import open_home_store
from tests.story.conftest import Outcome, run_command
from tests.web.world import World, home_settings, served


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(home_settings(tmp_path_factory.mktemp("audited"))) as world:
        yield world


@pytest.fixture
def at_home(scored: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROSCORE_HOME", str(scored.settings.home))


def decided(scored: World) -> str:
    return str(scored.score().json()["decision_id"])


@pytest.mark.usefixtures("at_home")
def test_an_intact_chain_its_head_and_its_keys(scored: World) -> None:
    ids = [decided(scored) for _ in range(3)]
    head = run_command("audit", "head", "--json")
    assert head.code == 0
    assert 1 <= head.json["position"] <= 4, "a promotion stands first, and a server signs it"
    verdict = run_command("audit", "verify", "--json")
    assert (verdict.code, verdict.json["intact"], verdict.json["heads"]) == (0, True, 1)
    rotated = run_command("audit", "rotate-keys", "--remove-old", "--json")
    assert rotated.code == 0, rotated.errors
    assert (rotated.json["key_id"], rotated.json["rewrapped"]) == ("2", 3)
    assert (rotated.json["removed"], rotated.json["still_needed"]) == (["1"], [])
    read = scored.client.get(f"/scores/{ids[0]}", headers=scored.auth("risk"))
    assert read.status_code == 200, "the server found the new key by itself"
    assert decided(scored)
    shown = run_command("audit", "verify")
    assert (shown.code, "intact: 8 rows, 4 decisions, 1 signed heads" in shown.text) == (0, True)


@pytest.mark.usefixtures("at_home")
def test_a_replay_says_same(scored: World) -> None:
    decision_id = decided(scored)
    replayed = run_command("decisions", "replay", decision_id)
    assert (replayed.code, replayed.text.startswith(f"SAME: {decision_id}")) == (0, True)
    assert run_command("decisions", "replay", decision_id, "--json").json["differences"] == []
    unknown = run_command("decisions", "replay", "nothing", "--json")
    assert (unknown.code, unknown.json["error"]["kind"]) == (1, "RegistryError")


@pytest.mark.usefixtures("at_home")
def test_what_was_changed_is_named(scored: World) -> None:
    decision_id = decided(scored)
    with open_home_store(scored.settings) as store, store.write() as connection:
        connection.execute(text("DROP TRIGGER decisions_no_update"))
        change = text("UPDATE decisions SET pd = 0.001, points = 900 WHERE decision_id = :id")
        connection.execute(change, {"id": decision_id})
    found = run_command("audit", "verify", "--json")
    assert (found.code, found.json["intact"]) == (1, False)
    assert [(f["ref"], f["what"]) for f in found.json["faults"]] == [(decision_id, "changed")]
    shown = run_command("audit", "verify")
    assert (shown.code, "BROKEN" in shown.text, decision_id in shown.text) == (1, True, True)
    replayed = run_command("decisions", "replay", decision_id, "--json")
    assert replayed.code == 1
    assert {d["field"] for d in replayed.json["differences"]} == {"pd", "points"}


def test_a_head_of_nothing_and_of_a_forger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROSCORE_HOME", str(tmp_path))
    empty: Outcome = run_command("audit", "head", "--json")
    assert (empty.code, empty.json["error"]["kind"]) == (1, "StoreError")
    folder = Settings(home=tmp_path).heads_folder
    folder.mkdir(parents=True)
    (folder / "2026-03-01.json").write_text("{}")
    found = run_command("audit", "verify", "--json")
    assert (found.code, found.json["faults"]) == (1, [])
    assert found.json["unsigned_heads"] == [str(folder / "2026-03-01.json")]
