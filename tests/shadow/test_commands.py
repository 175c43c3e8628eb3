"""``microscore shadow`` at the command line: start, run, replay, report, stop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.audits import AuditSettings
from api.log import Log
from api.schedule import KINDS
from api.wiring import open_home_store
from api.worker import Worker
from data.store.jobs import all_jobs
from data.store.shadow_reports import latest_report
from tests.fairness.stored import FIRST
from tests.shadow.homes import decide_on, registered, shop_in, without_processes
from tests.story.conftest import Outcome, run_command

N = 60


def done(*command: str) -> Outcome:
    told = run_command("shadow", *command, "--json")
    assert told.code == 0, told.errors
    return told


def test_a_challenger_from_start_to_report(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_processes(monkeypatch)
    with shop_in(home) as shop:
        champion, one, two = registered(shop, 0, 1, 2)
        decide_on(shop, champion, 0, 20)
        started = done("start", "--model", one, "--share", "0.5", "--margin-auc", "0.03").json
        assert started["challenger"] == one
        assert started["margins"] == {"auc": 0.03, "brier": 0.002}
        decide_on(shop, champion, 20, N)
    assert done("run", "--once").json["challengers"][one]["decisions"] == N - 20
    replayed = done("replay", "--model", two, "--since", f"{FIRST:%Y-%m-%d}").json
    assert replayed == {"decisions": N, "paired": N, "errors": 0}
    days = f"{FIRST:%Y-%m-%d}..{FIRST:%Y-%m-%d}"
    told = done("report", "--challenger", two, "--decisions", days).json
    assert (told["champion"], told["challenger"], told["decisions"]) == (champion, two, N)
    folder = Path(told["folder"])
    assert json.loads((folder / "report.json").read_text())["state"] == told["state"]
    assert "<html" in (folder / "report.html").read_text("utf-8")
    with open_home_store() as store:
        entry = latest_report(store, champion, two)
    assert entry is not None
    assert entry.report_id == told["report"]
    (listed,) = done("reports").json["reports"]
    assert (listed["report"], listed["state"]) == (told["report"], told["state"])
    done("stop", "--model", one)
    (ended,) = done("list").json["shadows"]
    assert ended["stopped_at"] is not None
    shown = run_command("shadow", "report", "--challenger", two)
    assert "KEEP WATCHING" in shown.text
    assert "biased" in shown.text


def test_the_worker_follows_and_reports(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_processes(monkeypatch)
    with shop_in(home) as shop:
        champion, one = registered(shop, 0, 1)
        done("start", "--model", one)
        decide_on(shop, champion, 0, N)
        for name in ("shadow", "shadow-report"):
            kinds = tuple(kind for kind in KINDS if kind.name == name)
            Worker(shop.store, AuditSettings(home=home), Log(), kinds).once()
        found = {job.kind: job for job in all_jobs(shop.store)}
    assert found["shadow"].state == "done", found["shadow"].error
    assert found["shadow"].result is not None
    assert found["shadow"].result["challengers"][one]["paired"] == N
    assert found["shadow-report"].result is not None
    (told,) = found["shadow-report"].result["reports"]
    assert told["state"] == "KEEP WATCHING"
    assert Path(told["folder"], "report.html").exists()


@pytest.mark.parametrize(
    ("command", "told", "code"),
    [
        (("start", "--model", "nobody"), "no version is called", 1),
        (("report", "--challenger", "nobody"), "no version is champion", 1),
        (("stop", "--model", "nobody"), "no version is called", 1),
        (("run", "--json"), "--once", 2),
        (("replay", "--model", "x", "--since", "yesterday"), "yesterday", 2),
    ],
)
def test_what_cannot_be_asked_says_why(
    home: Path, command: tuple[str, ...], told: str, code: int
) -> None:
    outcome = run_command("shadow", *command)
    assert outcome.code == code
    assert told in " ".join(outcome.errors.split())


def test_the_schema_is_printed() -> None:
    assert run_command("shadow", "report-schema").json["title"] == "ShadowRecord"
