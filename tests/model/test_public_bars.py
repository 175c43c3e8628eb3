"""What the models reach on public data; figures far above these would be a leak."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from data.contract_loading import load_contract
from data.loading import load_applications
from scoring.training import TrainingOptions, train

pytestmark = pytest.mark.public_data

Find = Callable[[str], Path]
Estimates = Mapping[str, Mapping[str, float]]


def report(find: Find, name: str) -> dict[str, Any]:
    """Train the shipped contract ``name`` on its data."""
    contract = load_contract(name)
    loaded = load_applications(contract, find(name), labelled=True)
    assert loaded.y is not None
    a = loaded.applications
    options = TrainingOptions(seed=1)
    return train(contract, a.inputs, a.keys, a.as_of, loaded.y, options, {}).report


def within(value: float, estimate: Mapping[str, float]) -> bool:
    return estimate["low"] <= value <= estimate["high"]


@pytest.mark.parametrize(
    ("name", "auc", "too_good", "ece"),
    [
        ("give_me_some_credit", 0.860, 0.875, 0.01),
        ("taiwan_cards", 0.775, 0.81, 0.02),
        ("home_credit", 0.745, 0.80, 0.02),
    ],
)
def test_models_of_public_data(
    public_data: Find, name: str, auc: float, too_good: float, ece: float
) -> None:
    """The known AUC is within reach of the interval, calibration holds, baselines are beaten."""
    found = report(public_data, name)
    test, baselines = found["test"], found["baselines"]
    assert test["auc"]["high"] >= auc
    assert test["auc"]["value"] < too_good
    assert test["ece"]["value"] <= ece
    assert within(test["mean_pd"]["value"], test["observed_rate"])
    assert test["auc"]["value"] > baselines["logistic"]["auc"]["value"]
    assert test["brier"]["value"] < baselines["logistic"]["brier"]["value"]
    assert found["imbalance"]["chosen"] == "none"


def test_superlender_is_judged_on_its_last_week(public_data: Find) -> None:
    found = report(public_data, "superlender")
    test: Estimates = found["test"]
    assert found["split"]["method"] == "time"
    assert found["split"]["calibration"]["to"] <= found["split"]["test"]["from"]
    assert 0.65 <= test["auc"]["value"] <= 0.75
    assert within(test["mean_pd"]["value"], test["observed_rate"])
    assert test["auc"]["value"] > found["baselines"]["logistic"]["auc"]["value"]
