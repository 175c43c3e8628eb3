"""From a world to verdicts: a planted bias is found with its size, and none where there is none."""

import numpy as np
import pytest

from data.synthetic.bias import NO_BIAS, Bias
from data.synthetic.world import build_world
from fairness.disparity import POLICY
from fairness.verdicts import Verdict
from tests.fairness.planted import PARITY, PLANTED, Case, Population, Truth, live, population

APPLICATIONS, PLACE, SEED = 6000, 4, 2
ATTRIBUTES = ("sex", "age")


@pytest.fixture(scope="module")
def planted() -> Case:
    return live(PLACE, SEED, PLANTED, APPLICATIONS, ATTRIBUTES)


def others(bias: Bias, applications: int = 20_000) -> Population:
    return population(build_world(PLACE, bias), applications, 1)


@pytest.fixture(scope="module")
def truth(planted: Case) -> Truth:
    return others(PLANTED).truth(planted.scorer, planted.since)


def test_a_planted_bias_fails_with_its_true_size_inside_the_interval(
    planted: Case, truth: Truth
) -> None:
    (women,) = (
        i
        for i in planted.audit.impact
        if (i.group, i.rule, i.attribute) == ("female", POLICY, "sex")
    )
    assert women.verdict == planted.audit.verdict == Verdict.FAIL
    assert women.air.value is not None
    assert women.air.low is not None
    assert women.air.high is not None
    assert women.air.low < truth.air < women.air.high < 1
    assert 0.7 < truth.air < 0.88


def test_nobody_else_fails_where_only_women_are_wronged(planted: Case) -> None:
    failed = {f.attribute for f in planted.audit.findings if f.counts and f.verdict == Verdict.FAIL}
    assert failed == {"sex"}


def test_the_true_gap_of_the_tpr_lies_between_its_bounds(planted: Case, truth: Truth) -> None:
    (tpr,) = (
        o for o in planted.audit.outcomes if (o.group, o.metric) == ("female", "tpr_difference")
    )
    assert tpr.bounds.low is not None
    assert tpr.bounds.high is not None
    assert tpr.bounds.low < truth.tpr_gap < tpr.bounds.high
    assert truth.tpr_gap < -0.05
    assert tpr.sign != "higher"


def test_an_audit_without_bias_fails_nobody() -> None:
    case = live(PLACE, SEED, NO_BIAS, APPLICATIONS, ATTRIBUTES)
    assert case.audit.verdict != Verdict.FAIL
    assert not [f for f in case.audit.findings if f.counts and f.verdict == Verdict.FAIL]


def test_without_bias_every_model_is_at_parity(planted: Case) -> None:
    fair = others(NO_BIAS).truth(planted.scorer, planted.since)
    assert fair.air == pytest.approx(PARITY.air, abs=0.04)
    assert fair.tpr_gap == pytest.approx(PARITY.tpr_gap, abs=0.03)
    assert fair.past_air == pytest.approx(PARITY.past_air, abs=0.02)


def test_more_bias_in_the_records_lowers_the_ratio_of_the_same_model(planted: Case) -> None:
    sizes = (0.0, -0.8, -1.6)
    worlds = [others(Bias(records=size, equal_groups=True), 3000) for size in sizes]
    ratios = [world.truth(planted.scorer, planted.since).air for world in worlds]
    assert np.all(np.diff(ratios) < -0.02)
