"""Exporting features, scoring them part by part, and what these commands refuse."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.story.conftest import Story


@pytest.fixture(scope="module")
def parts(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("features") / "parts"
    command = ("features", "export", "microloan", "--data", str(story.portfolio))
    outcome = story.run(*command, "--out", str(target), "--rows", "1500", "--json")
    assert outcome.code == 0, outcome.errors
    assert outcome.json["parts"] == len(list(target.iterdir())) == 3
    return target


def test_parts_are_scored_as_the_files_are(story: Story, parts: Path, tmp_path: Path) -> None:
    whole, split = tmp_path / "scored.parquet", tmp_path / "split"
    one = story.run("score", "--data", str(story.portfolio), "--out", str(whole), "--json")
    other = story.run("score-file", str(parts), "--out", str(split), "--json")
    assert (one.code, other.code) == (0, 0), other.errors
    assert one.json["rows"] == other.json["rows"]
    scored = pd.DataFrame(pq.read_table(split).to_pandas())
    pd.testing.assert_frame_equal(scored, pd.read_parquet(whole))


def test_nothing_is_written_over(story: Story, parts: Path, tmp_path: Path) -> None:
    outcome = story.run("score-file", str(parts), "--out", str(parts), "--json")
    assert outcome.code == 2
    assert "holds Parquet files already" in outcome.errors
    command = ("features", "export", "microloan", "--data", str(story.portfolio))
    assert story.run(*command, "--out", str(parts)).code == 2


def test_a_folder_without_parts_is_told(story: Story, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    outcome = story.run("score-file", str(tmp_path / "empty"), "--out", str(tmp_path / "out"))
    assert outcome.code == 2
    assert "features export" in outcome.errors
    data = ("--data", str(tmp_path / "empty"), "--engine", "dask")
    assert story.run("train", "microloan", *data).code == 2


@pytest.mark.parametrize("option", [("--engine", "polars"), ("--day", "tomorrow")])
def test_a_wrong_option_is_told(story: Story, option: tuple[str, str]) -> None:
    data = ("features", "build", "microloan", "--data", str(story.portfolio))
    outcome = story.run(*data, *option)
    assert outcome.code == 2
    assert option[0] in outcome.errors


def test_a_build_says_what_it_kept(story: Story) -> None:
    data = ("features", "build", "microloan", "--data", str(story.portfolio))
    built = story.run(*data, "--day", "2024-01-01", "--json")
    assert built.code == 0, built.errors
    assert built.json["day"] == "2024-01-01"
    assert built.json["rows"] > built.json["applicants"] / 2 > 0
