"""What ``train --json`` and its neighbours print, and that it can be trusted."""

from pathlib import Path

import pytest

from tests.story.conftest import Story

METRICS = [
    "auc",
    "gini",
    "ks",
    "average_precision",
    "brier",
    "ece",
    "calibration_slope",
    "calibration_intercept",
    "mean_pd",
    "observed_rate",
]


def test_train_prints_every_metric_with_its_interval(story: Story) -> None:
    for mapping in (story.trained["test"], *story.trained["baselines"].values()):
        for name in METRICS:
            cell = mapping[name]
            assert {"value", "low", "high"} <= set(cell), name
    auc = story.trained["test"]["auc"]
    assert 0.5 < auc["low"] < auc["value"] < auc["high"] < 1
    assert {"logistic", "majority"} <= set(story.trained["baselines"])


def test_train_counts_its_rows_and_compares_ways_to_handle_imbalance(story: Story) -> None:
    rows = story.trained["rows"]
    assert all(rows[part] > 0 for part in ("train", "calibration", "test"))
    imbalance = story.trained["imbalance"]
    assert {"none", "weights", "undersampling", "smote_nc"} == set(imbalance["comparison"])
    assert imbalance["chosen"] in imbalance["comparison"]


def test_train_says_that_an_audit_comes_before_the_promotion(story: Story) -> None:
    version = story.trained["version"]
    audit, promote = story.trained["next"]
    asked = ("--model", version, "--data", str(story.portfolio), "--profile", "NAME")
    assert audit.split() == ["microscore", "fairness", "audit", *asked]
    assert promote == f"microscore models promote {version}"


def test_training_again_gives_the_same_bundle_and_another_seed_does_not(story: Story) -> None:
    train = ("train", "microloan", "--data", str(story.portfolio), "--json")
    assert story.run(*train).json["version"] == story.trained["version"]
    assert story.run(*train, "--seed", "2").json["version"] != story.trained["version"]


def test_evaluate_takes_version_prefix_alias_and_folder(story: Story) -> None:
    version, bundle = story.trained["version"], story.trained["bundle"]
    answers = [
        story.run("evaluate", ref, "--data", str(story.portfolio), "--json").json
        for ref in (version, "champion", bundle)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert set(METRICS) <= set(answers[0]["test"])


def test_evaluate_on_the_models_own_files_keeps_to_its_test(story: Story, tmp_path: Path) -> None:
    own = story.run("evaluate", "champion", "--data", str(story.portfolio), "--json").json
    assert own["test"] == story.trained["test"], "not what the model has learned from"
    assert own["rows"] == story.trained["rows"]["test"]
    assert own["own_files"] is True
    told = story.run("evaluate", "champion", "--data", str(story.portfolio)).text
    assert "trained from these very files" in " ".join(told.split())
    later = tmp_path / "later"
    made = ("--applications", "1000", "--seed", "7", "--out", str(later))
    assert story.run("data", "generate", *made).code == 0
    other = story.run("evaluate", "champion", "--data", str(later), "--json").json
    assert (other["rows"], other["own_files"]) == (1000, False)
    assert not any("trained from" in note for note in other["notes"])


def test_models_lists_the_champion_and_shows_its_lineage(story: Story) -> None:
    listed = story.run("models", "list", "--json").json["models"]
    champion = [m for m in listed if "champion" in m["aliases"]]
    assert [m["version"] for m in champion] == [story.trained["version"]]
    shown = story.run("models", "show", "champion", "--json").json
    assert shown["metrics"]["test"] == story.trained["test"]
    assert shown["lineage"]["data"]


@pytest.mark.parametrize("ref", ["nothing", "microloan-ffffffffffff", "/no/such/folder"])
def test_an_unknown_model_is_one_clear_sentence(story: Story, ref: str) -> None:
    outcome = story.run("evaluate", ref, "--data", str(story.portfolio), "--json")
    assert outcome.code == 1
    assert set(outcome.json) == {"error"}
    assert "Traceback" not in outcome.errors
