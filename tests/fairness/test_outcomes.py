"""Three answers about TPR, FPR and AUC, and what may be concluded from them."""

from dataclasses import replace

import numpy as np
import pytest

from fairness.outcome_gap import OutcomeGap
from fairness.outcome_rates import METRICS, Applicants
from fairness.outcomes import FEWEST_EACH, equalized_odds, outcome_gaps
from fairness.verdicts import Tolerance, Verdict
from scoring.intervals import UNDEFINED, Estimate
from tests.fairness.lending import World, unlogged, world

WITHIN_FIVE_POINTS = Tolerance(low=-0.05, high=0.05, parity=0.0)


def tpr(
    made: World, rows: Applicants | None = None, *, assume_monotone: bool = False
) -> OutcomeGap:
    found = outcome_gaps(rows or made.rows, made.grouping, assume_monotone=assume_monotone)
    return next(gap for gap in found if gap.metric == "tpr")


@pytest.fixture(scope="module")
def biased() -> World:
    """A model that is far harder on B, judged with many loans by chance."""
    return world(3, 40_000, bias=0.5)


def test_every_group_gets_every_metric(biased: World) -> None:
    found = outcome_gaps(biased.rows, biased.grouping)
    assert [(g.group, g.reference, g.metric) for g in found] == [("B", "A", m) for m in METRICS]
    assert sum(found[0].loans) + sum(found[0].hidden) == 40_000


def test_the_sign_is_right_or_undetermined_where_loans_alone_are_wrong() -> None:
    signs = []
    for seed in range(12):
        made = world(seed, 8000)
        gap = tpr(made)
        assert gap.approved_only.gap.low is not None
        signs.append((gap.sign, gap.approved_only.gap.low > 0))
    assert all(sign in {"lower", "undetermined"} for sign, _ in signs)
    assert sum(wrong for _, wrong in signs) >= 10


def test_without_logged_propensities_the_sign_stays_open(biased: World) -> None:
    gap = tpr(biased, unlogged(biased.rows))
    assert gap.weighted is None
    assert gap.sign == "undetermined"
    assert gap.verdict(WITHIN_FIVE_POINTS) == Verdict.INCONCLUSIVE


def test_random_loans_prove_the_bias(biased: World) -> None:
    gap = tpr(biased)
    assert gap.weighted is not None
    assert gap.weighted.gap.value == pytest.approx(biased.gap(), abs=0.03)
    assert gap.sign == "lower"
    assert gap.verdict(WITHIN_FIVE_POINTS) == Verdict.FAIL


def test_when_everybody_had_a_loan_the_three_answers_are_one(biased: World) -> None:
    rows = replace(biased.rows, y=biased.y, propensity=np.ones(40_000))
    for gap in outcome_gaps(rows, biased.grouping):
        plain = gap.approved_only.gap
        assert gap.weighted is not None
        for other in (gap.weighted.gap, gap.worst_case.gap.low, gap.worst_case.gap.high):
            assert tuple(other) == pytest.approx(tuple(plain), abs=1e-9)
    assert tpr(biased, rows).verdict(WITHIN_FIVE_POINTS) == Verdict.FAIL
    assert tpr(biased, unlogged(rows)).verdict(WITHIN_FIVE_POINTS) == Verdict.FAIL


def test_a_fair_model_passes_when_everybody_had_a_loan() -> None:
    made = world(5, 40_000, bias=0.0)
    rows = Applicants(made.rows.approve, made.rows.log_odds, made.y)
    assert tpr(made, rows).verdict(WITHIN_FIVE_POINTS) == Verdict.PASS


def test_the_assumption_decides_only_where_it_was_made(biased: World) -> None:
    """Few are hidden and none was lent to by chance."""
    hide = np.random.default_rng(0).random(40_000) < 0.02
    rows = Applicants(biased.rows.approve, biased.rows.log_odds, np.where(hide, np.nan, biased.y))
    assert len(tpr(biased, rows).deciding) == 1
    assert len(tpr(biased, rows, assume_monotone=True).deciding) == 2


def test_a_smaller_error_widens_every_answer(biased: World) -> None:
    usual = outcome_gaps(biased.rows, biased.grouping)
    strict = outcome_gaps(biased.rows, biased.grouping, error=0.001)
    for one, other in zip(usual, strict, strict=True):
        for a, b in zip(one.deciding, other.deciding, strict=True):
            assert b.interval.low < a.interval.low
            assert b.interval.high > a.interval.high


def test_few_outcomes_decide_nothing() -> None:
    made = world(6, 3000)
    bad = np.flatnonzero((made.y == 0) & made.grouping.members(1))
    y = made.y.copy()
    y[bad[FEWEST_EACH - 1 :]] = np.nan
    gap = tpr(made, Applicants(made.rows.approve, made.rows.log_odds, y))
    assert not gap.sufficient
    assert gap.sign == "undetermined"
    assert gap.verdict(WITHIN_FIVE_POINTS) == Verdict.INSUFFICIENT


def test_few_loans_by_chance_give_no_weighted_answer() -> None:
    assert tpr(world(7, 400, by_chance=0.01)).weighted is None


def test_who_could_never_have_a_loan_leaves_no_weighted_answer(biased: World) -> None:
    assert biased.rows.propensity is not None
    never = biased.rows.propensity.copy()
    never[0] = 0.0
    assert tpr(biased, replace(biased.rows, propensity=never)).weighted is None


def test_an_impossible_propensity_is_refused(biased: World) -> None:
    wrong = np.full(40_000, 1.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        outcome_gaps(replace(biased.rows, propensity=wrong), biased.grouping)


@pytest.mark.parametrize(
    ("gap", "wanted"),
    [
        (Estimate(-0.2, -0.3, -0.1), (0.2, 0.1, 0.3)),
        (Estimate(0.01, -0.02, 0.04), (0.05, 0.02, 0.08)),
    ],
)
def test_equalized_odds_is_the_larger_gap(
    gap: Estimate, wanted: tuple[float, float, float]
) -> None:
    assert equalized_odds(gap, Estimate(0.05, 0.02, 0.08)) == pytest.approx(wanted)
    assert equalized_odds(gap, UNDEFINED) == UNDEFINED
