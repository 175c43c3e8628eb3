"""Cross-calibration: no row is judged by trees that saw it, and calibration is not worse for it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring import calibrators, crossing
from scoring.boosting import SHAPES, Learner, Sample
from scoring.calibration import Calibration, probability
from scoring.crossing import HeldOut
from scoring.curves import fit_rising
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


def crossed(learner: Learner, chosen: Selection, rows: Rows, whole: str, shift: float) -> HeldOut:
    def again(at: NDArray[np.intp]) -> tuple[Model, float]:
        part = crossing.resampled(learner, chosen, Sample(rows.learned[at], rows.y[at]))
        return Model(crossing.fit(learner, chosen, part)), part.prior_shift

    return HeldOut.crossed(Model(whole), shift, again, rows)


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
        error(whole, crossed(learner, CHOSEN, rows, whole, 0.0)),
        error(part, HeldOut.of(Model(part), rows)),
    )


def test_probabilities_are_nearer_the_truth_than_with_rows_held_out() -> None:
    fresh = simulate(5000, seed=50)
    found = np.array([errors(simulate(2500, seed), fresh) for seed in (3, 4)])
    assert found[:, 0].mean() <= found[:, 1].mean()


def test_a_line_from_all_known_rows_is_nearer_the_truth_than_one_from_the_last_period() -> None:
    """By time the calibration period is a fifth of what is known, and few bads are noise."""
    fresh = simulate(5000, seed=50)
    whole, last = [], []
    for seed in (3, 4, 5, 6):
        learner, rows = prepared(simulate(2500, seed), "time")
        inputs = {name: fresh.columns[name].to_numpy() for name in rows.vectorizer.contract.inputs}
        text = crossing.fit(learner, CHOSEN, rows.sample("known"))
        held_out = crossed(learner, CHOSEN, rows, text, 0.0)
        margin = Model(text).margins(rows.vectorizer.matrix(inputs, len(fresh.y)))
        design = np.column_stack([margin, np.ones(len(margin))])
        true = fit_rising(design, fresh.true_pd, [1.0, 0.0])[0]
        assert held_out.latest.sum() < 0.3 * len(held_out.y)
        whole.append(Calibration.fit(held_out.margin, held_out.y).slope / true)
        late = held_out.latest
        last.append(Calibration.fit(held_out.margin[late], held_out.y[late]).slope / true)
    off = [float(np.sqrt(np.mean((np.array(of) - 1) ** 2))) for of in (whole, last)]
    assert off[0] < 0.75 * off[1]
    assert np.mean(whole) == pytest.approx(1.0, abs=0.08)


def test_a_new_level_in_the_latest_period_is_taken_over_and_chance_is_not() -> None:
    """The margin is right for the old loans; half of the latest goods turn bad, or none do."""
    rng = np.random.default_rng(4)
    margin = rng.normal(-2.5, 1.0, 6000)
    y = (rng.random(6000) < probability(margin)).astype(np.float64)
    latest = np.arange(6000) >= 5000
    chosen = calibrators.choose(margin, y, 0.0, 1)
    assert calibrators.levelled(chosen, margin[latest], y[latest]) == chosen
    worse = np.maximum(y, latest & (rng.random(6000) < 0.1))
    for kind in calibrators.KINDS.values():
        one = kind(margin, y, 0.0)
        moved = calibrators.levelled(one, margin[latest], worse[latest])
        mean = probability(moved.log_odds(margin[latest])).mean()
        assert mean == pytest.approx(worse[latest].mean(), abs=1e-9)
        by = moved.log_odds(margin) - one.log_odds(margin)
        assert np.ptp(by) < 1e-9
        assert by[0] > 0.3
    nobody = np.zeros(int(latest.sum()))
    assert calibrators.levelled(chosen, margin[latest], nobody) == chosen


@pytest.mark.parametrize("method", ["hash", "time"])
def test_margins_are_of_the_calibrated_rows_and_know_nothing_of_their_outcomes(
    method: str,
) -> None:
    """Outcomes drawn by lot: trees that saw a row know its outcome, the margins must not."""
    data = simulate(4000)
    lots = (np.random.default_rng(1).random(4000) < 0.3).astype(np.float64)
    learner, rows = prepared(Simulated(data.columns, data.keys, data.as_of, lots, lots), method)
    text = crossing.fit(learner, CHOSEN, rows.sample("known"))
    held_out = crossed(learner, CHOSEN, rows, text, 0.0)
    parts = rows.parts
    assert held_out.y.tolist() == rows.y[parts.known].tolist()
    assert len(held_out.recent) == len(parts.recent)
    late = parts.known if method == "hash" else np.intersect1d(parts.known, parts.recent)
    assert parts.known[held_out.latest].tolist() == late.tolist()
    assert abs(_area(held_out.margin, held_out.y) - 0.5) < 0.08
    own = held_out.margin[np.isin(parts.known, parts.recent)]
    assert np.isin(own, held_out.recent).all()
    assert _area(Model(text).margins(rows.matrix[parts.known]), rows.y[parts.known]) > 0.6


def test_a_way_that_shifts_the_base_rate_is_undone_in_each_fold() -> None:
    learner, rows = prepared(simulate(4000))
    sample = crossing.resampled(learner, WEIGHTED, rows.sample("known"))
    text = crossing.fit(learner, WEIGHTED, sample)
    held_out = crossed(learner, WEIGHTED, rows, text, sample.prior_shift)
    assert sample.prior_shift < -1
    fitted = calibrators.choose(held_out.margin, held_out.y, sample.prior_shift, 1)
    pd = probability(fitted.log_odds(held_out.margin))
    assert pd.mean() == pytest.approx(held_out.y.mean(), rel=0.02)
    served = probability(fitted.log_odds(Model(text).margins(rows.matrix[rows.parts.test])))
    assert served.mean() == pytest.approx(rows.y[rows.parts.test].mean(), rel=0.15)


def _area(margin: FloatArray, y: FloatArray) -> float:
    bad, good = margin[y == 1], margin[y == 0]
    return float(np.mean(bad[:, None] > good[None, :]))
