"""Commands as a user meets them: wrong input, help, keys, files."""

import json
from pathlib import Path

import pytest

from data.contract_loading import shipped_contracts
from tests.bundles import small_contract
from tests.story.conftest import Story, run_command

HEADER = (
    "loan_id,client_id,branch,officer,amount,income,"
    "late_days,wallet_inflow,trade,has_group,outcome,sex"
)
GOOD = "L{i},C{i},B1,O1,{i}000,90000,0,,farming,true,paid,F"


@pytest.fixture
def contract(tmp_path: Path) -> str:
    """A contract of the institution's own, by path."""
    path = tmp_path / "mine.yaml"
    path.write_text(small_contract().model_dump_json(), "utf-8")
    return str(path)


def table(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "loans.csv"
    lines = [HEADER, *(GOOD.format(i=i) for i in range(1, 4)), *rows]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_clean_file_has_no_mistakes(tmp_path: Path, contract: str, home: Path) -> None:
    outcome = run_command("data", "check", contract, str(table(tmp_path)), "--json")
    assert outcome.code == 0
    assert outcome.json["ok"] is True
    assert not list(home.rglob("report.csv"))


@pytest.mark.parametrize(
    ("row", "field", "rule"),
    [
        ("L9,C9,B1,O1,plenty,90000,0,,farming,true,paid,F", "amount", "type"),
        ("L9,C9,B1,O1,99,90000,0,,farming,true,paid,F", "amount", "range"),
        ("L9,C9,B1,O1,5000,90000,0,,mining,true,paid,F", "trade", "category"),
        (",C9,B1,O1,5000,90000,0,,farming,true,paid,F", "loan_id", "required"),
        ("L9,C9,B1,O1,5000", None, None),
    ],
)
def test_a_bad_row_is_named_kept_apart_and_exits_with_two(
    tmp_path: Path, contract: str, home: Path, row: str, field: str | None, rule: str | None
) -> None:
    outcome = run_command("data", "check", contract, str(table(tmp_path, row)), "--json")
    assert outcome.code == 2
    report = Path(outcome.json["report"]["report"])
    assert report.is_relative_to(home)
    lines = report.read_text("utf-8").splitlines()
    assert any(line.startswith("loans.csv,5,") for line in lines[1:])
    if field is not None:
        assert any(f",{field}," in line and f",{rule}," in line for line in lines[1:])
    assert "plenty" not in "\n".join(lines)
    kept_apart = Path(outcome.json["report"]["loans.bad"]).read_text("utf-8")
    assert row in kept_apart


def test_a_bad_contract_names_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("contract: mine\nversion: 1\n", "utf-8")
    outcome = run_command("contract", "check", str(path), "--json")
    assert outcome.code == 2
    problems = outcome.json["problems"]
    assert {"line", "field", "message"} == set(problems[0])
    assert any(p["field"] == "version" and p["line"] == 2 for p in problems)


@pytest.mark.parametrize("name", shipped_contracts())
def test_every_shipped_contract_can_be_shown_and_checked(name: str) -> None:
    assert run_command("contract", "check", name, "--json").json["ok"] is True
    shown = run_command("contract", "show", name)
    assert shown.code == 0
    assert len(shown.text.splitlines()) > 20
    assert run_command("contract", "show", name, "--json").json["contract"]["contract"] == name


def test_the_schema_is_json(tmp_path: Path) -> None:
    target = tmp_path / "schema.json"
    assert run_command("contract", "schema", "--save", str(target), "--json").code == 0
    assert json.loads(target.read_text("utf-8"))["type"] == "object"


def test_keys_are_shown_once_listed_without_secret_and_revoked_once(story: Story) -> None:
    made = story.run("keys", "create", "--role", "risk", "--name", "desk", "--json").json
    listed = story.run("keys", "list", "--json")
    assert made["key_id"] in listed.text
    assert made["key"] not in listed.text
    assert story.run("keys", "revoke", made["key_id"], "--json").json == {"revoked": made["key_id"]}
    again = story.run("keys", "revoke", made["key_id"])
    assert again.code == 1
    assert "see microscore keys list" in again.errors


def test_an_unknown_role_is_refused(story: Story) -> None:
    outcome = story.run("keys", "create", "--role", "boss", "--json")
    assert outcome.code == 1
    assert "officer" in outcome.errors
    assert set(outcome.json) == {"error"}


def test_too_few_loans_stop_training_with_a_reason(
    tmp_path: Path, contract: str, home: Path
) -> None:
    outcome = run_command("train", contract, "--data", str(table(tmp_path)), "--json")
    assert outcome.code == 1, outcome.errors
    assert set(outcome.json) == {"error"}
    assert outcome.json["error"]["kind"] == "NotReadyError"


def test_rollback_goes_back_to_the_version_before(story: Story) -> None:
    first = story.trained["version"]
    other = story.run(
        "train", "microloan", "--data", str(story.portfolio), "--seed", "3", "--json"
    ).json["version"]
    as_challenger = ("--alias", "challenger", "--json")
    for version in (first, other):
        promoted = story.run("models", "promote", version, *as_challenger)
        assert promoted.json["version"] == version
        assert promoted.json["gates"] == []
    back = story.run("models", "rollback", "--reason", "test", *as_challenger)
    assert back.json["version"] == first


def test_no_model_becomes_champion_without_an_audit(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("train", "microloan", "--data", str(story.portfolio), "--seed", "4", "--json")
    version = story.run(*command).json["version"]
    key = story.run("keys", "create", "--role", "mlops", "--name", "Ana", "--json").json["key"]
    monkeypatch.setenv("MICROSCORE_API_KEY", key)
    why = "a reason that is long enough"
    refused = story.run("models", "promote", version, "--reason", why, "--json")
    assert refused.code == 1
    assert "microscore fairness audit --model" in refused.json["error"]["message"]


@pytest.mark.parametrize(
    "command",
    ["", "contract", "data check", "data generate", "train", "evaluate", "score", "models promote",
     "keys create", "serve", "demo"],
)  # fmt: skip
def test_help_teaches(command: str) -> None:
    outcome = run_command(*command.split(), "--help")
    assert outcome.code == 0
    assert len(outcome.text) > 200
