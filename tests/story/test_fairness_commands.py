"""``microscore fairness audit`` on the portfolio that the model was trained from."""

import json
from pathlib import Path
from typing import Any

from fairness.records import AuditRecord
from tests.story.conftest import Outcome, Story


def one(done: Outcome) -> dict[str, Any]:
    """The only audit of a command."""
    (made,) = done.json["audits"]
    assert isinstance(made, dict)
    return made


def test_an_audit_is_written_as_json_and_as_a_report(story: Story) -> None:
    version = story.trained["version"]
    options = ("--model", version, "--data", str(story.portfolio), "--profile", "uemoa")
    done = story.run("fairness", "audit", *options, "--by", "sex", "--json")
    assert done.code == 0, done.errors
    (made,) = done.json["audits"]
    folder = Path(made["folder"])
    assert folder.is_relative_to(story.home / "audits" / version)
    audit = AuditRecord.model_validate_json((folder / "audit.json").read_text("utf-8"))
    assert audit.inputs.version == version
    assert audit.inputs.profile == "uemoa"
    assert audit.population.part == "test"
    assert {i.attribute for i in audit.impact} == {f.attribute for f in audit.flips} == {"sex"}
    assert {f.scores_changed for f in audit.flips} == {0}
    assert (folder / "report.html").read_text("utf-8").startswith("<!doctype html>")


def test_verdicts_are_printed_first(story: Story, tmp_path: Path) -> None:
    version, data = story.trained["version"], str(story.portfolio)
    options = ("--model", version, "--data", data, "--profile", "us", "--out", str(tmp_path))
    done = story.run("fairness", "audit", *options, "--by", "residence", "--no-flips")
    assert done.code == 0, done.errors
    verdict = json.loads((tmp_path / "audit.json").read_text("utf-8"))["verdict"]
    assert done.text.startswith(verdict)


def test_the_store_gives_the_same_groups_and_logs_the_access(story: Story, tmp_path: Path) -> None:
    data = ("--data", str(story.portfolio))
    assert story.run("fairness", "protect-import", "microloan", *data, "--json").code == 0
    options = ("--model", story.trained["version"], *data, "--profile", "kenya", "--by", "sex")
    there = (*options, "--no-flips", "--out", str(tmp_path), "--json")
    from_files = story.run("fairness", "audit", *there)
    from_store = story.run("fairness", "audit", *there, "--stored", "--actor", "ana")
    assert from_store.code == 0, from_store.errors
    assert one(from_store)["impact"] == one(from_files)["impact"]
    (access,) = story.run("fairness", "protect-log", "--json").json["accesses"][-1:]
    assert (access["actor"], access["purpose"]) == ("ana", "fairness audit")
    assert access["people"] <= one(from_store)["population"]["applications"]


def test_an_unknown_attribute_is_a_wrong_input(story: Story) -> None:
    options = ("--model", story.trained["version"], "--data", str(story.portfolio))
    done = story.run("fairness", "audit", *options, "--profile", "eu", "--by", "height")
    assert done.code == 2
    assert "language_group" in done.errors
    done = story.run("fairness", "audit", *options, "--profile", "atlantis")
    assert done.code == 2
    assert "kenya" in done.errors


def test_the_schema_is_printed(story: Story) -> None:
    properties = story.run("fairness", "audit-schema").json["properties"]
    assert {"impact", "decisions", "comparison"} <= set(properties)
