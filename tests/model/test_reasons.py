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
        assert (reason["code"], reason["direction"]) == ("LOAN", direction)
        assert (reason["contribution"], reason["text"]) == (contribution, text.model_dump())


def test_reasons_of_real_scores_are_few_strong_and_in_one_direction() -> None:
    scorer = Scorer(small_bundle(), "v")
    scores = scorer.score(small_columns(300, seed=8), 300)
    assert scores.contributions is not None
    totals = scorer.reason_writer.totals(scores.contributions)
    known = scorer.reason_writer.known(scores.matrix)
    for i, reasons in enumerate(scorer.reasons(scores)):
        approved = RECOMMENDATIONS[scores.recommendation[i]] == "approve"
        strengths = [-r["contribution"] if approved else r["contribution"] for r in reasons]
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


def plainly(contributions: list[float], recommendation: int) -> list[float]:
    """The groups' totals of one row, signed so that the strongest reason is the largest."""
    features = small_contract().model_features
    totals = []
    for group in small_contract().reasons.values():
        first, *more = [contributions[features.index(name)] for name in group.features]
        for value in more:
            first += value
        totals.append(first)
    sign = -1.0 if RECOMMENDATIONS[recommendation] == "approve" else 1.0
    return [sign * total for total in totals]


@pytest.mark.parametrize("n", [0, 1, 6, 300])
def test_many_rows_are_told_what_each_would_be_alone(writer: ReasonWriter, n: int) -> None:
    """To the last bit, with ties, nearly immaterial contributions and missing values."""
    rng = np.random.default_rng(n)
    drawn = rng.choice([0.0, MATERIAL, 0.1, rng.normal()], (n, 7)) * rng.choice([1, -1], (n, 7))
    contributions = drawn + rng.choice([0.0, 3e-10, 1e-12], (n, 7))
    matrix = np.where(rng.random((n, 6)) < 0.6, np.nan, drawn[:, :6])
    recommendation = rng.integers(0, 3, n)
    totals, known = writer.totals(contributions), writer.known(matrix)
    picked = writer.pick(totals, recommendation, known)
    assert (totals.shape, known.shape, picked.shape) == ((n, 4), (n, 4), (n, MOST_REASONS))
    features = small_contract().model_features
    for i, row in enumerate(contributions.tolist()):
        strength = plainly(row, int(recommendation[i]))
        assert [abs(s) for s in strength] == np.abs(totals[i]).tolist()
        given = {
            name for name, value in zip(features, matrix[i], strict=True) if not np.isnan(value)
        }
        groups = [bool(given & set(g.features)) for g in small_contract().reasons.values()]
        assert groups == known[i].tolist()
        strength = [s if there else -np.inf for s, there in zip(strength, groups, strict=True)]
        order = sorted(range(4), key=lambda g: -float(np.round(strength[g], 9)))
        assert picked[i].tolist() == [g if strength[g] >= MATERIAL else -1 for g in order]
