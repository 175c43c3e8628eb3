"""A file that cannot be read at all ends every command that computes from it, with its name."""

import shutil
from pathlib import Path

import pytest

from data.contract_loading import load_contract
from tests.bundles import small_contract
from tests.story.conftest import Story, run_command
from tests.story.test_commands import GOOD, HEADER


def spoilt(story: Story, folder: Path, table: str, content: bytes, ending: str = ".csv") -> Path:
    """The story's portfolio with another file for one of its tables."""
    shutil.copytree(story.portfolio, folder)
    for path in folder.glob(f"{table}.*"):
        path.unlink()
    (folder / f"{table}{ending}").write_bytes(content)
    return folder


def names_of(table: str) -> bytes:
    """The row of column names of one of the contract's tables."""
    return ",".join(load_contract("microloan").tables[table].columns).encode() + b"\n"


@pytest.mark.parametrize("command", ["score", "evaluate", "drift check", "fairness audit", "train"])
def test_no_command_computes_from_a_portfolio_with_an_empty_table(
    story: Story, tmp_path: Path, command: str
) -> None:
    data = str(spoilt(story, tmp_path / "loans", "previous_loans", b""))
    arguments = {
        "score": ("--data", data, "--out", str(tmp_path / "out.parquet")),
        "evaluate": ("champion", "--data", data),
        "drift check": ("--model", "champion", "--file", data),
        "fairness audit": ("--model", "champion", "--data", data, "--profile", "uemoa"),
        "train": ("microloan", "--data", data),
    }
    done = story.run(*command.split(), *arguments[command], "--json")
    assert done.code == 2
    assert done.json["error"]["kind"] == "DataFileError"
    assert "previous_loans.csv" in done.json["error"]["message"]
    assert "empty-file" in done.json["error"]["message"]
    assert "Report: " in done.errors, "the report of the rows is written all the same"
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize(
    ("content", "ending", "rule"),
    [
        (b"", ".csv", "empty-file"),
        (None, ".csv", "no-rows"),
        (b"a,b\n1,2\n", ".xlsx", "wrong-format"),
        (b"a,b\n1,2\n", ".csv", "no-header"),
        (b"application_id,applicant_id\nA1,C1\n", ".csv", "missing-column"),
    ],
)
def test_applications_that_cannot_be_read_are_not_scored(
    story: Story, tmp_path: Path, content: bytes | None, ending: str, rule: str
) -> None:
    given = names_of("applications") if content is None else content
    data = spoilt(story, tmp_path / "loans", "applications", given, ending)
    target = tmp_path / "out.parquet"
    done = story.run("score", "--data", str(data), "--out", str(target), "--json")
    assert done.code == 2
    assert f"applications{ending}" in done.json["error"]["message"]
    assert f"(rule {rule})" in done.json["error"]["message"]
    assert not target.exists()


def test_nothing_is_kept_or_exported_of_files_that_cannot_be_read(
    story: Story, tmp_path: Path
) -> None:
    data = str(spoilt(story, tmp_path / "loans", "previous_loans", b""))
    parts = tmp_path / "parts"
    for command in (("export", "--out", str(parts)), ("build",)):
        done = story.run("features", *command, "microloan", "--data", data, "--json")
        assert done.code == 2
        assert "empty-file" in done.json["error"]["message"]
    assert not parts.exists()


def test_a_table_of_events_without_any_yet_is_no_mistake(story: Story, tmp_path: Path) -> None:
    data = spoilt(story, tmp_path / "loans", "previous_loans", names_of("previous_loans"))
    target = tmp_path / "out.parquet"
    done = story.run("score", "--data", str(data), "--out", str(target), "--json")
    assert done.code == 0, done.errors
    assert done.json["rows"] > 0


def test_bad_rows_are_counted_and_not_called_a_bad_file(tmp_path: Path, home: Path) -> None:
    contract, path = tmp_path / "mine.yaml", tmp_path / "loans.csv"
    contract.write_text(small_contract().model_dump_json(), "utf-8")
    rows = [HEADER, *(GOOD.format(i=i) for i in range(1, 20)), "L99,C99"]
    path.write_text("\n".join([*rows, "L98,C98"]) + "\n", "utf-8")
    done = run_command("train", str(contract), "--data", str(path), "--json")
    assert done.code == 2
    assert done.json["error"]["message"].startswith("2 of 21 applications are bad")
    assert list(home.rglob("report.csv"))
