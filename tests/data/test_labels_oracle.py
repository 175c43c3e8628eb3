"""Computed outcomes of random loans against a day-by-day account of each loan."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data.features.applications import build_applications
from data.labels import outcomes
from tests.data.small_portfolio import performance_contract

START = date(2023, 1, 1)
DAY = timedelta(days=1)
Row = dict[str, Any]


def _random_rows(r: np.random.Generator, loans: int) -> tuple[list[Row], list[Row], list[Row]]:
    """Loans of 1 to 5 instalments; payments late, split, missing, doubled or reversed."""
    applied: list[Row] = []
    dues: list[Row] = []
    paid: list[Row] = []

    def perhaps(day: date, share: float) -> date | None:
        return day + DAY * int(r.integers(0, 120)) if r.random() < share else None

    for loan in range(loans):
        lent = START + DAY * int(r.integers(0, 200))
        applied.append(
            {
                "id": loan,
                "client": "x",
                "lent_on": lent if r.random() < 0.9 else None,
                "written_off_on": perhaps(lent, 0.1),
                "rescheduled_on": perhaps(lent, 0.1),
            }
        )
        owed = round(float(r.uniform(10, 500)), 2)
        for number in range(1, int(r.integers(1, 6)) + 1):
            due = lent + 14 * number * DAY
            dues.append({"loan": loan, "due_on": due, "owed": owed})
            parts = int(r.choice([0, 1, 1, 1, 1, 2, 3]))
            for _ in range(parts):
                day = due + DAY * int(r.integers(-5, 20) if r.random() < 0.9 else 40)
                paid.append(
                    {
                        "loan": loan,
                        "paid_on": day,
                        "paid": round(owed / parts, 2),
                        "reversed_on": perhaps(day, 0.03),
                    }
                )
    return applied, dues, paid


def _oracle(loan: Row, dues: list[Row], paid: list[Row], until: date, d: Row) -> float:
    """Walk through the days of the window and look at the oldest unpaid instalment."""
    if loan["lent_on"] is None:
        return np.nan
    end = loan["lent_on"] + d["window_days"] * DAY
    if end > until:
        return np.nan
    bad = False
    for column_name, rule in (
        ("written_off_on", d["write_offs"]),
        ("rescheduled_on", d["reschedules"]),
    ):
        day = loan[column_name]
        inside = day is not None and loan["lent_on"] <= day <= end
        if inside and rule == "excluded":
            return np.nan
        bad |= inside and rule == "bad"
    never = d["reversals"] == "never_paid"
    kept = [p for p in paid if not (never and p["reversed_on"])]
    # On each evening, what was paid by the day before has to reach what was due D days ago.
    day = min(due["due_on"] for due in dues)
    while day <= end:
        owed = sum(x["owed"] for x in dues if x["due_on"] <= day - d["days_past_due"] * DAY)
        settled = sum(p["paid"] for p in kept if p["paid_on"] < day)
        bad |= settled < owed - 0.005001
        day += DAY
    return float(bad)


DEFINITIONS: list[dict[str, Any]] = [
    {"days_past_due": 30, "window_days": 120},
    {"days_past_due": 7, "window_days": 60, "write_offs": "excluded", "reschedules": "ignored"},
    {"days_past_due": 1, "window_days": 90, "reschedules": "excluded", "reversals": "ignored"},
]
DEFAULTS: dict[str, Any] = {"write_offs": "bad", "reschedules": "bad", "reversals": "never_paid"}


@pytest.mark.parametrize("number", range(len(DEFINITIONS)))
def test_random_loans_equal_the_day_by_day_account(number: int) -> None:
    definition = DEFAULTS | DEFINITIONS[number]
    r = np.random.default_rng(number)
    applied, dues, paid = _random_rows(r, 250)
    tables = {
        "loans": pa.Table.from_pylist(applied),
        "instalments": pa.Table.from_pylist(dues).take(r.permutation(len(dues))),
        "repayments": pa.Table.from_pylist(paid).take(r.permutation(len(paid))),
    }
    contract = performance_contract(**definition)
    got = outcomes(contract, tables, build_applications(contract, tables))
    until = max(p["paid_on"] for p in paid)
    expected = [
        _oracle(
            loan,
            [x for x in dues if x["loan"] == loan["id"]],
            [p for p in paid if p["loan"] == loan["id"]],
            until,
            definition,
        )
        for loan in applied
    ]
    np.testing.assert_array_equal(got, expected)
    assert {0.0, 1.0} <= set(got[~np.isnan(got)])
    assert np.isnan(got).any()
