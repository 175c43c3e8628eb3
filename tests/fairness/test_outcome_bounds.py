"""Bounds: no outcome of those without a loan leads outside, and some lead to the very ends."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fairness.outcome_bounds import FEWEST_SEEN, monotone, worst_case
from fairness.outcome_rates import METRICS, Applicants, Metric, observed
from scoring.intervals import UNDEFINED
from scoring.vector import FloatArray
from tests.fairness.lending import world

OUTCOMES = st.sampled_from([0.0, 1.0, float("nan")])


def completions(rows: Applicants, metric: Metric) -> list[float]:
    """The metric for every possible set of hidden outcomes."""
    hidden = np.flatnonzero(np.isnan(rows.y))
    found = []
    for outcomes in product((0.0, 1.0), repeat=len(hidden)):
        y = rows.y.copy()
        y[hidden] = outcomes
        value = observed(Applicants(rows.approve, rows.log_odds, y), metric, 0.05).value
        if value is not None:
            found.append(value)
    return found


@pytest.mark.parametrize("metric", METRICS)
@given(data=st.data())
def test_bounds_are_the_extremes_of_all_completions(metric: Metric, data: st.DataObject) -> None:
    y = np.array(data.draw(st.lists(OUTCOMES, min_size=2, max_size=8)))
    order = np.array(data.draw(st.permutations(range(len(y)))), dtype=np.float64)
    rows = Applicants(order < data.draw(st.integers(0, len(y))), order, y)
    found, possible = worst_case(rows, metric, 0.05), completions(rows, metric)
    assume(metric == "auc" or rows.of(metric).any())
    if not possible:
        assert found.low == UNDEFINED
        assert found.high == UNDEFINED
        return
    assert (found.low.value, found.high.value) == pytest.approx((min(possible), max(possible)))


def test_the_intervals_widen_the_bounds() -> None:
    rows = world(0, 2000).rows
    for metric in METRICS:
        low, high = worst_case(rows, metric, 0.05).low, worst_case(rows, metric, 0.05).high
        assert low.low is not None
        assert low.value is not None
        assert high.value is not None
        assert high.high is not None
        assert low.low < low.value < high.value < high.high


def bands(rows: Applicants) -> FloatArray:
    return np.quantile(rows.log_odds, np.arange(1, 10) / 10)


@pytest.mark.parametrize("metric", ["tpr", "fpr"])
def test_the_assumption_tightens_the_bounds_and_keeps_the_truth(metric: Metric) -> None:
    """The simulated officer lent to the better risks of every band, so that it holds."""
    made = world(1, 50_000)
    truth = observed(Applicants(made.rows.approve, made.rows.log_odds, made.y), metric, 0.05).value
    free = worst_case(made.rows, metric, 0.05)
    tight = monotone(made.rows, metric, bands(made.rows), 0.05)
    ends = [v.value for v in (free.low, tight.low, tight.high, free.high)]
    assert truth is not None
    assert None not in ends
    low, tight_low, tight_high, high = (v for v in ends if v is not None)
    assert low <= tight_low <= truth <= tight_high <= high
    assert tight_high - tight_low < 0.95 * (high - low)


def test_cells_with_few_outcomes_assume_nothing() -> None:
    """One loan fewer than FEWEST_SEEN in the only cell."""
    y = np.concatenate([np.zeros(FEWEST_SEEN - 1), np.full(20, np.nan)])
    rows = Applicants(np.arange(len(y)) % 2 == 0, np.zeros(len(y)), y)
    none = np.empty(0)
    assert monotone(rows, "tpr", none, 0.05) == worst_case(rows, "tpr", 0.05)


def test_the_interval_of_a_tightened_bound_is_that_of_resampling() -> None:
    """The delta method against 400 resamples of the applicants."""
    rows, rng = world(2, 4000).rows, np.random.default_rng(0)
    cuts = bands(rows)
    draws = []
    for _ in range(400):
        at = rng.integers(0, 4000, 4000)
        drawn = Applicants(rows.approve[at], rows.log_odds[at], rows.y[at])
        draws.append(monotone(drawn, "tpr", cuts, 0.05).high.value)
    high = monotone(rows, "tpr", cuts, 0.05).high
    assert high.low is not None
    assert high.high is not None
    spread = float(np.std(np.array(draws, dtype=np.float64)))
    assert (high.high - high.low) / (2 * 1.96) == pytest.approx(spread, rel=0.15)
