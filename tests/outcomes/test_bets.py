"""The bets: fair under the truth, quick when it is left, blind to nothing that counts."""

from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from drift.realised import MaturedLoans, Realised, apart, realised, realised_years
from drift.realised_bets import ODDS, SHARES, log_wealth, odds_limits

FIRST = np.datetime64("2024-01-15", "D")


def matured(
    pd: Any,
    bad: Any,
    days: Any = None,
    borrowers: Any = None,
    decided: Any = None,
) -> MaturedLoans:
    """Loans that mature one a day unless told otherwise."""
    n = len(bad)
    on = FIRST + np.asarray(range(n) if days is None else days).astype("timedelta64[D]")
    names = [f"p{i}" for i in range(n)] if borrowers is None else borrowers
    return MaturedLoans(
        pd=np.broadcast_to(np.asarray(pd, dtype=float), n).copy(),
        bad=np.asarray(bad, dtype=float),
        band=np.array(["A"] * n, dtype=object),
        borrower=np.array(names, dtype=object),
        decided_on=on - 200 if decided is None else FIRST + np.asarray(decided, dtype="m8[D]"),
        disbursed_on=on - 180,
        matured_on=on,
    )


def test_wealth_is_a_martingale_under_the_truth() -> None:
    pd = np.array([0.05, 0.3, 0.12, 0.6])
    starts, looks = np.array([1, 3], dtype=np.intp), np.arange(1, 5, dtype=np.intp)
    expected = np.zeros(4)
    for outcome in product((0.0, 1.0), repeat=4):
        bad = np.array(outcome)
        chance = np.prod(np.where(bad == 1, pd, 1 - pd))
        expected += chance * np.exp(log_wealth(pd, bad, starts, looks)[0])
    assert expected == pytest.approx(np.ones(4))


def test_shares_are_one_bettor_s_wealth() -> None:
    assert SHARES.sum() == pytest.approx(1)
    assert len(ODDS) == len(SHARES)


def test_wealth_by_hand() -> None:
    whole, up = log_wealth(
        np.array([0.2]), np.array([1.0]), np.empty(0, np.intp), np.array([1], np.intp)
    )
    gains = [1.4 / 1.08, 2.2 / 1.24, (1 / 1.4) / (1 - 0.2 * (1 - 1 / 1.4)), 0.5 / 0.9]
    at_once = 0.8 * np.dot([0.6, 0.2, 0.12, 0.08], gains)
    assert np.exp(whole[0]) == pytest.approx(at_once + 0.2)
    assert np.exp(up[0]) == pytest.approx(0.8 * np.dot([0.6, 0.2], gains[:2]))


def stream(odds: float, n: int, seed: int, begins: int = 0) -> MaturedLoans:
    rng = np.random.default_rng([11, seed])
    pd = np.full(n, 0.09)
    truth = np.where(np.arange(n) < begins, pd, odds * pd / (1 - pd + odds * pd))
    days = np.arange(n) * 360 // n
    return matured(pd, (rng.random(n) < truth).astype(float), days)


def seen(year: Realised | None) -> Realised:
    assert year is not None
    return year


def test_false_alarms_are_at_most_one_year_in_twenty() -> None:
    alarms = [seen(realised(stream(1.0, 1200, seed))).alarm for seed in range(120)]
    assert np.mean(alarms) <= 0.05


@pytest.mark.parametrize(("odds", "bar"), [(1.3, 1100), (1.5, 470), (2.0, 150)])
def test_higher_risk_is_found_in_time(odds: float, bar: int) -> None:
    looks = np.arange(1, 3 * bar + 1, dtype=np.intp)
    needed = []
    for seed in range(60):
        loans = stream(odds, 3 * bar, seed)
        whole, _ = log_wealth(loans.pd, loans.bad, np.empty(0, np.intp), looks)
        found = np.flatnonzero(whole >= np.log(20))
        needed.append(found[0] + 1 if len(found) else np.inf)
    assert np.median(needed) <= bar


@pytest.mark.parametrize(("odds", "direction"), [(2.0, "risk_too_low"), (1 / 2.2, "risk_too_high")])
def test_both_directions_are_told(odds: float, direction: str) -> None:
    year = seen(realised(stream(odds, 1500, 1)))
    assert year.alarm
    assert year.direction == direction
    assert year.since is not None
    assert year.since <= date(2024, 3, 1)
    assert (year.odds.low or 0) <= odds <= (year.odds.high or 0)
    assert year.largest >= year.threshold == 20


def test_what_begins_in_the_middle_of_the_year_is_found_with_its_month() -> None:
    year = seen(realised(stream(2.0, 2400, 0, begins=1200)))
    assert year.alarm
    assert year.since is not None
    assert date(2024, 6, 1) <= year.since <= date(2024, 8, 1)
    assert year.alarmed_on is not None
    assert year.alarmed_on > date(2024, 7, 1)


def test_every_year_begins_again() -> None:
    wrong = stream(3.0, 300, 1)
    rng = np.random.default_rng(2)
    right = matured(0.09, (rng.random(300) < 0.09).astype(float), np.arange(300) + 365)
    both = MaturedLoans(
        *(
            np.concatenate([getattr(wrong, n), getattr(right, n)])
            for n in MaturedLoans.__dataclass_fields__
        )
    )
    first, second = realised_years(both)
    assert (first.alarm, second.alarm) == (True, False)
    assert (first.n, second.n) == (300, 300)
    assert second.year_from == date(2025, 1, 14)
    assert seen(realised(both, since=date(2025, 1, 14))).year_from == second.year_from


def test_order_and_day_do_not_matter_within_a_day() -> None:
    rng = np.random.default_rng(4)
    loans = matured(rng.uniform(0.02, 0.4, 90), rng.random(90) < 0.3, np.arange(90) // 9)
    shuffled = loans.at(rng.permutation(90))
    one, other = seen(realised(loans)), seen(realised(shuffled))
    assert [look.e_value for look in one.looks] == pytest.approx(
        [look.e_value for look in other.looks]
    )
    assert [look.n for look in one.looks] == list(range(9, 91, 9))


def test_a_borrower_is_in_one_bet_at_a_time() -> None:
    days, decided = [0, 50, 100, 130, 131], [-200, -150, 20, 101, -300]
    names = ["a", "a", "a", "a", "b"]
    loans = matured(0.1, [1, 1, 0, 1, 0], days, names, decided)
    assert apart(loans).tolist() == [True, False, True, True, True]
    year = seen(realised(loans))
    assert (year.n, year.overlapping, year.observed) == (4, 1, 2)


def test_two_loans_that_go_bad_together_do_not_alarm_twice() -> None:
    rng = np.random.default_rng(9)
    alarms = []
    for _ in range(60):
        people = rng.random(400) < 0.09
        bad = np.repeat(people, 4).astype(float)
        days, names = np.repeat(np.arange(400) // 2, 4), np.repeat(np.arange(400), 4).astype(str)
        alarms.append(seen(realised(matured(0.09, bad, days, names))).alarm)
    assert np.mean(alarms) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 60)


def test_limits_hold_at_any_time() -> None:
    pd, looks = np.full(800, 0.09), (50, 100, 200, 400, 800)
    outside = 0
    for seed in range(40):
        bad: NDArray[np.float64] = stream(1.5, 800, seed).bad
        limits = [odds_limits(pd[:n], bad[:n]) for n in looks]
        outside += any(not low <= 1.5 <= high for _, low, high in limits)
    assert outside / 40 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 40)


def test_nothing_matured_is_nothing_told() -> None:
    assert realised(matured([], [])) is None


def test_a_label_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="bad"):
        realised(matured(0.1, [1.0, np.nan]))
