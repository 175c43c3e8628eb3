"""Reasons: which are told, in which order and in whose words."""

import numpy as np
import pytest

from scoring.policy import RECOMMENDATIONS
from scoring.reasons import MATERIAL, MOST_REASONS, ReasonWriter
from scoring.scorer import Scorer
from tests.bundles import small_bundle, small_columns, small_contract

APPROVE, REVIEW, DECLINE = range(3)
CODES = ("LOAN", "LATE", "WALLET", "WORK")


@pytest.fixture(scope="module")
def writer() -> ReasonWriter:
    return ReasonWriter(small_contract())


def told(
    writer: ReasonWriter, totals: list[float], recommendation: int, unknown: str = ""
) -> list[str]:
    known = np.array([[code != unknown for code in CODES]])
    picked = writer.pick(np.array([totals]), np.array([recommendation]), known)[0]
    return [CODES[g] for g in picked if g >= 0]


def test_a_group_adds_its_features_up(writer: ReasonWriter) -> None:
    """amount, late_days, burden, wallet_inflow, trade, has_group and the base."""
    row = np.array([[0.1, 0.2, 0.4, -0.3, 0.05, -0.01, -2.0]])
    assert writer.codes == CODES
    np.testing.assert_allclose(writer.totals(row), [[0.5, 0.2, -0.3, 0.04]])


@pytest.mark.parametrize("recommendation", [REVIEW, DECLINE])
def test_what_raised_the_risk_explains_a_refusal(writer: ReasonWriter, recommendation: int) -> None:
    assert told(writer, [0.5, 0.9, -2.0, 0.04], recommendation) == ["LATE", "LOAN", "WORK"]


def test_nobody_is_told_of_what_nobody_knows(writer: ReasonWriter) -> None:
    assert told(writer, [0.5, 0.1, 2.0, 0.04], DECLINE, unknown="WALLET") == [
        "LOAN",
        "LATE",
        "WORK",
    ]


def test_a_group_is_known_by_any_of_its_features(writer: ReasonWriter) -> None:
    """amount, late_days, burden, wallet_inflow, trade, has_group."""
    nan = np.nan
    matrix = np.array([[9.0, 1.0, nan, nan, nan, 0.0], [nan] * 6])
    np.testing.assert_array_equal(writer.known(matrix), [[True, True, False, True], [False] * 4])


def test_what_lowered_the_risk_explains_an_approval(writer: ReasonWriter) -> None:
    assert told(writer, [0.5, -0.1, -2.0, -0.4], APPROVE) == ["WALLET", "WORK", "LATE"]


def test_ties_stand_in_the_order_of_the_contract(writer: ReasonWriter) -> None:
    assert told(writer, [0.3, 0.3 + 1e-12, 0.3, 0.3], DECLINE) == list(CODES)


def test_what_is_immaterial_is_not_told(writer: ReasonWriter) -> None:
    assert told(writer, [MATERIAL, MATERIAL - 1e-6, 0.0, -1.0], DECLINE) == ["LOAN"]
    assert told(writer, [0.0] * 4, APPROVE) == []


def test_words_follow_the_direction(writer: ReasonWriter) -> None:
    group = small_contract().reasons["LOAN"]
    for contribution, direction, text in (
        (0.3, "raises_risk", group.raises),
        (-0.3, "lowers_risk", group.lowers),
    ):
        reason = writer.reason(0, contribution)
        assert (reason.code, reason.direction, reason.text) == ("LOAN", direction, text)
        assert reason.contribution == contribution


def test_reasons_of_real_scores_are_few_strong_and_in_one_direction() -> None:
    scorer = Scorer(small_bundle(), "v")
    scores = scorer.score(small_columns(300, seed=8), 300)
    assert scores.contributions is not None
    totals = scorer.reason_writer.totals(scores.contributions)
    known = scorer.reason_writer.known(scores.matrix)
    for i, reasons in enumerate(scorer.reasons(scores)):
        approved = RECOMMENDATIONS[scores.recommendation[i]] == "approve"
        strengths = [-r.contribution if approved else r.contribution for r in reasons]
        assert len(reasons) <= MOST_REASONS
        assert strengths == sorted(strengths, reverse=True)
        assert all(s >= MATERIAL for s in strengths)
        strongest = (-totals[i] if approved else totals[i])[known[i]].max()
        assert strengths[:1] == ([strongest] if strongest >= MATERIAL else [])


def test_reasons_need_contributions() -> None:
    scorer = Scorer(small_bundle(), "v")
    scores = scorer.score(small_columns(2), 2, explain=False)
    with pytest.raises(ValueError, match="contributions"):
        scorer.reasons(scores)
