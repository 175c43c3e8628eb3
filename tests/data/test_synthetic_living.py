"""The world that is lived through: what was known when, and that only what is planted changes."""

import json
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.contract_loading import load_contract
from data.errors import DataFileError
from data.reading import read_portfolio
from data.synthetic.due import due, read_due
from data.synthetic.living import Course, LivingWorld, Size, generate_life
from data.synthetic.loans import WINDOW_DAYS

COURSE = Course(months=7, past=8)
SIZE = Size(past=120, now=160)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LivingWorld:
    return generate_life(COURSE, SIZE, 3, tmp_path_factory.mktemp("world"))


def rows(folder: Path, table: str) -> pd.DataFrame:
    return pd.read_parquet(folder / f"{table}.parquet")


def sums(folder: Path) -> list[str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return [sha256(p.read_bytes()).hexdigest() for p in files]


def test_the_same_world_twice_is_the_same_bytes(world: LivingWorld, tmp_path: Path) -> None:
    generate_life(COURSE, SIZE, 3, tmp_path / "again")
    generate_life(COURSE, SIZE, 4, tmp_path / "other")
    assert sums(tmp_path / "again") == sums(world.history.parent)
    assert not set(sums(tmp_path / "other")) & set(sums(world.history.parent))


def test_the_contract_accepts_every_row(world: LivingWorld) -> None:
    for folder in (world.history, world.everybody):
        assert read_portfolio(load_contract("microloan"), folder).findings == []


def test_the_past_knows_nothing_of_later(world: LivingWorld) -> None:
    opens = pd.Timestamp(COURSE.opens)
    applications = rows(world.history, "applications")
    assert len(applications) == COURSE.past * SIZE.past
    assert applications["applied_at"].max() < opens
    for column in ("disbursed_on", "rescheduled_on", "written_off_on"):
        assert pd.to_datetime(applications[column]).max() < opens
    repayments = rows(world.history, "repayments")
    assert repayments["posted_at"].max() < opens
    assert pd.to_datetime(repayments["reversed_on"]).max() < opens
    young = pd.to_datetime(applications["disbursed_on"]) > opens - timedelta(days=WINDOW_DAYS)
    assert young.any(), "loans that have not matured are there, without their end"


def test_as_many_people_apply_each_month_and_everybody_is_lent_to(world: LivingWorld) -> None:
    applications = rows(world.everybody, "applications")
    months = applications["applied_at"].dt.to_period("M").value_counts()
    assert set(months) == {SIZE.now}
    assert len(months) == COURSE.months
    assert applications["applicant_id"].is_unique
    ends = pd.Timestamp(COURSE.month(COURSE.months)) - timedelta(days=14)
    assert applications.loc[applications["applied_at"] < ends, "disbursed_on"].notna().all()


def test_only_what_is_planted_changes_and_when_it_says(world: LivingWorld) -> None:
    found = rows(world.everybody, "applications")
    dry = found["applied_at"] >= pd.Timestamp(COURSE.drought_from)
    new = found["applied_at"] >= pd.Timestamp(COURSE.product_on)
    assert found.loc[~dry, "rainfall_anomaly"].min() > -1.5
    assert found.loc[dry, "rainfall_anomaly"].max() < -1.5
    assert not (found.loc[~new, "product"] == "nano").any()
    share = (found.loc[new, "product"] == "nano").mean()
    assert abs(share - COURSE.product_share) < 4 * np.sqrt(0.25 * 0.75 / new.sum())
    assert found.loc[~new, "term_months"].min() >= 4
    steady = found["declared_income"].groupby(dry).median()
    assert abs(steady[True] / steady[False] - 1) < 0.15


def test_the_truth_says_what_is_due_before_anything_is_scored(world: LivingWorld) -> None:
    alarms = read_due(world.truth)
    assert alarms == due(COURSE, SIZE)
    assert json.loads(world.truth.read_text("utf-8"))["seed"] == 3
    assert all(a.layer != 5 for a in alarms), "no loan of the drought matures in these months"
    whole = due(Course(), SIZE)
    wanted = {a.subject: a for a in whole if a.latest is not None}
    assert set(wanted) == {
        "feature:product",
        "feature:term_months",
        "feature:rainfall_anomaly",
        "harm:outside_support",
        "realised:bad_rate",
    }
    assert wanted["realised:bad_rate"].earliest == COURSE.drought_from + timedelta(days=187)
    assert all(a.earliest <= (a.latest or a.until) <= a.until for a in whole)


def test_months_of_a_course_follow_each_other() -> None:
    assert [COURSE.month(i) for i in (-8, 0, 7)] == [
        date(2022, 9, 1),
        date(2023, 5, 1),
        date(2023, 12, 1),
    ]
    assert COURSE.after(date(2023, 12, 1)) == date(2024, 1, 1)


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x", "utf-8")
    with pytest.raises(DataFileError, match="cannot be written to"):
        generate_life(COURSE, SIZE, 3, blocked)
