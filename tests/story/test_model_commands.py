"""Suspending, resuming and looking back at the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bundles import small_bundle
from tests.story.conftest import run_command
from tests.web.world import home_settings, promote


@pytest.fixture(scope="module")
def champion(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A home with two versions, the second of them champion; the first was it before."""
    home: Path = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICROSCORE_HOME", str(home))
        promote(home_settings(home), small_bundle(0))
        yield promote(home_settings(home), small_bundle(1))


def test_a_suspension_is_seen_wherever_one_looks(champion: str) -> None:
    done = run_command("models", "suspend", "--reason", "strange scores", "--actor", "Ana")
    assert (done.code, done.text.strip()) == (0, f"{champion} is suspended")
    again = run_command("models", "suspend", "--reason", "again", "--json")
    assert (again.code, "suspended already" in again.json["error"]["message"]) == (1, True)
    listed = run_command("models", "list", "--json").json
    assert listed["suspended"]["reason"] == "strange scores"
    assert "SUSPENDED by Ana: strange scores" in run_command("models", "list").text
    shown = run_command("models", "show", champion, "--json").json
    assert [event["action"] for event in shown["history"]] == ["promote", "suspend"]
    back = run_command("models", "resume", "--reason", "all is well", "--json")
    assert back.json == {"version": champion, "suspended": False}
    assert run_command("models", "list", "--json").json["suspended"] is None


def test_a_rollback_takes_one_command_and_a_reason(champion: str) -> None:
    assert run_command("models", "rollback").code == 2
    assert run_command("models", "rollback", "--reason", " ").code == 2
    done = run_command("models", "rollback", "--reason", "worse than before", "--json")
    assert done.json["version"] != champion
    events = run_command("models", "history", "--json").json["events"]
    assert (events[-1]["action"], events[-1]["reason"]) == ("rollback", "worse than before")
    assert "worse than before" in run_command("models", "history").text
