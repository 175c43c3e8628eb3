"""Where a command cannot write, it says so before it works; with --json as one object."""

import os
from pathlib import Path

import pytest

from tests.story.conftest import Story, run_command

FILES = {
    "contract schema": ("--save", ()),
    "score": ("--out", ("--data", ".")),
    "scorecard microloan": ("--html", ("--data", ".")),
}
FOLDERS = {
    "data check microloan .": ("--out", ()),
    "data generate": ("--out", ()),
    "features export microloan": ("--out", ("--data", ".")),
    "score-file .": ("--out", ()),
    "fairness audit": ("--out", ("--data", ".", "--model", "champion")),
    "fairness search": ("--out", ("--data", ".", "--model", "champion")),
    "shadow report": ("--out", ("--challenger", "microloan-1")),
    "demo-year": ("--out", ()),
    "privacy export A1": ("--out", ()),
}


def refused(command: str, target: Path, *more: str) -> str:
    """What the command says of ``target``, on both ways out."""
    option, rest = (FILES | FOLDERS)[command]
    done = run_command(*command.split(), *rest, option, str(target), *more, "--json")
    assert done.code == 2, done.errors
    assert set(done.json) == {"error"}
    message = str(done.json["error"]["message"])
    assert f"'{option}'" in message
    assert message in done.errors
    return message


@pytest.mark.parametrize("command", FILES)
def test_a_file_needs_a_folder_that_is_there(command: str, tmp_path: Path, home: Path) -> None:
    assert "the folder does not exist" in refused(command, tmp_path / "no" / "file")
    assert "is a folder" in refused(command, tmp_path)


@pytest.mark.parametrize("command", FOLDERS)
def test_a_folder_cannot_stand_in_a_file(command: str, tmp_path: Path, home: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    assert "is a file" in refused(command, tmp_path / "file" / "folder" / "out")


@pytest.mark.parametrize("command", [*FILES, *FOLDERS])
def test_a_folder_that_cannot_be_written_is_told(
    command: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK and given(path, mode))
    assert "cannot be written" in refused(command, tmp_path / "out")


def test_a_new_folder_inside_new_folders_is_made(tmp_path: Path, home: Path) -> None:
    target = tmp_path / "a" / "b"
    done = run_command("data", "generate", "--applications", "100", "--out", str(target), "--json")
    assert done.code == 0, done.errors
    assert target.is_dir()


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("score --data nowhere --out x", "--data"),
        ("score --out x", "--data"),
        ("score --data . --out x --modle champion", "--modle"),
        ("train", "contract"),
        ("keys create --role officer --days many", "--days"),
        ("unheard-of", "unheard-of"),
        ("drift check --model champion", "--window"),
    ],
)
def test_wrong_usage_is_one_object_too(command: str, named: str, home: Path) -> None:
    done = run_command(*command.split(), "--json")
    assert done.code == 2
    assert set(done.json) == {"error"}
    assert set(done.json["error"]) == {"kind", "message"}
    assert named in done.json["error"]["message"]
    assert done.json["error"]["message"] in done.errors
    plain = run_command(*command.split())
    assert plain.code == 2
    assert plain.text == ""
    assert named in plain.errors


def test_json_keeps_the_exit_codes_of_commands(story: Story, tmp_path: Path) -> None:
    assert run_command("contract", "check", str(tmp_path / "none.yaml"), "--json").code == 2
    assert story.run("models", "show", "champion", "--json").code == 0
    assert run_command("privacy", "erase", "A1", "--reason", "requested", "--json").code == 2


def test_an_error_that_is_not_about_an_output_is_not_called_one(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise OSError(5, "a disk that failed")

    monkeypatch.setattr("data.contract_loading.load_contract", broken)
    with pytest.raises(OSError, match="a disk that failed"):
        run_command("data", "check", "microloan", str(tmp_path), "--out", str(tmp_path), "--json")
