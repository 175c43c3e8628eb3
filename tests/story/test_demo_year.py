"""The story that is lived through month by month: the same jobs, the truth, the chart."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from api.living.judging import Judged
from api.living.lender import settings_of_story
from api.living.story import HOME, WORLD, Year, live
from api.reports.year import render
from api.shadowing import Shop
from api.wiring import open_home_store
from data.contract import LANGUAGES
from data.store.jobs import all_jobs
from data.store.monitoring import checks_of
from data.store.verify import verify
from data.synthetic.living import FAST, Course, LivingWorld, Size
from tests.story.conftest import run_command

SPRING = Course(months=3, product_on=date(2023, 6, 1), drought_from=date(2023, 6, 1))
"""A month without anything, then two with a drought and a new product."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spring")


@pytest.fixture(scope="module")
def spring(folder: Path) -> Year:
    return live(folder, SPRING, Size(past=500, now=320), 7, lambda _stage, _share: None)


def test_the_alarms_that_are_due_come_and_no_others(spring: Year) -> None:
    assert spring.judged.false == ()
    assert spring.judged.missing == ()
    assert {alarm.subject for alarm, _ in spring.judged.answered} == {
        "feature:rainfall_anomaly",
        "harm:outside_support",
        "feature:product",
        "feature:term_months",
    }
    assert spring.months[0].raised == (), "nothing has changed in the first month"


def test_every_application_is_decided_on_and_jobs_run_at_the_time_of_the_story(
    spring: Year, folder: Path
) -> None:
    assert [m.counts.applications for m in spring.months] == [320] * 3
    made = folder / WORLD
    world = LivingWorld(made / "history", made / "everybody", made / "truth" / "truth.json")
    settings = settings_of_story(folder / HOME, world)
    with open_home_store(settings) as store:
        shop = Shop.of(settings, store)
        found = verify(store, shop.vault, [])
        assert (found.decisions, found.faults) == (3 * 320, [])
        jobs, oldest = all_jobs(store), checks_of(store)[-1]
    season = json.loads(oldest.result)["season"]
    assert (season["start"], season["rows"] > 300) == ("2022-05-04", True), "from the history"
    times = {job.finished_at.date() for job in jobs if job.finished_at}
    assert times == {date(2023, 6, 1), date(2023, 7, 1), date(2023, 8, 1)}
    assert [job.error for job in jobs if job.error and not job.kind.startswith("retrain")] == []


def test_harm_in_two_windows_calls_for_retraining_which_waits_for_outcomes(spring: Year) -> None:
    assert [m.retraining for m in spring.months[:2]] == [(), ()]
    (step,) = spring.months[2].retraining
    assert step.kind == "retrain-data"
    assert "not ready for training" in (step.error or "")
    assert not spring.right, "no challenger has become champion yet"


def test_the_chart_is_one_file_in_every_language(spring: Year) -> None:
    page = render(spring)
    assert page.count("<main ") == len(LANGUAGES)
    assert not re.search(r'(src|href)="|https?://|<script', page)
    assert page.count("<svg viewBox") == 3 * len(LANGUAGES)
    for text in ("Rain compared with normal: ", "sécheresse", "ukame"):
        assert text in page
    assert "{" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def test_the_command_tells_and_fails_when_the_truth_is_not_met(
    spring: Year, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICROSCORE_HOME", str(tmp_path))
    (rain, _), *rest = spring.judged.answered
    wrong = replace(spring, judged=Judged(((rain, None), *rest), spring.episodes[:1]))
    monkeypatch.setattr("api.living.story.live", lambda *_: wrong)
    told = run_command("demo-year", "--out", str(tmp_path / "chart.html"))
    assert told.code == 1
    assert f"missing: {rain.subject}" in told.text
    assert f"false: {spring.episodes[0].layer} {spring.episodes[0].subject}" in told.text
    assert (tmp_path / "chart.html").stat().st_size > 10_000
    plain = run_command("demo-year", "--json").json
    assert plain["alarms"]["missing"] == [rain.subject]
    assert plain["right"] is False


def test_two_years_go_as_the_truth_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROSCORE_HOME", str(tmp_path))
    told = run_command("demo-year", "--fast", "--json")
    assert told.code == 0, json.dumps(told.json["alarms"])
    (promoted,) = told.json["promoted"]
    assert promoted["version"] != told.json["first_champion"]
    assert len(told.json["months"]) == FAST[0].months
    assert (tmp_path / "demo-year" / "year.html").exists()
