"""Rounds that were chosen on few rows suit the many that a finished model learns from."""

import numpy as np

from scoring.boosting import SHAPES, Learner
from scoring.crossing import BAG
from scoring.curves import fit_rising
from scoring.folds import choosing, samples
from scoring.model import Model
from scoring.preparing import prepare
from scoring.selection import grown
from scoring.vector import FloatArray
from tests.model.simulated import simulate, timed_contract


def test_rounds_grow_slower_than_rows_and_stay_where_rows_do() -> None:
    assert grown(100, 1.0) == 100
    assert grown(100, 8.0) == 200
    assert grown(1, 1.2) == 1


def test_risks_of_more_rounds_are_spread_as_the_truth_is() -> None:
    """Slope of the truth on the raw log-odds, and log-loss against it, on fresh people."""
    fresh = simulate(6000, seed=50)
    slopes, losses = [], []
    for seed in (3, 4, 5, 6):
        data = simulate(4000, seed)
        contract = timed_contract()
        rows = prepare(contract, data.columns, data.keys, data.as_of, data.y, seed)
        learner, shape = Learner(contract, seed, 1), SHAPES["small"]
        parts = samples(rows, choosing(rows))
        few = learner.crossed(shape, parts).rounds
        known = rows.sample("known")
        times = len(known.y) / float(np.mean([len(fit.y) for fit, _ in parts]))
        assert times > 1.5
        inputs = {name: fresh.columns[name].to_numpy() for name in contract.inputs}
        matrix = rows.vectorizer.matrix(inputs, len(fresh.y))
        judged = [
            _judge(Model(learner.text(shape, known, n, BAG)).margins(matrix), fresh.true_pd)
            for n in (few, grown(few, times))
        ]
        slopes.append([slope for slope, _ in judged])
        losses.append([loss for _, loss in judged])
    before, after = np.abs(np.mean(slopes, axis=0) - 1)
    assert after < before
    assert np.mean(losses, axis=0)[1] < np.mean(losses, axis=0)[0]


def _judge(margin: FloatArray, true: FloatArray) -> tuple[float, float]:
    slope, _ = fit_rising(np.column_stack([margin, np.ones(len(margin))]), true, [1.0, 0.0])
    loss = true * np.logaddexp(0, -margin) + (1 - true) * np.logaddexp(0, margin)
    return slope, float(loss.mean())
