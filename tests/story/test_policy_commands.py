"""The points table and the cut-offs by money, through the commands."""

from pathlib import Path

import pytest

from tests.story.conftest import Story


def test_a_points_table_is_judged_beside_the_model(story: Story, tmp_path: Path) -> None:
    page = tmp_path / "points.html"
    data = ("--data", str(story.portfolio))
    done = story.run(
        "scorecard", "microloan", *data, "--model", "champion", "--html", str(page), "--json"
    )
    assert done.code == 0, done.errors
    told = done.json
    assert told["model"]["test"]["auc"] == story.trained["test"]["auc"], "the same test rows"
    difference = told["difference_in_auc"]
    assert difference["low"] <= difference["value"] <= difference["high"]
    expected = told["test"]["auc"]["value"] - story.trained["test"]["auc"]["value"]
    assert difference["value"] == pytest.approx(expected)
    text = page.read_text(encoding="utf-8")
    assert f"{told['scorecard']['base']:,}" in text
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")


@pytest.mark.parametrize(("lang", "title"), [("fr", "Table de points"), ("sw", "Jedwali la alama")])
def test_the_table_speaks_the_branchs_language(
    story: Story, tmp_path: Path, lang: str, title: str
) -> None:
    page = tmp_path / "points.html"
    data = ("--data", str(story.portfolio))
    done = story.run("scorecard", "microloan", *data, "--html", str(page), "--lang", lang)
    assert done.code == 0, done.errors
    text = page.read_text(encoding="utf-8")
    assert f'lang="{lang}"' in text
    assert title in text


def test_a_language_that_we_do_not_speak_is_wrong_input(story: Story) -> None:
    done = story.run("scorecard", "microloan", "--data", str(story.portfolio), "--lang", "de")
    assert done.code == 2
    assert "en, fr, sw" in done.errors


def test_cut_offs_are_tried_on_past_applications(story: Story) -> None:
    data = ("--data", str(story.portfolio))
    told = story.run("policy", "simulate", "champion", *data, "--cut-off", "0.3", "--json").json
    assert told["money"]["assumed"] is False
    assert 0 < told["with_outcome"] < told["applications"]
    rates = [row["approval_rate"]["value"] for row in told["curve"]]
    assert rates == sorted(rates)
    best = told["best_cut_off"]
    assert best["low"] <= best["value"] <= best["high"]
    assert told["compared"]["approvals"]["value"] > 0
    rule = told["rules"]["capacity"]
    assert rule["within"] + rule["above"] + rule["unknown"] == told["applications"]
    assert 0 < rule["approved_by_score_alone"] <= rule["above"]
    thin = told["rules"]["thin_file"]["referred"]
    assert max(rates) <= (told["applications"] - max(rule["above"], thin)) / told["applications"]
    profits = {row["cut_off"]: row["expected_profit"] for row in told["curve"]}
    assert profits[round(best["value"], 4)] == max(profits.values())


def test_whom_a_person_reviews_is_not_told_as_approved(story: Story) -> None:
    asked = ("policy", "simulate", "champion", "--data", str(story.portfolio), "--cut-off", "0.3")
    told = story.run(*asked, "--json").json
    approve, decline = told["approve_below_in_force"], told["cut_off_in_force"]
    assert 0 < approve < decline
    text = " ".join(story.run(*asked).text.split())
    assert f"in force: approve below {approve:.3f}, decline from {decline:.3f}" in text
    assert "not declined" in text
    assert "left to a person" in text
    assert "approvals" not in text


def test_a_feature_that_the_model_lacks_cannot_be_vouched_for(story: Story) -> None:
    done = story.run("train", "microloan", "--data", str(story.portfolio), "--vouch-for", "no_such")
    assert done.code == 2
    assert "no_such" in done.errors


def test_declined_applications_are_learned_from_under_a_named_assumption(story: Story) -> None:
    data = ("--data", str(story.portfolio))
    told = story.run("train", "microloan", *data, "--reject-factor", "2", "--json").json
    rates = [row["expected_bad_rate"] for row in told["declined"]]
    assert rates == sorted(rates)
    assert rates[0] > told["test"]["observed_rate"]["value"], "the riskier were declined"
    shown = story.run("models", "show", told["version"], "--json").json
    assert shown["lineage"]["reject_inference"]["factor"] == 2
    wrong = story.run("train", "microloan", *data, "--engine", "dask", "--reject-factor", "2")
    assert wrong.code == 2
    assert "one machine" in wrong.errors
