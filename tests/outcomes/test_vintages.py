"""Vintage curves, roll rates and portfolio at risk against small books worked out by hand."""

from datetime import date, timedelta

import numpy as np
import pytest

from data.contract import Definition
from data.labels import label
from data.loanbook import LoanBook, balance, days_past_due, settlements
from drift.realised_early import early_arrears, first_payments
from drift.vintages import first_bad_day, months_after, vintage_curves
from drift.vintages_arrears import (
    BUCKETS,
    buckets,
    portfolio_at_risk,
    roll_rates,
    share_of_balance,
)
from tests.outcomes.lending import Payment, book_of

BAD = Definition(days_past_due=30, window_days=180)
JAN, MAR = date(2024, 1, 10), date(2024, 3, 10)


def monthly(lent: date, n: int = 3, amount: float = 100.0) -> list[Payment]:
    return [(date(lent.year, lent.month + i, lent.day), amount) for i in range(1, n + 1)]


GOOD = (JAN, monthly(JAN), monthly(JAN))
NEVER_PAID: tuple[date, list[Payment], list[Payment]] = (JAN, monthly(JAN), [])
SECOND_LATE = (JAN, monthly(JAN), [(date(2024, 2, 10), 100.0), (date(2024, 4, 12), 200.0)])
MARCH = (MAR, monthly(MAR), [(date(2024, 4, 10), 100.0)])


def book(seen: date = date(2024, 7, 31)) -> LoanBook:
    return book_of([GOOD, NEVER_PAID, SECOND_LATE, MARCH], seen)


def test_a_loan_is_bad_from_the_day_that_an_instalment_is_thirty_days_late() -> None:
    found, counts = first_bad_day(book(), BAD)
    days = ["NaT", "2024-03-11", "2024-04-09", "2024-06-09"]
    assert [str(d) for d in found] == days
    assert counts.all()


def test_curves_by_hand() -> None:
    january, march = vintage_curves(book(), BAD)
    assert (january.month, january.loans) == (date(2024, 1, 1), 3)
    assert [p.bad for p in january.curve] == [0, 0, 2, 2, 2, 2]
    assert [p.share.value for p in january.curve][2] == pytest.approx(2 / 3)
    assert (march.month, march.loans) == (date(2024, 3, 1), 1)
    assert [p.bad for p in march.curve] == [0, 0, 1, 1]


def test_a_curve_ends_where_the_last_loan_that_could_be_in_it_is_not_seen() -> None:
    (_, march) = vintage_curves(book(seen=date(2024, 6, 29)), BAD)
    assert [p.month_on_book for p in march.curve] == [1, 2]
    (_, march) = vintage_curves(book(seen=date(2024, 6, 30)), BAD)
    assert [p.month_on_book for p in march.curve] == [1, 2, 3]


def test_excluded_loans_are_in_no_vintage() -> None:
    gone = book_of(
        [GOOD, NEVER_PAID, (JAN, [], [])],
        date(2024, 7, 31),
        written_off=[None, date(2024, 2, 20), None],
    )
    excluded = BAD.model_copy(update={"write_offs": "excluded"})
    assert [v.loans for v in vintage_curves(gone, excluded)] == [1]
    (bad,) = vintage_curves(gone, BAD)
    assert (bad.loans, [p.bad for p in bad.curve][:2]) == (2, [0, 1])


def test_months_end_with_their_last_day() -> None:
    days = np.array(["2024-01-31", "2024-02-29", "2023-12-05"], dtype="datetime64[D]")
    assert [str(d) for d in months_after(days, 1)] == ["2024-02-29", "2024-03-29", "2024-01-05"]


@pytest.mark.parametrize("seed", range(5))
def test_the_first_bad_day_agrees_with_the_label(seed: int) -> None:
    rng = np.random.default_rng(seed)
    loans, ends = [], []
    for _ in range(80):
        lent = JAN + timedelta(days=int(rng.integers(0, 60)))
        dues = [(lent + timedelta(days=30 * n), 50.0) for n in range(1, int(rng.integers(2, 6)))]
        late = [(d + timedelta(days=int(rng.integers(-9, 60))), 50.0) for d, _ in dues]
        loans.append((lent, dues, sorted(late)[: int(rng.integers(0, 6))]))
        gone = lent + timedelta(days=int(rng.integers(1, 300)))
        ends.append(gone if rng.random() < 0.2 else None)
    made = book_of(loans, date(2025, 3, 1), written_off=ends)
    first, counts = first_bad_day(made, BAD)
    expected = (first <= made.disbursed + np.timedelta64(180, "D")).astype(float)
    assert counts.all()
    assert label(BAD, made).tolist() == expected.tolist()


def test_portfolio_at_risk_by_hand() -> None:
    made = book_of(
        [GOOD, NEVER_PAID, SECOND_LATE, MARCH],
        date(2024, 4, 30),
        rescheduled=[None, None, None, date(2024, 4, 1)],
    )
    january, february, march, april = portfolio_at_risk(made)
    assert (january.day, january.loans, january.balance) == (date(2024, 1, 31), 3, 900.0)
    assert january.par30.value == 0
    assert (february.balance, february.par30.value) == (700.0, 0)
    # 31 March: 100, 300, 200 and 300 are open; 50 days late, and 21 days, which is below 30
    assert march.balance == 900.0
    assert march.par30.value == pytest.approx(300 / 900)
    assert march.par90.value == 0
    # 30 April: repaid, 300 (80 days late), repaid, 200 (on time)
    assert (april.loans, april.balance) == (2, 500.0)
    assert april.par30.value == pytest.approx(300 / 500)
    assert april.rescheduled.value == pytest.approx(200 / 500)


def test_written_off_loans_are_in_no_portfolio() -> None:
    made = book_of([NEVER_PAID, MARCH], date(2024, 6, 30), written_off=[date(2024, 6, 1), None])
    may, june = portfolio_at_risk(made)[-2:]
    assert may.loans == 2
    assert may.par90.value == pytest.approx(300 / 500)
    assert (june.loans, june.balance, june.par90.value, june.written_off) == (1, 200.0, 0, 1)


def test_a_loan_counts_by_its_balance_in_the_interval() -> None:
    equal = share_of_balance(np.full(40, 10.0), np.arange(40) < 4)
    one_large = share_of_balance(np.append(np.full(39, 1.0), 300.0), np.arange(40) < 4)
    assert equal.value == pytest.approx(0.1)
    assert equal.low == pytest.approx(0.0279, abs=2e-4)
    assert equal.high == pytest.approx(0.2366, abs=2e-4)
    assert one_large.high is not None
    assert one_large.high > 0.8
    assert share_of_balance(np.zeros(3), np.ones(3, dtype=bool)).value is None


def test_buckets_by_hand() -> None:
    made = book_of(
        [GOOD, NEVER_PAID, SECOND_LATE, MARCH, NEVER_PAID],
        date(2024, 12, 31),
        written_off=[None, None, None, None, date(2024, 4, 15)],
    )
    settled = settlements(made)

    def on(day: str) -> list[str]:
        found = buckets(made, settled, np.datetime64(day, "D"))
        return ["" if b < 0 else BUCKETS[b] for b in found]

    assert on("2024-01-31") == ["current", "current", "current", "", "current"]
    assert on("2024-03-31") == ["current", "30-59", "1-29", "current", "30-59"]
    assert on("2024-04-30") == ["closed", "60-89", "closed", "current", "written_off"]
    assert on("2024-06-30") == ["closed", "90+", "closed", "30-59", "written_off"]


def test_roll_rates_by_hand() -> None:
    rolls = {(r.start, r.end): r for r in roll_rates(book(date(2024, 4, 30)))}
    # January to February, February to March, March to April
    current = {end: rolls["current", end].moved for end in BUCKETS}
    assert current == {
        "current": 2 + 1 + 1,
        "1-29": 1 + 1,
        "30-59": 0,
        "60-89": 0,
        "90+": 0,
        "closed": 1,
        "written_off": 0,
    }
    assert rolls["1-29", "30-59"].share.value == pytest.approx(1 / 2)
    assert rolls["1-29", "closed"].moved == 1
    assert rolls["30-59", "60-89"].loans == 1


def test_days_and_balances_by_hand() -> None:
    made, day = book(), np.datetime64("2024-04-12", "D")
    assert days_past_due(made, settlements(made), day - 1).tolist() == [0, 61, 32, 1 - 1]
    assert days_past_due(made, settlements(made), day).tolist() == [0, 62, 0, 0]
    assert balance(made, day).tolist() == [0, 300, 0, 200]
    assert balance(made, np.datetime64("2024-02-01", "D")).tolist() == [300, 300, 300, 0]


def test_early_labels_by_hand() -> None:
    (january, march) = first_payments(book())
    assert (january.loans, january.bad) == (3, 1)
    assert (march.loans, march.bad) == (1, 0)
    (january, march) = early_arrears(book(), BAD)
    assert (january.bad, march.bad) == (2, 1)


def test_early_labels_wait_until_every_loan_of_the_month_has_one() -> None:
    assert [v.month.month for v in first_payments(book(date(2024, 3, 10)))] == []
    assert [v.month.month for v in first_payments(book(date(2024, 3, 11)))] == [1]
    assert [v.month.month for v in early_arrears(book(date(2024, 4, 9)), BAD)] == []
    assert [v.month.month for v in early_arrears(book(date(2024, 4, 10)), BAD)] == [1]
