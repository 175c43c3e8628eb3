"""The resampled statistics against scikit-learn, scipy and sums by hand."""

import numpy as np
import pytest
from scipy.stats import ks_2samp
from sklearn.metrics import average_precision_score, brier_score_loss

from scoring.calibration import probability
from scoring.ranking import STATISTICS, RankedSample
from scoring.vector import FloatArray


def draw(n: int, seed: int, decimals: int = 8) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    log_odds = np.round(rng.normal(-2, 1.2, n), decimals)
    return log_odds, (rng.random(n) < probability(log_odds)).astype(np.float64)


@pytest.mark.parametrize("decimals", [0, 8], ids=["ties", "no ties"])
def test_statistics_agree_with_other_libraries(decimals: int) -> None:
    log_odds, y = draw(900, 1, decimals)
    sample, pd = RankedSample(log_odds, y), probability(log_odds)
    assert sample.value("ks") == pytest.approx(ks_2samp(pd[y == 1], pd[y == 0]).statistic)
    assert sample.value("average_precision") == pytest.approx(average_precision_score(y, pd))
    assert sample.value("brier") == pytest.approx(brier_score_loss(y, pd))
    assert sample.value("mean_pd") == pytest.approx(pd.mean())
    assert sample.value("uncertainty") == pytest.approx(y.mean() * (1 - y.mean()))


def test_expected_calibration_error_by_hand() -> None:
    """Twenty rows, ten bins of two: a bin's gap is |mean pd - bads / 2|, each weighs a tenth."""
    pd = np.arange(1, 21) / 40
    y = np.zeros(20)
    y[[3, 10, 18, 19]] = 1
    pairs = pd.reshape(10, 2).mean(axis=1), y.reshape(10, 2).mean(axis=1)
    expected = np.abs(pairs[0] - pairs[1]).sum() / 10
    sample = RankedSample(np.log(pd / (1 - pd)), y)
    assert sample.value("ece") == pytest.approx(expected)
    assert sample.value("reliability") == pytest.approx(((pairs[0] - pairs[1]) ** 2).mean())
    assert sample.value("resolution") == pytest.approx(((pairs[1] - 0.2) ** 2).mean())


def test_the_brier_score_of_binned_forecasts_decomposes_exactly() -> None:
    """With one PD a bin nothing hides in the bins: Murphy's identity holds to the last digit."""
    levels = np.repeat(np.linspace(-3, 0, 10), 50)
    y = (np.random.default_rng(2).random(500) < probability(levels)).astype(np.float64)
    sample = RankedSample(levels, y)
    parts = {name: sample.value(name) for name in STATISTICS}
    recomposed = parts["reliability"] - parts["resolution"] + parts["uncertainty"]
    assert parts["brier"] == pytest.approx(recomposed, abs=1e-12)


def test_a_resample_counts_as_if_its_rows_stood_there() -> None:
    log_odds, y = draw(300, 3, 1)
    sample = RankedSample(log_odds, y)
    counts = np.bincount(np.random.default_rng(4).integers(0, 300, 300), minlength=300)
    drawn = dict(zip(STATISTICS, sample.statistics(counts), strict=True))
    written_out = RankedSample(np.repeat(sample.log_odds, counts), np.repeat(sample.y, counts))
    for name in ("ks", "average_precision", "brier", "mean_pd", "uncertainty"):
        assert drawn[name] == pytest.approx(written_out.value(name)), name


def test_the_order_of_rows_does_not_matter() -> None:
    log_odds, y = draw(500, 5, 1)
    order = np.random.default_rng(6).permutation(500)
    first, second = RankedSample(log_odds, y), RankedSample(log_odds[order], y[order])
    assert [first.value(n) for n in STATISTICS] == [second.value(n) for n in STATISTICS]


def test_a_constant_score_has_no_lift_and_no_distance() -> None:
    y = np.repeat([0.0, 1.0], [80, 20])
    sample = RankedSample(np.full(100, np.log(0.25)), y)
    values = {name: sample.value(name) for name in STATISTICS}
    assert values["ks"] == 0
    assert values["lift"] == pytest.approx(1)
    assert values["average_precision"] == pytest.approx(0.2)
    assert values["ece"] == pytest.approx(0, abs=1e-12)


def test_the_tenth_with_the_highest_pds_is_what_lift_looks_at() -> None:
    log_odds = np.linspace(-3, 1, 100)
    y = np.zeros(100)
    y[[95, 96, 97, 98, 99, 10, 20, 30]] = 1
    assert RankedSample(log_odds, y).value("lift") == pytest.approx((5 / 10) / 0.08)
