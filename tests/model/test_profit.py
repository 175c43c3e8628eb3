"""Money at a cut-off: hand calculations, the break-even point and its direction."""

import numpy as np
import pytest

from data.contract import Money
from scoring.profit import CUT_OFFS, Portfolio, best_cut_off, break_even, compare, curve

MONEY = Money(margin=0.2, loss_given_default=0.5, collection_cost=10, declined_good=0.1)


def portfolio(n: int = 4000, seed: int = 0) -> Portfolio:
    rng = np.random.default_rng(seed)
    pd = rng.beta(1.2, 8, n)
    return Portfolio(pd, (rng.random(n) < pd).astype(np.float64), rng.lognormal(5, 0.5, n))


def test_two_loans_by_hand() -> None:
    """Amounts 100 and 200, PD 0.1 and 0.5, a cut-off of 0.2: one approved, one declined."""
    two = Portfolio(np.array([0.1, 0.5]), np.array([0.0, np.nan]), np.array([100.0, 200.0]))
    (row,) = curve(two, MONEY, np.array([0.2]))
    assert row["approval_rate"]["value"] == 0.5
    assert row["expected_loss"] == pytest.approx(0.1 * (50 + 10))
    assert row["expected_profit"] == pytest.approx(0.9 * 20 - 0.1 * 60 - 0.5 * 20)
    assert row["realised_profit"] == pytest.approx(20)
    assert row["bad_rate"]["value"] == 0


def test_at_break_even_both_answers_are_worth_the_same() -> None:
    p = break_even(MONEY, 100)
    assert (1 - p) * 20 - p * 60 == pytest.approx(-(1 - p) * 10)


@pytest.mark.parametrize(
    ("change", "direction"),
    [
        ({"margin": 0.3}, 1),
        ({"declined_good": 0.3}, 1),
        ({"loss_given_default": 0.9}, -1),
        ({"collection_cost": 40}, -1),
    ],
)
def test_the_cut_off_moves_as_money_does(change: dict[str, float], direction: int) -> None:
    moved = break_even(MONEY.model_copy(update=change), 100) - break_even(MONEY, 100)
    assert moved * direction > 0


def test_the_best_cut_off_is_near_break_even_and_inside_its_interval() -> None:
    flat = MONEY.model_copy(update={"collection_cost": 0})
    best = best_cut_off(portfolio(), flat)
    assert best.value is not None
    assert best.low is not None
    assert best.high is not None
    assert best.low <= best.value <= best.high
    assert abs(best.value - break_even(flat, 1)) <= 0.05
    assert best.value in CUT_OFFS


def test_approvals_and_losses_rise_with_the_cut_off() -> None:
    rows = curve(portfolio(), MONEY)
    for name in ("expected_loss",):
        values = [row[name] for row in rows]
        assert values == sorted(values)
    rates = [row["approval_rate"]["value"] for row in rows]
    assert rates == sorted(rates)


def test_a_move_is_the_difference_of_two_rows_of_the_curve() -> None:
    past = portfolio()
    first, second = curve(past, MONEY, np.array([0.1, 0.2]))
    moved = compare(past, MONEY, 0.1, 0.2)
    expected = second["expected_profit"] - first["expected_profit"]
    assert moved["profit"]["value"] == pytest.approx(expected)
    assert moved["loss"]["value"] == pytest.approx(second["expected_loss"] - first["expected_loss"])
    assert moved["profit"]["low"] < expected < moved["profit"]["high"]
    assert compare(past, MONEY, 0.1, 0.1)["profit"] == {"value": 0, "low": 0, "high": 0}


def test_calibrated_pds_tell_the_money_that_comes() -> None:
    past = portfolio(40_000, 1)
    for row in curve(past, MONEY, np.array([0.1, 0.3])):
        assert row["realised_profit"] == pytest.approx(row["expected_profit"], rel=0.05)


def test_whom_a_rule_stops_is_approved_at_no_cut_off() -> None:
    past = portfolio()
    able = np.arange(len(past.pd)) % 4 != 0
    ruled = past._replace(able=able)
    for before, after in zip(curve(past, MONEY), curve(ruled, MONEY), strict=True):
        assert after["approval_rate"]["value"] <= min(before["approval_rate"]["value"], 0.75)
        assert after["expected_loss"] <= before["expected_loss"]
    (row,) = curve(ruled, MONEY, np.array([0.2]))
    approved = (past.pd < 0.2) & able
    lost = past.pd * (0.5 * past.amount + 10)
    assert row["expected_loss"] == pytest.approx(lost[approved].sum())
    moved = compare(ruled, MONEY, 0.1, 0.2)
    assert moved["approvals"]["value"] == ((past.pd >= 0.1) & approved).sum()
    assert best_cut_off(ruled, MONEY).value in CUT_OFFS
