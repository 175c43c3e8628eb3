"""Paired statistics against slow oracles, the margins, and the verdicts on hand-made numbers."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from fairness.candidates import (
    AUC_MARGIN,
    KINDS,
    LOSS_MARGIN,
    Candidate,
    Kind,
    Measured,
    Recipe,
    finalists,
    front,
    gain,
    symmetric,
    target,
    within_margins,
)
from fairness.groups import BoolArray
from fairness.search_claims import CHECKS, Judged, SearchVerdict, conclude
from fairness.search_paired import (
    Change,
    Contrast,
    area_change,
    loss_change,
    nearer_parity,
    ratio_change,
)
from scoring.boosting import SHAPES
from scoring.intervals import delong
from scoring.vector import FloatArray

WOMEN, OLD = ("sex", "F"), ("age", "60 and over")
N = 4000


@pytest.fixture
def decisions() -> tuple[Contrast, BoolArray, BoolArray, FloatArray]:
    """A group with rates .55 (new) and .5 (old) against .6 and .62; outcomes follow the score."""
    rng = np.random.default_rng(3)
    members = rng.random(N) < 0.4
    u = rng.random(N)
    old = u < np.where(members, 0.50, 0.62)
    moved = rng.random(N) < 0.2
    new = np.where(moved, rng.random(N), u) < np.where(members, 0.55, 0.60)
    y = (rng.random(N) < 0.1 + 0.2 * u).astype(np.float64)
    return Contrast(*WOMEN, "M", members, ~members), new, old, y


def resampled(size: int, times: int = 400) -> list[np.typing.NDArray[np.intp]]:
    rng = np.random.default_rng(1)
    return [rng.integers(0, size, size) for _ in range(times)]


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_the_error_of_a_ratios_change_is_the_bootstraps(
    decisions: tuple[Contrast, BoolArray, BoolArray, FloatArray], sign: float
) -> None:
    contrast, new, old, _ = decisions
    change = ratio_change(contrast, new, old, sign)
    drawn = [
        contrast.at(rows).log_ratio(new[rows]) + sign * contrast.at(rows).log_ratio(old[rows])
        for rows in resampled(N)
    ]
    assert change.error == pytest.approx(np.std(drawn), rel=0.12)
    assert abs(np.mean(drawn) - change.value) < 3 * change.error / 10


def test_the_error_of_a_loss_is_the_bootstraps(
    decisions: tuple[Contrast, BoolArray, BoolArray, FloatArray],
) -> None:
    _, new, old, y = decisions
    change = loss_change(y, new, old)
    assert change.value == pytest.approx(np.log(y[new].mean() / y[old].mean()))
    drawn = [np.log(y[r][new[r]].mean() / y[r][old[r]].mean()) for r in resampled(N)]
    assert change.error == pytest.approx(np.std(drawn), rel=0.12)


def test_an_areas_change_is_the_difference_and_its_error_the_bootstraps() -> None:
    rng = np.random.default_rng(2)
    y = (rng.random(800) < 0.3).astype(np.float64)
    old = y + rng.normal(size=800)
    new = old + 0.5 * rng.normal(size=800)
    change = area_change(y, new, old)
    assert change.value == pytest.approx((delong(y, new).value or 0) - (delong(y, old).value or 0))
    drawn = [
        (delong(y[r], new[r]).value or 0) - (delong(y[r], old[r]).value or 0)
        for r in resampled(800)
    ]
    assert change.error == pytest.approx(np.std(drawn), rel=0.12)


def test_nothing_changed_is_no_change() -> None:
    rng = np.random.default_rng(2)
    y = (rng.random(400) < 0.3).astype(np.float64)
    half = rng.random(400) < 0.5
    contrast = Contrast(*WOMEN, "M", half, ~half)
    approved = rng.random(400) < 0.6
    assert ratio_change(contrast, approved, approved, -1.0) == (0, 0)
    assert area_change(y, y, y) == (0, 0)
    assert nearer_parity(contrast, approved, approved) == 1.0


def test_passing_parity_by_as_much_is_not_nearer() -> None:
    """From 0.5 against 0.7 to 0.7 against 0.5: far away on the other side."""
    half = np.arange(2000) < 1000
    contrast = Contrast(*WOMEN, "M", half, ~half)

    def at(group: float, base: float) -> BoolArray:
        place = np.arange(2000) % 1000
        return np.asarray(place < np.where(half, group, base) * 1000, dtype=np.bool_)

    old = at(0.5, 0.7)
    assert nearer_parity(contrast, at(0.7, 0.5), old) > 0.4
    assert nearer_parity(contrast, at(0.6, 0.6), old) < 1e-6
    assert nearer_parity(contrast, at(0.6, 0.7), old) < 1e-6
    assert nearer_parity(contrast, at(0.4, 0.7), old) > 0.99


def test_false_claims_of_being_nearer_parity_are_rare() -> None:
    """Both models at parity: the claim is false whatever it is about."""
    rng = np.random.default_rng(8)
    half = np.arange(600) < 300
    contrast = Contrast(*WOMEN, "M", half, ~half)
    claims = [
        nearer_parity(contrast, rng.random(600) < 0.6, rng.random(600) < 0.6) <= 0.05
        for _ in range(1000)
    ]
    assert np.mean(claims) <= 0.05


def measured(auc: float, air: Mapping[tuple[str, str], float], **more: float) -> Measured:
    return Measured(
        auc=auc,
        log_loss=0.3,
        loss=more.get("loss", 0.1),
        approved_share=more.get("share", 0.65),
        agreement=more.get("agreement", 0.95),
        air=air,
        gain_error=more.get("error", 0.01),
        hidden=frozenset(),
        approvals=(),
    )


def candidate(number: int, kind: Kind, own: Measured) -> Candidate:
    return Candidate(number, Recipe(kind, SHAPES["small"], 50), own)


BASE = candidate(0, "incumbent", measured(0.75, {WOMEN: 0.85, OLD: 0.95}))


def test_the_named_group_is_the_farthest_from_parity_on_either_side() -> None:
    assert target(BASE.measured) == WOMEN
    assert target(measured(0.75, {WOMEN: 0.9, OLD: 1.25})) == OLD
    assert symmetric(1.25) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("own", "inside"),
    [
        ({"auc": 0.75 - AUC_MARGIN + 1e-6}, True),
        ({"auc": 0.75 - AUC_MARGIN - 1e-6}, False),
        ({"loss": 0.1 * (1 + LOSS_MARGIN) - 1e-6}, True),
        ({"loss": 0.1 * (1 + LOSS_MARGIN) + 1e-6}, False),
        ({"share": 0.68}, False),
    ],
)
def test_margins_on_validation(own: dict[str, float], inside: bool) -> None:
    one = measured(**{"auc": 0.75, "air": {WOMEN: 0.9}, **own})  # type: ignore[arg-type]
    assert within_margins(one, BASE.measured) is inside


def test_finalists_are_one_of_a_kind_in_the_order_of_preference() -> None:
    rows = [
        ("penalised", measured(0.7495, {WOMEN: 0.95, OLD: 0.95})),
        ("penalised", measured(0.7496, {WOMEN: 0.94, OLD: 0.95})),
        ("proxy", measured(0.7499, {WOMEN: 0.90, OLD: 0.95})),
        ("tuned", measured(0.7600, {WOMEN: 0.855, OLD: 0.95})),  # not more than its noise
        ("reduced", measured(0.7000, {WOMEN: 0.99, OLD: 0.99})),  # ranks too badly
    ]
    all_of_them = [BASE, *(candidate(i + 1, k, m) for i, (k, m) in enumerate(rows))]  # type: ignore[arg-type]
    assert [c.number for c in finalists(all_of_them)] == [3, 1]
    assert gain(rows[0][1], BASE.measured) == pytest.approx(np.log(0.95 / 0.85))
    assert finalists([BASE]) == []


def test_the_front_holds_those_that_nobody_beats() -> None:
    beaten = candidate(1, "tuned", measured(0.74, {WOMEN: 0.84}))
    trade = candidate(2, "tuned", measured(0.74, {WOMEN: 0.92}))
    assert front([BASE, beaten, trade]) == {0, 2}


def judged(number: int = 1, **more: object) -> Judged:
    good = Judged(
        number=number,
        area=Change(0.0, 0.001),
        loss=Change(-0.01, 0.02),
        shares=(0.65, 0.65),
        changes={WOMEN: Change(0.05, 0.01)},
        worst=(0.90, 0.85),
        p=0.001,
        harmed=(),
    )
    return replace(good, **more)  # type: ignore[arg-type]


def test_all_conditions_make_a_finding() -> None:
    found = conclude([judged(7)])
    assert (found.verdict, found.chosen) == (SearchVerdict.FOUND, 7)
    assert found.met == (frozenset(CHECKS),)


@pytest.mark.parametrize(
    ("wrong", "failed"),
    [
        ({"p": 0.051}, "fairer"),
        ({"worst": (0.84, 0.85)}, "others"),
        ({"harmed": (OLD,)}, "others"),
        ({"area": Change(-0.0051, 0.0)}, "auc"),
        ({"loss": Change(float(np.log(1.011)), 0.0)}, "loss"),
        ({"shares": (0.68, 0.65)}, "approvals"),
    ],
)
def test_one_condition_that_fails_refutes(wrong: dict[str, object], failed: str) -> None:
    conclusion = conclude([replace(judged(), **wrong)])  # type: ignore[arg-type]
    assert conclusion.verdict == SearchVerdict.REFUTED
    assert conclusion.chosen is None
    assert set(CHECKS) - conclusion.met[0] == {failed}


def test_the_ranking_must_be_proven_and_the_loss_observed() -> None:
    """The margin of the AUC is held by the one-sided limit, that of the loss by its value."""
    assert conclude([judged(area=Change(-0.003, 0.001))]).chosen == 1
    assert conclude([judged(area=Change(-0.003, 0.002))]).chosen is None
    assert conclude([judged(loss=Change(0.009, 0.05))]).chosen == 1


def test_no_finalist_is_not_found() -> None:
    assert conclude([]).verdict == SearchVerdict.NOT_FOUND


def test_finalists_are_corrected_for_each_other() -> None:
    """0.03 would be enough alone; with three finalists Holm asks for 0.05 / 3 first."""
    assert conclude([judged(p=0.03)]).chosen == 1
    three = [judged(1, p=0.03), judged(2, p=0.03), judged(3, p=0.03)]
    assert conclude(three).verdict == SearchVerdict.REFUTED
    assert conclude([judged(1, p=0.01), *three[1:]]).chosen == 1


def test_the_first_in_the_order_of_preference_is_taken() -> None:
    assert conclude([judged(5, p=0.2), judged(9), judged(4)]).chosen == 9
    assert KINDS[0] == "proxy"
