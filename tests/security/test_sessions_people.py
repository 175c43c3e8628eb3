"""``microscore people``: who may sign in, and what is said of it on the audit chain."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.accounts import matches
from api.cli import main
from api.settings import Settings
from api.wiring import open_audit, open_ledger
from data.store.people import EVENT, find_person
from data.store.verify import verify
from tests.security.pages import PASSWORD


def run(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, Any]:
    """Exit code and JSON of a command."""
    with pytest.raises(SystemExit) as ended:
        main(["people", *command, "--json"])
    code = ended.value.code
    return int(code or 0), json.loads(capsys.readouterr().out)


@pytest.fixture(autouse=True)
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person types at the prompts, in turn; else the password."""
    answers: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda _: answers.pop(0) if answers else PASSWORD)
    return answers


def test_a_person_is_added_listed_and_ended(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, made = run(capsys, "add", "amina", "--role", "officer", "--branch", "Kisumu")
    assert (code, made["link"]) == (0, None)
    settings = Settings()
    with open_ledger(settings) as (store, _):
        person = find_person(store, "amina")
        assert person is not None
        assert matches(person.password, PASSWORD)
        assert person.branch == "Kisumu"
    assert run(capsys, "list")[1]["people"][0]["state"] == "active"
    assert run(capsys, "end", "amina") == (0, {"ended": "amina"})
    assert run(capsys, "list")[1]["people"][0]["state"] == "ended"
    assert run(capsys, "end", "amina")[0] == 1
    with open_audit(settings) as audit:
        assert verify(audit.store, audit.vault, []).faults == []
        with audit.store.read() as connection:
            query = "SELECT entry FROM audit_chain WHERE kind = :kind ORDER BY position"
            rows = connection.exec_driver_sql(query.replace(":kind", f"'{EVENT}'")).scalars().all()
    told = [json.loads(row) for row in rows]
    assert [event["did"] for event in told] == ["added", "ended"]
    assert told[0]["role"] == "officer"
    assert "amina" not in str(told)


def test_a_link_and_a_new_password(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = ("--base", "https://scores.example/")
    _, made = run(capsys, "add", "juma", "--role", "risk", "--link", *base)
    assert made["link"].startswith("https://scores.example/welcome/")
    assert run(capsys, "list")[1]["people"][0]["state"] == "no password yet"
    assert run(capsys, "password", "juma")[0] == 0
    assert run(capsys, "list")[1]["people"][0]["state"] == "active"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("add", "a b", "--role", "risk"), "name to sign in"),
        (("add", "amina", "--role", "boss"), "the role must be one of"),
        (("add", "amina", "--role", "officer"), "an officer needs a branch"),
        (("add", "amina", "--role", "risk", "--branch", "Kisumu"), "nobody else has one"),
        (("password", "nobody"), "see microscore people list"),
    ],
)
def test_what_is_wrong_is_said(
    home: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], message: str
) -> None:
    code, told = run(capsys, *command)
    assert code == 1
    assert message in told["error"]["message"]


@pytest.mark.parametrize(
    ("answers", "message"),
    [(("short", "short"), "12 to 256"), ((PASSWORD, "another one"), "not the same")],
)
def test_a_bad_password_makes_nobody(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    typed: list[str],
    answers: tuple[str, str],
    message: str,
) -> None:
    typed.extend(answers)
    code, told = run(capsys, "add", "amina", "--role", "risk")
    assert code == 1
    assert message in told["error"]["message"]
    assert answers[0] not in json.dumps(told)
    assert run(capsys, "list")[1]["people"] == []


def test_a_name_is_given_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("add", "amina", "--role", "risk")
    assert run(capsys, *command)[0] == 0
    code, told = run(capsys, *command)
    assert (code, "taken" in told["error"]["message"]) == (1, True)
