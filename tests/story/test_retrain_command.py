"""``microscore retrain`` from labelled files: data, model, audit beside the champion, shadow."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.audits import AuditSettings, open_protected
from api.wiring import open_registry
from data.statements import Stated, Statement
from tests.fairness.stored import is_woman
from tests.retraining.learning import learned
from tests.shadow.homes import decide_on, registered, shop_in, without_processes
from tests.story.conftest import run_command

DECIDED = 400
NOW = datetime.now(UTC)


def labelled(path: Path, n: int) -> Path:
    """The first ``n`` loans of ``learned`` as the small contract's file."""
    found = learned()
    inputs = found.applications.inputs
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["loan_id", "client_id", "branch", "officer", *inputs, "outcome"])
        for i in range(n):
            row = ["" if v is None or v != v else v for v in inputs.iloc[i]]  # noqa: PLR0124
            outcome = "bad" if found.y[i] else "paid"
            writer.writerow([f"L{i}", f"P{i}", "north", "", *row, outcome])
    return path


@pytest.fixture
def champion(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A champion that decided on people whose sex is known."""
    without_processes(monkeypatch)
    monkeypatch.setenv("MICROSCORE_AUDIT_PROFILES", "eu")
    with shop_in(home) as shop:
        version, _ = registered(shop, 0, 1)
        decide_on(shop, version, 0, DECIDED, NOW - timedelta(days=7))
    with open_protected(AuditSettings(home=home, protected_url=None)) as (protected, _):
        protected.keep(
            Statement(
                applicant_id=f"C{i}",
                stated={"sex": Stated(value="F" if is_woman(i) else "M", measure="category")},
                source="imported",
                actor="test",
                at=NOW,
            )
            for i in range(DECIDED)
        )
    return version


def steps_of(told: dict[str, Any]) -> dict[str, Any]:
    assert {s["state"] for s in told["steps"]} == {"done"}
    return {s["step"]: s["result"] for s in told["steps"]}


def test_it_ends_as_an_audited_challenger_in_shadow(home: Path, champion: str) -> None:
    file = labelled(home / "loans.csv", 4000)
    done = run_command("retrain", "--data", str(file), "--reason", "new loans", "--json")
    assert done.code == 0, done.errors
    steps = steps_of(done.json)
    counts = steps["retrain-data"]["counts"]
    assert (counts["applications"], counts["decided_here"]) == (4000 + DECIDED, DECIDED)
    assert (counts["labelled"], counts["labelled_here"]) == (4000, 0)
    version = steps["retrain-train"]["version"]
    (audit,) = steps["retrain-audit"]["audits"]
    assert audit["profile"] == "eu"
    assert steps["retrain-shadow"] == {"version": version, "shadow": "runs"}
    with open_registry(AuditSettings(home=home)) as registry:
        assert registry.aliases() == {"champion": champion, "challenger": version}
    (folder,) = (home / "audits" / version).iterdir()
    kept = json.loads((folder / "audit.json").read_text("utf-8"))
    assert kept["inputs"]["version"] == version
    assert kept["comparison"]["champion"] == champion
    assert {row["group"] for row in kept["recourse"]} == {"F"}


def test_nothing_is_begun_when_nothing_calls_for_it(home: Path, champion: str) -> None:
    done = run_command("retrain", "--if-due", "--json")
    assert (done.code, done.json["run"], done.json["steps"]) == (0, None, [])
    assert "nothing calls for" in done.json["why"]
    with open_registry(AuditSettings(home=home)) as registry:
        assert registry.aliases() == {"champion": champion}


def test_too_few_loans_end_the_run_and_say_why(home: Path, champion: str) -> None:
    done = run_command("retrain", "--data", str(labelled(home / "few.csv", 60)), "--json")
    assert done.code == 1
    (step,) = done.json["steps"]
    assert (step["step"], step["state"]) == ("retrain-data", "failed")
    assert "not ready for training" in step["error"]
    with open_registry(AuditSettings(home=home)) as registry:
        assert [v.version for v in registry.versions()].count(champion) == 1
