"""The number of independent events of different probabilities, exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import beta, poisson_binom

from fairness.poisson_binomial import distribution, expected_limits, p_value, tails


@given(st.lists(st.floats(0, 1), min_size=1, max_size=70))
def test_equals_the_recursion_of_scipy(p: list[float]) -> None:
    wanted = poisson_binom.pmf(np.arange(len(p) + 1), p)
    assert distribution(np.array(p)) == pytest.approx(wanted, abs=1e-13)


def test_twenty_thousand_loans_keep_their_moments() -> None:
    p = expit(np.random.default_rng(0).normal(-2, 1, 20_000))
    mass, k = distribution(p), np.arange(20_001)
    assert mass.sum() == pytest.approx(1, abs=1e-10)
    assert mass @ k == pytest.approx(p.sum(), rel=1e-10)
    assert mass @ k**2 - p.sum() ** 2 == pytest.approx(np.sum(p * (1 - p)), rel=1e-5)


def test_nothing_has_no_events() -> None:
    assert distribution(np.empty(0)).tolist() == [1.0]


@pytest.mark.parametrize("events", [0, 1, 30, 199, 200])
def test_equal_probabilities_give_clopper_and_pearson(events: int) -> None:
    n = 200
    low = n * beta.ppf(0.025, events, n - events + 1) if events else 0.0
    high = n * beta.ppf(0.975, events + 1, n - events) if events < n else n
    assert expected_limits(np.full(n, -1.0), events) == pytest.approx((low, high), rel=1e-6)


def test_the_limits_do_not_depend_on_the_level_of_the_log_odds() -> None:
    log_odds = np.random.default_rng(1).normal(-2, 1, 80)
    shifted = expected_limits(log_odds + 3, 12)
    assert shifted == pytest.approx(expected_limits(log_odds, 12), rel=1e-6)


def test_the_interval_never_covers_less_than_it_promises() -> None:
    """Coverage summed over all numbers of defaults, not simulated."""
    log_odds = np.random.default_rng(2).normal(-1.5, 1, 60)
    limits = [expected_limits(log_odds, k) for k in range(61)]
    for shift in (-1.0, 0.0, 1.0):
        p = expit(log_odds + shift)
        inside = np.array([low <= p.sum() <= high for low, high in limits])
        assert 0.95 <= distribution(p)[inside].sum() <= 0.99


def test_the_test_rejects_at_most_as_often_as_it_says() -> None:
    p = expit(np.random.default_rng(3).normal(-1.5, 1, 60))
    rejected = np.array([p_value(p, k) <= 0.05 for k in range(61)])
    assert 0.02 <= distribution(p)[rejected].sum() <= 0.05


def test_tails_overlap_in_the_observed_number() -> None:
    p = np.array([0.2, 0.5, 0.9])
    lower, upper = tails(p, 2)
    assert lower + upper == pytest.approx(1 + distribution(p)[2])
