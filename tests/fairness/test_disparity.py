"""Groups, and the disparity of their approvals."""

import numpy as np
import pytest

from data.errors import NotEnoughDataError
from fairness.disparity import POLICY, Approvals, approve_at, disparities
from fairness.groups import factor_to_publish, grouping, intersection, intersections, sufficient
from fairness.judging import Judging
from fairness.verdicts import Tolerance, Verdict
from scoring.intervals import UNDEFINED


def names(*counts: tuple[str, int]) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    return np.repeat(np.array([n for n, _ in counts], dtype=object), [c for _, c in counts])


def approved(*counts: tuple[int, int]) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """For each group: approved, people."""
    return np.concatenate([np.arange(n) < x for x, n in counts])


LENDER = grouping("sex", names(("male", 600), ("female", 500), ("not stated", 40)), "male")
PEOPLE = approved((420, 600), (250, 500), (24, 40))


def test_not_stated_is_a_group_like_others() -> None:
    assert LENDER.names == ("female", "male", "not stated")
    assert [LENDER.names[i] for i in LENDER.others] == ["female", "not stated"]
    assert LENDER.people.tolist() == [500, 600, 40]


def test_a_reference_without_people_is_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="nobody belongs to 'male'"):
        grouping("sex", names(("female", 5)), "male")


def test_intersections_have_every_pair_and_the_pair_of_references() -> None:
    area = grouping("area", names(("rural", 570), ("urban", 570)), "urban")
    (both,) = intersections([LENDER, area])
    assert both.title == "sex & area"
    assert both.names[both.reference] == "male & urban"
    assert len(both.names) == 6
    assert both.people.sum() == 1140
    assert "not stated & rural" not in [both.names[i] for i in both.others]  # has nobody


def test_estimates_of_a_group() -> None:
    (female, _) = disparities([LENDER], [Approvals(POLICY, PEOPLE)])
    assert (female.compared.people, female.compared.approved) == (500, 250)
    assert (female.compared.reference_people, female.compared.reference_approved) == (600, 420)
    assert female.air.value == pytest.approx(0.5 / 0.7)
    assert female.difference.value == pytest.approx(-0.2)
    assert female.shortfall.value == pytest.approx(100)
    assert female.shortfall.low == pytest.approx(-500 * (female.difference.high or 0))
    assert female.different == "below"
    assert female.outside
    assert female.verdict == Verdict.FAIL
    assert female.applications_needed is None


def test_the_corrected_interval_holds_the_plain_one_of_an_open_claim() -> None:
    (_, stated) = disparities([LENDER], [Approvals(POLICY, PEOPLE)])
    assert stated.verdict == Verdict.INCONCLUSIVE
    assert stated.applications_needed is not None
    assert stated.applications_needed > 1140
    assert (stated.air_corrected.low or 1) < (stated.air.low or 0)
    assert (stated.air_corrected.high or 0) >= 1


def test_small_groups_are_insufficient_and_leave_the_family_alone() -> None:
    small = grouping("sex", names(("male", 600), ("female", 500), ("other", 29)), "male")
    with_small = disparities(
        [small], [Approvals(POLICY, approved((420, 600), (250, 500), (9, 29)))]
    )
    alone = disparities(
        [grouping("sex", names(("male", 600), ("female", 500)), "male")],
        [Approvals(POLICY, approved((420, 600), (250, 500)))],
    )
    other = with_small[1]
    assert other.verdict == Verdict.INSUFFICIENT
    assert other.air == UNDEFINED
    assert other.applications_needed == 1255  # 1129 · 10/9: ten approvals
    assert with_small[0].p_corrected == alone[0].p_corrected


@pytest.mark.parametrize(
    ("people", "chosen", "enough", "factor"),
    [
        (30, 10, True, 1.0),
        (29, 12, False, 30 / 29),
        (300, 9, False, 10 / 9),
        (300, 300, False, 10.0),
        (0, 0, False, np.inf),
    ],
)
def test_minimum_sizes(people: int, chosen: int, enough: bool, factor: float) -> None:
    n, x = np.array([people]), np.array([chosen])
    assert sufficient(n, x).tolist() == [enough]
    assert factor_to_publish(n, x) == pytest.approx([factor])


def test_a_reference_that_is_too_small_makes_all_insufficient() -> None:
    (one, _) = disparities(
        [LENDER], [Approvals(POLICY, approved((595, 600), (250, 500), (24, 40)))]
    )
    assert one.verdict == Verdict.INSUFFICIENT


def test_approval_rates_take_the_safest_and_decide_ties_alike() -> None:
    risk = np.array([0.1, 0.2, 0.2, 0.3, 0.4])
    assert approve_at(risk, 0.5).approved.tolist() == [True, True, True, False, False]
    assert approve_at(risk, 0.2).approved.tolist() == [True, False, False, False, False]
    assert approve_at(risk, 0.6).rule == "60%"


def test_a_profile_changes_verdicts() -> None:
    rules = [Approvals(POLICY, approved((420, 600), (310, 500), (24, 40)))]
    four_fifths = Judging(tolerance=Tolerance(low=0.8, high=1.25, parity=1.0))
    assert disparities([LENDER], rules)[0].verdict == Verdict.FAIL
    assert disparities([LENDER], rules, four_fifths)[0].verdict == Verdict.PASS


def test_a_favoured_group_is_told_but_fails_only_where_that_side_is_judged() -> None:
    rules = [Approvals(POLICY, approved((300, 600), (350, 500), (24, 40)))]
    (female, _) = disparities([LENDER], rules)
    assert (female.different, female.verdict) == ("above", Verdict.PASS)
    both = Judging(tolerance=Tolerance(low=0.9, high=1 / 0.9, parity=1.0))
    assert disparities([LENDER], rules, both)[0].verdict == Verdict.FAIL


def test_intersections_without_a_reference_are_insufficient() -> None:
    area = grouping("area", names(("rural", 600), ("urban", 540)), "urban")
    found = disparities([intersection(LENDER, area)], [Approvals(POLICY, PEOPLE)])
    assert {d.verdict for d in found} == {Verdict.INSUFFICIENT}
    assert {d.applications_needed for d in found} == {None}
