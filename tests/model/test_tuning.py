"""Tuning: folds that keep people and time apart, repeatable, and it finds what is there."""

from dataclasses import replace

import numpy as np
import pytest

from scoring.boosting import SHAPES, Learner, Shape
from scoring.preparing import Rows, prepare
from scoring.training import TrainingOptions, train
from scoring.tuning import folds, tune
from tests.bundles import small_contract
from tests.model.simulated import simulate, timed_contract


def prepared(method: str) -> Rows:
    data = simulate(6000, applicants=2500)
    contract = timed_contract() if method == "time" else small_contract()
    return prepare(contract, data.columns, data.keys, data.as_of, data.y, 1)


@pytest.mark.parametrize("method", ["time", "hash"])
def test_folds_keep_applicants_apart_and_use_no_held_out_row(method: str) -> None:
    rows = prepared(method)
    made = list(folds(rows))
    assert len(made) >= 2
    for fit, check in made:
        assert set(rows.applicants[fit]).isdisjoint(rows.applicants[check])
        assert set(fit) | set(check) <= set(rows.parts.fit)
        if method == "time":
            assert rows.as_of is not None
            assert rows.as_of.iloc[fit].max() <= rows.as_of.iloc[check].min()


def test_a_fold_without_bad_rows_is_left_out() -> None:
    rows = prepared("hash")
    assert list(folds(replace(rows, y=np.zeros(len(rows.y))))) == []
    learner = Learner(small_contract(), 1, 1)
    assert tune(learner, replace(rows, y=np.zeros(len(rows.y))), 2, 60, lambda *_: None) is None


def test_the_same_trials_give_the_same_settings() -> None:
    rows, learner = prepared("time"), Learner(timed_contract(), 1, 1)
    first, second = (tune(learner, rows, 3, 600, lambda *_: None) for _ in range(2))
    assert first == second
    assert first is not None
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
