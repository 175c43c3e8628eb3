"""Tuning: repeatable, and what it finds competes with what is shipped."""

from scoring.boosting import SHAPES, Learner, Shape
from scoring.preparing import Rows, prepare
from scoring.training import TrainingOptions, train
from scoring.tuning import tune
from tests.bundles import small_contract
from tests.model.simulated import simulate, timed_contract


def prepared(method: str) -> Rows:
    data = simulate(6000, applicants=2500)
    contract = timed_contract() if method == "time" else small_contract()
    return prepare(contract, data.columns, data.keys, data.as_of, data.y, 1)


def test_the_same_trials_give_the_same_settings() -> None:
    rows, learner = prepared("time"), Learner(timed_contract(), 1, 1)
    first, second = (tune(learner, rows, 3, 600, lambda *_: None) for _ in range(2))
    assert first == second
    assert first.trials == 3
    assert isinstance(first.shape, Shape)


def test_tuned_settings_stand_beside_the_shipped_ones() -> None:
    data = simulate(2500)
    options = TrainingOptions(seed=1, trials=2)
    report = train(
        small_contract(), data.columns, data.keys, data.as_of, data.y, options, {}
    ).report
    assert set(report["shapes"]["log_loss"]) == {*SHAPES, "tuned"}
    assert report["tuning"]["trials"] == 2
    assert report["tuning"]["shape"]["num_leaves"] >= 3
