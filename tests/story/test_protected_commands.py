"""``microscore fairness protect-...`` as an auditor meets it."""

import json
from pathlib import Path

import pytest

from api.audits import AuditSettings, open_protected
from data.contract_loading import load_contract
from tests.story.conftest import run_command

ROWS = "applicant_id,sex,birth_year\nC1,female,1990\nC2,male,1980\n"
BAD = "C3,womanly4711,1990\nC1,male,1990\n"


@pytest.fixture
def persons(tmp_path: Path) -> Path:
    path = tmp_path / "persons.csv"
    path.write_text(ROWS, "utf-8")
    return path


def sexes(home: Path, *people: str) -> list[str]:
    contract = load_contract("microloan")
    narrowed = contract.model_copy(update={"protected": {"sex": contract.protected["sex"]}})
    with open_protected(AuditSettings(home=home, protected_url=None)) as (store, _):
        found = store.read_groups(narrowed, people, None, purpose="test", actor="ana")
    return [str(name) for name in found["sex"]]


def test_a_file_of_protected_attributes_alone_is_taken(persons: Path, home: Path) -> None:
    command = ["fairness", "protect-import", "microloan", "--data", str(persons)]
    outcome = run_command(*command, "--json")
    assert outcome.code == 0
    assert (outcome.json["ok"], outcome.json["people"]) == (True, 2)
    assert sexes(home, "C1", "C2", "C9") == ["female", "male", "not stated"]
    again = run_command(*command)
    assert again.code == 0
    assert "2 people in the store" in again.text


def test_bad_rows_are_told_without_their_values(persons: Path, home: Path) -> None:
    persons.write_text(ROWS + BAD, "utf-8")
    command = ["fairness", "protect-import", "microloan", "--data", str(persons)]
    outcome = run_command(*command, "--json")
    assert outcome.code == 2
    errors = [f for f in outcome.json["findings"] if f["severity"] == "error"]
    assert {(f["row"], f["rule"]) for f in errors} >= {(4, "category")}
    assert "4711" not in json.dumps(outcome.json) + run_command(*command).text
    assert sexes(home, "C2") == ["male"]
    outside = [p for p in home.rglob("*") if p.is_file() and b"female" in p.read_bytes()]
    assert outside == []


def test_a_whole_portfolio_needs_only_its_protected_table(tmp_path: Path, home: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "protected.csv").write_text(ROWS, "utf-8")
    folder = str(tmp_path / "files")
    outcome = run_command("fairness", "protect-import", "microloan", "--data", folder, "--json")
    assert (outcome.code, outcome.json["people"]) == (0, 2)
    assert run_command("fairness", "protect-import", "microloan", "--data", str(home)).code == 2


def test_the_inbox_gets_its_key_and_the_log_and_erasure_work(persons: Path, home: Path) -> None:
    first = run_command("fairness", "protect-inbox", "--json")
    assert (first.code, first.json) == (0, {"taken": 0, "unreadable": 0})
    assert (home / "protected_inbox" / "public.pem").exists()
    (home / "protected_inbox" / "noise.sealed").write_bytes(b"noise")
    assert run_command("fairness", "protect-inbox").code == 2
    command = ["fairness", "protect-import", "microloan", "--data", str(persons), "--json"]
    run_command(*command)
    erased = run_command("fairness", "protect-erase", "C1", "--actor", "ben", "--json")
    assert erased.json == {"erased": 2}
    assert sexes(home, "C1") == ["not stated"]
    log = run_command("fairness", "protect-log", "--json").json["accesses"]
    told = [(a["actor"], a["purpose"], a["people"]) for a in log]
    assert told == [("ben", "erasure", 1), ("ana", "test", 1)]
    assert "erasure" in run_command("fairness", "protect-log").text


def test_a_sqlite_store_has_no_grants(home: Path) -> None:
    roles = ["--scoring-role", "scoring", "--audit-role", "audit"]
    outcome = run_command("fairness", "protect-grants", *roles)
    assert outcome.code == 1
    assert "only PostgreSQL" in outcome.errors


@pytest.mark.postgres
def test_grants_on_postgresql(
    home: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICROSCORE_PROTECTED_URL", postgres_url)
    roles = ["--scoring-role", "pg_monitor", "--audit-role", "pg_signal_backend", "--json"]
    outcome = run_command("fairness", "protect-grants", *roles)
    assert outcome.code == 0
    assert outcome.json == {"shut_out": "pg_monitor", "let_in": "pg_signal_backend"}
    assert not (home / "protected" / "protected.db").exists()
