"""Adjusted p-values and the limits that go with them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, norm

from fairness.multiplicity import Corrected, Method, benjamini_hochberg, correct, holm
from scoring.vector import FloatArray

P = st.lists(st.floats(0, 1), min_size=1, max_size=30).map(np.array)


def judged(z: FloatArray, method: Method = "holm", error: float = 0.05) -> Corrected:
    """Upper limits of values z with standard error 1, tested against 0 from below."""
    return correct(norm.cdf(z), lambda e: z + norm.isf(e), 0.0, "below", error, method)


def test_holm_by_hand() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(P)
def test_holm_lies_between_the_plain_and_the_bonferroni_p(p: FloatArray) -> None:
    assert (holm(p) >= p).all()
    assert (holm(p) <= np.minimum(1, p * len(p))).all()


@given(P)
def test_benjamini_hochberg_is_scipys(p: FloatArray) -> None:
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p))


@given(st.lists(st.floats(-6, 6), min_size=1, max_size=12).map(np.array))
def test_limits_say_the_same_as_the_tests(z: FloatArray) -> None:
    for method in ("holm", "benjamini_hochberg"):
        found = judged(z, method)
        assert (found.limit[found.proven] <= 0).all()
        assert (found.limit[~found.proven] >= 0).all()


def test_proven_claims_have_the_null_as_limit_while_others_are_open() -> None:
    found = judged(np.array([-5.0, 0.3]))
    assert found.proven.tolist() == [True, False]
    assert found.limit.tolist() == pytest.approx([0.0, 0.3 + norm.isf(0.05)])


def test_when_all_are_proven_the_limits_are_bonferronis() -> None:
    found = judged(np.array([-5.0, -6.0]))
    assert found.limit.tolist() == pytest.approx((np.array([-5, -6]) + norm.isf(0.025)).tolist())


def test_holm_limits_hold_together() -> None:
    """5 of 10 effects are real; all 10 limits are right in at least 95 of 100 data sets."""
    rng = np.random.default_rng(3)
    truth = np.array([-3.0] * 5 + [0.0] * 5)
    z = truth + rng.standard_normal((2000, 10))
    wrong = [np.any(judged(row).limit < truth - 1e-12) for row in z]
    assert np.mean(wrong) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2000)


def test_lower_limits_mirror_upper_ones() -> None:
    z = np.array([-4.0, 1.0, 0.2])
    above = correct(norm.sf(-z), lambda e: -z - norm.isf(e), 0.0, "above", 0.05, "holm")
    assert above.limit == pytest.approx(-judged(z).limit)


def test_an_empty_family_says_nothing() -> None:
    assert len(judged(np.array([])).limit) == 0
