"""Ways to handle few bads: the corrected base rate, honest synthetic rows, a cautious choice."""

import numpy as np
import pytest

from scoring.boosting import SHAPES, Learner, Sample
from scoring.calibration import Calibration, probability
from scoring.imbalance import WAYS, Judged, choose, cross_calibrated, judge, resample
from scoring.model import Model
from scoring.selection import simplest_of_the_best
from scoring.vector import Vectorizer
from tests.bundles import small_contract
from tests.model.simulated import simulate

CATEGORICAL = Vectorizer(small_contract()).categorical


@pytest.fixture(scope="module")
def samples() -> tuple[Sample, Sample]:
    data = simulate(5000)
    contract = small_contract()
    columns = {name: data.columns[name].to_numpy() for name in contract.inputs}
    matrix = Vectorizer(contract).matrix(columns, 5000)
    return Sample(matrix[:3500], data.y[:3500]), Sample(matrix[3500:], data.y[3500:])


@pytest.mark.parametrize("way", WAYS)
def test_the_corrected_mean_pd_is_the_base_rate(way: str, samples: tuple[Sample, Sample]) -> None:
    """The shift mends most of what the way bends (a regularised model leans to its own base
    rate, so not all of it), and the calibration on other rows the rest."""
    fit, other = samples
    learner = Learner(small_contract(), seed=1, threads=1)
    sample = resample(way, fit, CATEGORICAL, seed=1)
    margin = Model(learner.text(SHAPES["medium"], sample, 60)).margins(other.matrix)
    raw, shifted = (probability(margin + s).mean() for s in (0.0, sample.prior_shift))
    rate = other.y.mean()
    if way != "none":
        assert abs(shifted - rate) < 0.35 * abs(raw - rate)
    line = Calibration.fit(margin, other.y, sample.prior_shift)
    assert probability(line.log_odds(margin)).mean() == pytest.approx(rate, abs=1e-6)


@pytest.mark.parametrize("way", ["weights", "undersampling"])
def test_the_shift_is_exact_where_the_model_is(way: str) -> None:
    """A tree that can tell nothing apart predicts the base rate; shifted, the true one."""
    y = np.repeat([1.0, 0.0], [90, 910])
    sample = resample(way, Sample(np.zeros((1000, 1)), y), [], 1)
    seen = np.average(sample.y, weights=np.where(sample.y == 1, sample.bad_weight, 1.0))
    margin = np.array([np.log(seen / (1 - seen))])
    assert probability(margin + sample.prior_shift)[0] == pytest.approx(0.09, abs=1e-12)


def test_weights_and_resampling_balance_the_outcomes(samples: tuple[Sample, Sample]) -> None:
    fit, _ = samples
    weighted = resample("weights", fit, CATEGORICAL, 1)
    assert weighted.bad_weight * fit.y.sum() == pytest.approx((1 - fit.y).sum())
    for way in ("undersampling", "smote_nc"):
        assert resample(way, fit, CATEGORICAL, 1).y.mean() == pytest.approx(0.5), way


def test_undersampling_keeps_every_bad_row_and_invents_none(samples: tuple[Sample, Sample]) -> None:
    fit, _ = samples
    kept = resample("undersampling", fit, CATEGORICAL, 1)
    known = {row.tobytes() for row in fit.matrix}
    assert all(row.tobytes() in known for row in kept.matrix)
    assert kept.y.sum() == fit.y.sum()


def test_synthetic_rows_are_possible_rows(samples: tuple[Sample, Sample]) -> None:
    fit, _ = samples
    grown = resample("smote_nc", fit, CATEGORICAL, 1)
    n = len(fit.y)
    np.testing.assert_array_equal(grown.matrix[:n], fit.matrix)
    made, bad = grown.matrix[n:], fit.matrix[fit.y == 1]
    assert (grown.y[n:] == 1).all()
    for j in range(made.shape[1]):
        known = made[~np.isnan(made[:, j]), j]
        if j in CATEGORICAL:
            assert set(known) <= set(range(4))
        else:
            assert known.min() >= np.nanmin(bad[:, j]) - 1e-6
            assert known.max() <= np.nanmax(fit.matrix[:, j]) + 1e-6
    gaps = np.isnan(fit.matrix).any(axis=0)
    assert (np.isnan(made).any(axis=0) == gaps).all()


def test_smote_takes_matrices_of_one_kind(samples: tuple[Sample, Sample]) -> None:
    fit, _ = samples
    numbers = Sample(np.nan_to_num(fit.matrix[:, :2]), fit.y)
    assert resample("smote_nc", numbers, [], 1).y.mean() == pytest.approx(0.5)
    codes = Sample(fit.matrix[:, CATEGORICAL], fit.y)
    grown = resample("smote_nc", codes, [0], 1)
    assert set(grown.matrix[~np.isnan(grown.matrix)]) <= {0.0, 1.0, 2.0, 3.0}


def test_an_empty_column_stays_empty(samples: tuple[Sample, Sample]) -> None:
    fit, _ = samples
    matrix = np.column_stack([fit.matrix[:, 0], np.full(len(fit.y), np.nan)])
    assert np.isnan(resample("smote_nc", Sample(matrix, fit.y), [], 1).matrix[:, 1]).all()


@pytest.mark.parametrize("way", WAYS)
def test_a_way_depends_on_nothing_but_rows_and_seed(
    way: str, samples: tuple[Sample, Sample]
) -> None:
    fit, _ = samples
    first, second = (resample(way, fit, CATEGORICAL, 7) for _ in range(2))
    np.testing.assert_array_equal(first.matrix, second.matrix)
    np.testing.assert_array_equal(first.y, second.y)


def test_a_judgement_shows_what_the_correction_mends(samples: tuple[Sample, Sample]) -> None:
    learner = Learner(small_contract(), seed=1, threads=1)
    figures = judge("undersampling", learner, SHAPES["medium"], *samples).figures
    assert figures["ece_uncorrected"] > 0.1 > figures["ece"]
    assert figures["rows"] == 2 * samples[0].y.sum()


def judged(losses: "np.ndarray[tuple[int], np.dtype[np.float64]]", rounds: int) -> Judged:
    return Judged(rounds, losses, {"log_loss": float(losses.mean())})


def test_only_a_clear_winner_displaces_plain_training() -> None:
    rng = np.random.default_rng(0)
    plain = rng.exponential(0.3, 2000)
    slightly = judged(plain - 0.001 + rng.normal(0, 0.1, 2000), 20)
    clearly = judged(plain - 0.05 + rng.normal(0, 0.1, 2000), 30)
    noisy = choose({"none": judged(plain, 10), "weights": slightly})
    assert (noisy.name, noisy.rounds) == ("none", 10)
    won = choose({"none": judged(plain, 10), "weights": slightly, "smote_nc": clearly})
    assert (won.name, won.rounds) == ("smote_nc", 30)
    assert won.comparison["smote_nc"]["gain"] == pytest.approx(0.05, abs=0.01)
    assert won.comparison["none"]["gain"] == 0


def test_cross_calibration_mends_a_bent_margin() -> None:
    rng = np.random.default_rng(1)
    true = rng.normal(-2, 1, 6000)
    y = (rng.random(6000) < probability(true)).astype(np.float64)
    losses, log_odds = cross_calibrated(3 * true + 5, y)
    ideal = -np.where(y == 1, np.log(probability(true)), np.log(probability(-true)))
    assert losses.mean() == pytest.approx(ideal.mean(), abs=0.003)
    assert np.abs(log_odds - true).mean() < 0.15


def test_a_richer_model_must_be_clearly_better() -> None:
    rng = np.random.default_rng(2)
    small = rng.exponential(0.3, 3000)
    medium = small - 0.0005 + rng.normal(0, 0.1, 3000)
    large = small - 0.03 + rng.normal(0, 0.1, 3000)
    assert simplest_of_the_best({"small": small, "medium": medium}) == "small"
    assert simplest_of_the_best({"small": small, "medium": medium, "large": large}) == "large"
    assert simplest_of_the_best({"small": large, "medium": small}) == "small"
