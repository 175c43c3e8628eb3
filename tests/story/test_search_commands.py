"""``microscore fairness search`` on the portfolio that the model was trained from."""

import json
from pathlib import Path

import pytest

from api.cli.search import register_found
from api.settings import Settings
from api.wiring import open_registry
from fairness.search_schema import Search, Trial
from tests.fairness.searching import VERSION, searched
from tests.story.conftest import Story

TRIALS = 3


def options(story: Story, *more: str) -> tuple[str, ...]:
    data = ("--data", str(story.portfolio))
    return ("--model", story.trained["version"], *data, "--trials", str(TRIALS), *more)


@pytest.fixture(scope="module")
def made(story: Story) -> Search:
    done = story.run("fairness", "search", *options(story, "--attribute", "sex"), "--json")
    assert done.code == 0, done.errors
    folder = Path(done.json["folder"])
    assert folder.parent == story.home / "searches" / story.trained["version"]
    assert done.json["registered"] is None
    search = Search.model_validate_json((folder / "search.json").read_text("utf-8"))
    assert done.json["verdict"] == search.verdict.value
    return search


def test_a_search_keeps_every_candidate_and_a_report(story: Story, made: Search) -> None:
    folder = story.home / "searches" / story.trained["version"] / f"{made.inputs.on}-1"
    lines = (folder / "candidates.jsonl").read_text("utf-8").splitlines()
    assert [Trial.model_validate_json(line) for line in lines] == list(made.candidates)
    assert len(lines) == TRIALS + 1
    assert (folder / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert made.inputs.attributes == ("sex",)
    assert made.inputs.data == made.inputs.data | story_data(story)


def story_data(story: Story) -> dict[str, str]:
    shown = story.run("models", "show", story.trained["version"], "--json").json
    return dict(shown["lineage"]["data"])


def test_the_same_search_says_the_same(story: Story, made: Search, tmp_path: Path) -> None:
    there = ("--attribute", "sex", "--out", str(tmp_path))
    done = story.run("fairness", "search", *options(story, *there))
    assert done.code == 0, done.errors
    assert done.text.startswith(made.verdict.value)
    again = json.loads((tmp_path / "search.json").read_text("utf-8"))
    again["parts"]["earlier_looks"] = made.parts.earlier_looks
    assert Search.model_validate(again) == made


def test_only_a_found_model_is_registered(story: Story, tmp_path: Path) -> None:
    there = ("--attribute", "sex", "--seconds", "0", "--register", "--out", str(tmp_path))
    done = story.run("fairness", "search", *options(story, *there), "--json")
    assert done.code == 0, done.errors
    assert (done.json["verdict"], done.json["registered"]) == ("NOT_FOUND", None)
    assert done.json["budget"]["ended"] == "time"


def test_a_found_model_becomes_challenger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROSCORE_HOME", str(tmp_path))
    version = register_found(searched(), VERSION)
    with open_registry(Settings()) as registry:
        assert registry.aliases() == {"challenger": version}
        _, bundle = registry.open("challenger")
        (entry,) = registry.versions()
    assert VERSION in entry.note
    assert bundle.lineage["search"]["parent"] == VERSION
    assert bundle.metrics["test"]["auc"]["value"] > 0.5


def test_other_files_than_the_models_own_are_refused(story: Story, tmp_path: Path) -> None:
    other = tmp_path / "other"
    made = ("--applications", "600", "--seed", "9", "--out", str(other))
    assert story.run("data", "generate", *made, "--json").code == 0
    version = story.trained["version"]
    done = story.run("fairness", "search", "--model", version, "--data", str(other))
    assert done.code == 2
    assert "trained from" in done.errors


def test_wrong_input_is_told(story: Story) -> None:
    done = story.run("fairness", "search", *options(story, "--attribute", "height"))
    assert done.code == 2
    assert "language_group" in done.errors
    done = story.run("fairness", "search", *options(story, "--profile", "atlantis"))
    assert done.code == 2


def test_the_schema_is_printed(story: Story) -> None:
    assert "candidates" in story.run("fairness", "search-schema").json["properties"]
