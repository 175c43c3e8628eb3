"""Cut-offs, bands and points: shares of the sample, edges and the points scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.contract import Points, Policy
from scoring.policy import RECOMMENDATIONS, DecisionRules

RULES = DecisionRules(
    policy_version="7",
    approve_below=0.10,
    decline_from=0.30,
    bands=("A", "B", "C"),
    band_limits=(0.05, 0.20),
    points=Points(points=600, at_odds=20, double=40),
)


@pytest.mark.parametrize(
    ("pd", "recommendation", "band"),
    [
        (0.0, "approve", "A"),
        (0.05, "approve", "B"),
        (0.0999, "approve", "B"),
        (0.10, "review", "B"),
        (0.20, "review", "C"),
        (0.2999, "review", "C"),
        (0.30, "decline", "C"),
        (1.0, "decline", "C"),
    ],
)
def test_edges_belong_to_the_riskier_side(pd: float, recommendation: str, band: str) -> None:
    assert RECOMMENDATIONS[RULES.recommend(np.array([pd]))[0]] == recommendation
    assert RULES.bands[RULES.band(np.array([pd]))[0]] == band


def test_cut_offs_give_the_shares_of_the_policy() -> None:
    pd = np.random.default_rng(0).beta(1, 9, 10_000)
    policy = Policy(version="3", approve_share=0.6, decline_share=0.1, bands=("A", "B", "C", "D"))
    rules = DecisionRules.from_sample(policy, pd)
    shares = np.bincount(rules.recommend(pd), minlength=3) / 10_000
    assert shares == pytest.approx([0.6, 0.3, 0.1], abs=2e-4)
    assert np.bincount(rules.band(pd)) / 10_000 == pytest.approx([0.25] * 4, abs=2e-4)
    assert rules.policy_version == "3"


def test_no_room_for_review_still_gives_ordered_cut_offs() -> None:
    pd = np.linspace(0.01, 0.5, 101)
    rules = DecisionRules.from_sample(Policy(approve_share=0.7, decline_share=0.3), pd)
    assert rules.approve_below <= rules.decline_from


@pytest.mark.parametrize(("odds", "points"), [(20, 600), (40, 640), (10, 560), (20 * 2**5, 800)])
def test_points_double_the_odds(odds: float, points: int) -> None:
    assert RULES.score_points(np.array([-np.log(odds)]))[0] == points


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=2))
def test_more_risk_never_gives_more_points_or_a_better_band(pair: list[float]) -> None:
    low, high = sorted(pair)
    log_odds = np.array([low, high])
    pd = 1 / (1 + np.exp(-log_odds))
    assert RULES.score_points(log_odds)[0] >= RULES.score_points(log_odds)[1]
    assert RULES.band(pd)[0] <= RULES.band(pd)[1]
    assert RULES.recommend(pd)[0] <= RULES.recommend(pd)[1]
