"""Verdicts and the applications that would settle them."""

import numpy as np
import pytest

from fairness.intervals import Interval
from fairness.judging import Judging, Pairs, judge
from fairness.verdicts import Tolerance, Verdict, factor_needed, verdicts

AIR = Tolerance(low=0.9, high=None, parity=1.0)
BOTH = Tolerance(low=0.8, high=1.25, parity=1.0)


def one(value: float, low: float, high: float, *, proven: bool, tolerance: Tolerance) -> Verdict:
    plain = Interval(np.array([low]), np.array([high]))
    flags = (np.array([proven and value < 1]), np.array([proven and value > 1]))
    return verdicts(np.array([value]), plain, *flags, np.array([True]), tolerance)[0]


def pairs(x1: float, n1: float, x0: float, n0: float) -> Pairs:
    return Pairs(*(np.array([float(v)]) for v in (x1, n1, x0, n0)))


@pytest.mark.parametrize(
    ("value", "low", "high", "proven", "tolerance", "expected"),
    [
        (1.00, 0.92, 1.09, False, AIR, Verdict.PASS),
        (0.80, 0.75, 0.86, True, AIR, Verdict.FAIL),
        (0.95, 0.93, 0.97, True, AIR, Verdict.PASS),  # different, but not by much
        (0.85, 0.60, 1.10, False, AIR, Verdict.INCONCLUSIVE),
        (0.93, 0.88, 0.98, True, AIR, Verdict.INCONCLUSIVE),
        (1.60, 1.40, 1.80, True, AIR, Verdict.PASS),  # the side is not judged
        (1.60, 1.40, 1.80, True, BOTH, Verdict.FAIL),
        (0.80, 0.75, 0.86, True, BOTH, Verdict.FAIL),  # at the limit
        (float("nan"), 0.0, 1.0, False, AIR, Verdict.INSUFFICIENT),
    ],
)
def test_verdict(
    value: float, low: float, high: float, proven: bool, tolerance: Tolerance, expected: Verdict
) -> None:
    assert one(value, low, high, proven=proven, tolerance=tolerance) == expected


def test_too_few_people_are_insufficient_whatever_they_show() -> None:
    plain = Interval(np.array([0.1]), np.array([0.2]))
    yes, no = np.array([True]), np.array([False])
    assert verdicts(np.array([0.15]), plain, yes, no, no, AIR) == [Verdict.INSUFFICIENT]


def test_a_strict_profile_asks_for_an_interval_outside_the_tolerance() -> None:
    counts = pairs(500, 650, 570, 650)
    strict = Tolerance(low=0.9, high=None, parity=1.0, proof="limit")
    assert judge(counts, Judging()).verdicts == [Verdict.FAIL]
    assert judge(counts, Judging(tolerance=strict)).verdicts == [Verdict.INCONCLUSIVE]
    many = counts.times(np.array([20.0]))
    assert judge(many, Judging(tolerance=strict)).verdicts == [Verdict.FAIL]
    assert judge(many, Judging()).outside.tolist() == [True]


@pytest.mark.parametrize("counts", [(40, 60, 400, 520), (30, 60, 300, 520), (50, 70, 400, 540)])
def test_the_factor_settles_the_verdict_and_less_does_not(counts: tuple[int, ...]) -> None:
    found = judge(pairs(*counts), Judging())
    assert found.verdicts == [Verdict.INCONCLUSIVE]
    (factor,) = found.factor
    enough = judge(pairs(*np.ceil(np.array(counts) * factor * 1.15)), Judging())
    fewer = judge(pairs(*np.floor(np.array(counts) * factor * 0.85)), Judging())
    assert enough.verdicts[0] in {Verdict.PASS, Verdict.FAIL}
    assert fewer.verdicts == [Verdict.INCONCLUSIVE]


def test_what_is_settled_needs_no_more() -> None:
    assert judge(pairs(400, 650, 400, 650), Judging()).factor == pytest.approx([1.0])


def test_an_estimate_on_the_limit_is_never_settled_by_more_of_the_same() -> None:
    assert factor_needed(lambda _: np.array([False]), 1).tolist() == [np.inf]


def test_parity_limits_and_tests_agree() -> None:
    found = judge(pairs(347, 650, 433, 650), Judging())
    assert found.below.tolist() == [True]
    assert found.corrected.high[0] < 1
    assert found.p[0] < 0.0001
