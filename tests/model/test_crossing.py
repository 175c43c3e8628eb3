"""Cross-calibration: no row is judged by trees that saw it, and calibration is not worse for it."""

import numpy as np
import pytest

from scoring import calibrators, crossing
from scoring.boosting import SHAPES, Learner
from scoring.calibration import probability
from scoring.crossing import HeldOut
from scoring.model import Model
from scoring.preparing import Rows, prepare
from scoring.selection import Selection
from scoring.vector import FloatArray
from tests.bundles import small_contract
from tests.model.simulated import Simulated, simulate, timed_contract

CHOSEN = Selection("medium", SHAPES["medium"], "none", 30, {}, {})
WEIGHTED = Selection("medium", SHAPES["medium"], "weights", 30, {}, {})


def prepared(data: Simulated, method: str = "hash") -> tuple[Learner, Rows]:
    contract = timed_contract() if method == "time" else small_contract()
    rows = prepare(contract, data.columns, data.keys, data.as_of, data.y, 1)
    return Learner(contract, 1, 1), rows


def errors(data: Simulated, fresh: Simulated) -> tuple[float, float]:
    """Mean square error of the PD of ``fresh`` people: cross-calibrated, and with rows held out."""
    learner, rows = prepared(data)
    inputs = {name: fresh.columns[name].to_numpy() for name in rows.vectorizer.contract.inputs}
    matrix = rows.vectorizer.matrix(inputs, len(fresh.y))

    def error(text: str, held_out: HeldOut) -> float:
        calibration = calibrators.choose(held_out.margin, held_out.y, 0.0, 1)
        pd = probability(calibration.log_odds(Model(text).margins(matrix)))
        return float(np.mean((pd - fresh.true_pd) ** 2))

    whole = crossing.fit(learner, CHOSEN, rows.sample("known"))
    part = crossing.fit(learner, CHOSEN, rows.sample("train"))
    return (
        error(whole, HeldOut.crossed(learner, CHOSEN, rows, 0.0)),
        error(part, HeldOut.of(Model(part), rows)),
    )


def test_probabilities_are_nearer_the_truth_than_with_rows_held_out() -> None:
    fresh = simulate(5000, seed=50)
    found = np.array([errors(simulate(2500, seed), fresh) for seed in (3, 4)])
    assert found[:, 0].mean() <= found[:, 1].mean()


@pytest.mark.parametrize("method", ["hash", "time"])
def test_margins_are_of_the_calibrated_rows_and_know_nothing_of_their_outcomes(
    method: str,
) -> None:
    """Outcomes drawn by lot: trees that saw a row know its outcome, the margins must not."""
    data = simulate(4000)
    lots = (np.random.default_rng(1).random(4000) < 0.3).astype(np.float64)
    learner, rows = prepared(Simulated(data.columns, data.keys, data.as_of, lots, lots), method)
    held_out = HeldOut.crossed(learner, CHOSEN, rows, 0.0)
    parts = rows.parts
    judged = parts.known if method == "hash" else parts.calibration
    assert held_out.y.tolist() == rows.y[judged].tolist()
    assert len(held_out.recent) == len(parts.recent)
    assert abs(_area(held_out.margin, held_out.y) - 0.5) < 0.08
    seen = Model(crossing.fit(learner, CHOSEN, rows.sample("known")))
    assert _area(seen.margins(rows.matrix[judged]), rows.y[judged]) > 0.6


def test_a_way_that_shifts_the_base_rate_is_undone_in_each_fold() -> None:
    learner, rows = prepared(simulate(4000))
    sample = crossing.resampled(learner, WEIGHTED, rows.sample("known"))
    held_out = HeldOut.crossed(learner, WEIGHTED, rows, sample.prior_shift)
    assert sample.prior_shift < -1
    fitted = calibrators.choose(held_out.margin, held_out.y, sample.prior_shift, 1)
    pd = probability(fitted.log_odds(held_out.margin))
    assert pd.mean() == pytest.approx(held_out.y.mean(), rel=0.02)
    bag = Model(crossing.fit(learner, WEIGHTED, sample))
    served = probability(fitted.log_odds(bag.margins(rows.matrix[rows.parts.test])))
    assert served.mean() == pytest.approx(rows.y[rows.parts.test].mean(), rel=0.15)


def _area(margin: FloatArray, y: FloatArray) -> float:
    bad, good = margin[y == 1], margin[y == 0]
    return float(np.mean(bad[:, None] > good[None, :]))
