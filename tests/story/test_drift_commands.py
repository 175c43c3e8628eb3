"""Drift at the command line and in the worker: from stored decisions to an alert."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from re import findall

import jsonschema_rs
import pytest
from rich.console import Console

from api.cli import drift_told
from api.reports.drift_words import DRIFT_WORDS
from api.wiring import open_ledger
from data.contract import LANGUAGES, Language
from drift.record import json_schema
from tests.bundles import small_columns
from tests.drift.stored import champion, decisions, later, settings_of
from tests.story.conftest import run_command

DAY = timedelta(days=1)
TODAY = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
AT = TODAY - 8 * DAY
CLEAN = f"{TODAY - 22 * DAY:%Y-%m-%d}..{TODAY - 15 * DAY:%Y-%m-%d}"


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A home whose champion decided on usual people, and last week on riskier ones."""
    home = tmp_path_factory.mktemp("drift")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICROSCORE_HOME", str(home))
        patch.setenv("MICROSCORE_DRIFT_DAYS", "8")
        settings = settings_of(home)
        model = champion(settings)
        with open_ledger(settings) as (store, ledger), store.write() as connection:
            ledger.append(connection, decisions(400, 1, model=model, at=AT - 14 * DAY))
            ledger.append(connection, decisions(400, 2, model=model, at=AT, change=later))
        yield model.version


def portfolio(path: Path, n: int, *, factor: float = 1.0) -> Path:
    """A file of ``n`` applications as the small contract describes them."""
    columns = small_columns(n, 50)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["loan_id", "client_id", "branch", "officer", *columns])
        for i in range(n):
            row = {name: v[i] for name, v in columns.items()}
            row["amount"] = min(row["amount"] * factor, 1e6)
            writer.writerow(
                [f"L{i}", f"C{i}", "B1", "O1", *("" if v is None else v for v in row.values())]
            )
    return path


def test_a_window_of_decisions_is_checked_and_kept(version: str) -> None:
    done = run_command("drift", "check", "--window", CLEAN, "--json")
    assert done.code == 0, done.errors
    made = done.json
    assert (made["model"], made["level"], made["findings"]) == (version, "ok", [])
    content = Path(made["folder"], "drift.json").read_text("utf-8")
    jsonschema_rs.validator_for(json_schema()).validate(json.loads(content))
    assert run_command("drift", "schema").json == json_schema()
    listed = run_command("drift", "history", "--model", "champion", "--json").json["checks"]
    assert [c["check"] for c in listed] == [made["check"]]
    assert {e["measure"] for e in listed[0]["estimates"]} >= {"auc", "bad_rate", "brier"}
    assert {e["realised"] for e in listed[0]["estimates"]} == {None}
    shown = run_command("drift", "show", made["check"][:10], "--json").json
    assert shown["report"] == made["report"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "cannot see concept drift"),
        ("fr", "dérive conceptuelle"),
        ("sw", "mabadiliko ya uhusiano"),
    ],
)
def test_people_are_told_in_their_language_what_cannot_be_seen(
    version: str, language: str, words: str
) -> None:
    done = run_command("drift", "check", "--window", CLEAN, "--language", language)
    assert done.code == 0, done.errors
    assert words in " ".join(done.text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_check_is_told_in_the_words_of_its_page(
    version: str, language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift_told, "out", Console(width=200))
    other = str(portfolio(tmp_path / "other.csv", 300, factor=3.0))
    compared = ("drift", "compare", "--file", other)
    made = run_command(*compared, "--json").json
    assert made["findings"], "larger amounts are found"
    text = run_command(*compared, "--language", language).text
    clean = run_command("drift", "check", "--window", CLEAN, "--language", language).text
    words = DRIFT_WORDS[language]
    heads = ("layers", "findings", "severity", "harm", "measure", "worse", "tolerance")
    for key in (made["level"], "found", "not_checked", *heads, "bad_rate", "applications"):
        assert words[key] in text, key
    for key in ("ok", "no_season", "populations", "accepted"):
        assert words[key] in clean, key
    english = {DRIFT_WORDS["en"][key] for key in heads if DRIFT_WORDS["en"][key] != words[key]}
    codes = {"not_checked", "deployed", made["level"], *english}
    assert not codes & set(findall(r"\w+", text.replace(version, "")))


def test_the_worker_checks_once_and_raises_an_alert(version: str) -> None:
    done = run_command("worker", "--once", "--json")
    (job,) = (job for job in done.json["jobs"] if job["kind"] == "drift")
    assert job["error"] is None
    result = job["result"]
    assert (result["model"], result["level"]) == (version, "page")
    page = Path(result["folder"], "report.html").read_text("utf-8")
    assert "late_days" in page
    assert run_command("worker", "--once", "--json").json == {"jobs": []}
    episodes = run_command("drift", "episodes", "--open", "--json").json["episodes"]
    assert {e["subject"] for e in episodes} >= {"feature:late_days", "decision:score"}
    told = run_command("drift", "alerts", "--json").json["alerts"]
    assert sorted(a["level"] for a in told) == ["page", "ticket"]
    for command in ("episodes", "alerts", "history"):
        assert version[:8] in run_command("drift", command).text
    events = [json.loads(line) for line in done.errors.splitlines() if line.startswith("{")]
    assert sum(e["event"] == "drift.alert" for e in events) == 2
    assert "C2-" not in done.text + done.errors, "nobody's name"


def test_a_report_is_written_beside_evidentlys(version: str) -> None:
    done = run_command("drift", "report", "--window", CLEAN, "--json")
    assert done.code == 0, done.errors
    assert {Path(f).name for f in done.json["files"]} >= {"drift.json"}
    assert Path(done.json["folder"]).parent.name == version


def test_a_file_is_checked_like_a_window(version: str, tmp_path: Path) -> None:
    usual = run_command("drift", "check", "--file", str(portfolio(tmp_path / "l.csv", 300)),
                        "--json")  # fmt: skip
    assert usual.code == 0, usual.errors
    assert (usual.json["source"], usual.json["level"]) == ("file", "ok")
    listed = run_command("drift", "history", "--json").json["checks"]
    assert "file" in {c["source"] for c in listed}


def test_a_new_product_is_compared_before_it_goes_live(version: str, tmp_path: Path) -> None:
    file = portfolio(tmp_path / "loans.csv", 300, factor=80)
    done = run_command("drift", "compare", "--file", str(file), "--json")
    assert done.code == 0, done.errors
    support = next(m for m in done.json["harm"]["measures"] if m["measure"] == "outside_support")
    assert support["low"] > 0.15
    assert support["passed"]
    assert done.json["report"]["at_fault"][0] == "amount"
    assert "Amount" not in done.text
    assert done.json["check"] is None


@pytest.mark.parametrize(
    ("options", "told", "code"),
    [
        (("check",), "--window FROM..TO", 2),
        (("check", "--window", "2020-01-01"), "--window: must be like", 2),
        (("check", "--window", "2020-01-01..2020-01-31"), "no decision from 2020-01-01", 1),
        (("check", "--window", CLEAN, "--model", "nobody"), "no version is called", 1),
        (("check", "--file", __file__, "--scheduled"), "--scheduled: only", 2),
        (("show", "ffffffffff"), "see microscore drift history", 1),
        (("report", "--window", "2020-02-01..2020-01-01"), "must not be after", 2),
    ],
)
def test_what_cannot_be_asked_says_why(
    version: str, options: tuple[str, ...], told: str, code: int
) -> None:
    done = run_command("drift", *options)
    assert done.code == code
    assert told in " ".join(done.errors.replace("│", " ").split())


def test_a_wrong_setting_is_named(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROSCORE_DRIFT_WEBHOOK_URL", "http://PLANTED")
    done = run_command("drift", "check", "--window", CLEAN)
    assert done.code == 1
    assert "MICROSCORE_DRIFT_WEBHOOK_URL: must begin with https://" in done.errors
    assert "PLANTED" not in done.errors
