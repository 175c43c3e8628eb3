"""Outcomes of single loans worked out by hand, for the label in a column and the computed one."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data.errors import DataFileError
from data.features.applications import build_applications
from data.labels import outcomes
from tests.data.small_portfolio import (
    TABLES,
    TEXT,
    column,
    from_column,
    loans,
    make_contract,
    performance_contract,
)

LENT = date(2024, 1, 1)
DUE = date(2024, 2, 1)
FEATURES = {"amount": from_column("loans.amount")}

Payment = tuple[date, float] | tuple[date, float, date]
DUES = [(DUE, 100.0), (date(2024, 3, 1), 100.0)]
ON_TIME: list[Payment] = [(DUE, 100.0), (date(2024, 3, 1), 100.0)]
LAST_DAY = LENT + timedelta(days=180)


def outcome(
    paid: list[Payment],
    dues: list[tuple[date, float]] = DUES,
    *,
    seen_until: date = LAST_DAY,
    lent: date | None = LENT,
    written_off: date | None = None,
    rescheduled: date | None = None,
    **definition: Any,
) -> float:
    """Outcome of loan 1; another client's payment on ``seen_until`` ends the observation."""
    contract = performance_contract(**definition)
    rows = [
        {"loan": "1", "paid_on": p[0], "paid": p[1], "reversed_on": p[2] if len(p) > 2 else None}
        for p in paid
    ]
    applied = loans(
        "a", "b", lent_on=[lent, None], written_off_on=[written_off, None],
        rescheduled_on=[rescheduled, None],
    )  # fmt: skip
    tables = {
        "loans": applied,
        "instalments": pa.table(
            {
                "loan": ["1"] * len(dues),
                "due_on": [d for d, _ in dues],
                "owed": [a for _, a in dues],
            },
            schema=pa.schema({"loan": pa.string(), "due_on": pa.date32(), "owed": pa.float64()}),
        ),
        "repayments": pa.Table.from_pylist(
            [*rows, {"loan": "2", "paid_on": seen_until, "paid": 1.0, "reversed_on": None}],
            schema=pa.schema(
                {
                    "loan": pa.string(),
                    "paid_on": pa.date32(),
                    "paid": pa.float64(),
                    "reversed_on": pa.date32(),
                }
            ),
        ),
    }
    got = outcomes(contract, tables, build_applications(contract, tables))
    assert got.dtype == np.float64
    assert np.isnan(got[1]), "a loan that was never paid out has no outcome"
    return float(got[0])


def late(days: int) -> list[Payment]:
    """The first instalment paid ``days`` late, the second on time."""
    return [(DUE + timedelta(days=days), 100.0), (date(2024, 3, 1), 100.0)]


GOOD, BAD, NONE = 0.0, 1.0, None
LOANS: dict[str, tuple[dict[str, Any], float | None]] = {
    "on time": ({"paid": ON_TIME}, GOOD),
    "29 days late": ({"paid": [(DUE + timedelta(days=29), 200.0)]}, GOOD),
    "30 days late": ({"paid": [(DUE + timedelta(days=30), 200.0)]}, BAD),
    "second instalment late": ({"paid": [(DUE, 100.0), (date(2024, 4, 5), 100.0)]}, BAD),
    "oldest instalment first": ({"paid": [(date(2024, 3, 1), 100.0)]}, BAD),
    "never paid": ({"paid": []}, BAD),
    "paid in parts": ({"paid": [(DUE, 60.0), (DUE, 40.0), (date(2024, 2, 20), 100.0)]}, GOOD),
    "one cent short": ({"paid": [(DUE, 100.0), (DUE, 99.99)]}, BAD),
    "short by less than half a cent": ({"paid": [(DUE, 100.0), (DUE, 99.996)]}, GOOD),
    "overpaid": ({"paid": [(DUE, 500.0)]}, GOOD),
    "prepaid": ({"paid": [(LENT, 200.0)]}, GOOD),
    "paid, then reversed": ({"paid": [(*p, date(2024, 4, 1)) for p in ON_TIME]}, BAD),
    "reversals ignored": (
        {"paid": [(*p, date(2024, 4, 1)) for p in ON_TIME], "reversals": "ignored"},
        GOOD,
    ),
    "written off": ({"paid": ON_TIME, "written_off": LAST_DAY}, BAD),
    "written off, excluded": ({"paid": [], "written_off": DUE, "write_offs": "excluded"}, NONE),
    "written off after the window": (
        {"paid": ON_TIME, "written_off": LAST_DAY + timedelta(days=1)},
        GOOD,
    ),
    "rescheduled": ({"paid": ON_TIME, "rescheduled": LENT}, BAD),
    "rescheduled, excluded": (
        {"paid": ON_TIME, "rescheduled": DUE, "reschedules": "excluded"},
        NONE,
    ),
    "rescheduled, ignored": ({"paid": ON_TIME, "rescheduled": DUE, "reschedules": "ignored"}, GOOD),
    "rescheduled before": ({"paid": ON_TIME, "rescheduled": LENT - timedelta(days=1)}, GOOD),
    "excluded although written off": (
        {"paid": [], "written_off": DUE, "rescheduled": DUE, "reschedules": "excluded"},
        NONE,
    ),
    "immature": ({"paid": ON_TIME, "seen_until": LAST_DAY - timedelta(days=1)}, NONE),
    "immature but bad": ({"paid": [], "seen_until": LAST_DAY - timedelta(days=1)}, NONE),
    "immature but written off": ({"paid": [], "written_off": DUE, "seen_until": DUE}, NONE),
    "no instalments": ({"paid": ON_TIME, "dues": []}, NONE),
    "nothing ever due": ({"paid": [], "dues": [(DUE, 0.0)]}, NONE),
    "no instalments, written off": ({"paid": [], "dues": [], "written_off": DUE}, BAD),
    "a grace period": ({"paid": ON_TIME, "dues": [(LENT, 0.0), *DUES]}, GOOD),
    "unpaid at the end, too young": (
        {"paid": [(DUE, 100.0)], "dues": [DUES[0], (LAST_DAY - timedelta(days=29), 100.0)]},
        GOOD,
    ),
    "unpaid at the end, old enough": (
        {"paid": [(DUE, 100.0)], "dues": [DUES[0], (LAST_DAY - timedelta(days=30), 100.0)]},
        BAD,
    ),
    "late after the window only": (
        {"paid": [(DUE, 100.0)], "dues": [DUES[0], (LAST_DAY + timedelta(days=9), 100.0)]},
        GOOD,
    ),
    "paid within 90 days": ({"paid": late(80), "days_past_due": 90}, GOOD),
    "a correction below zero": ({"paid": [(DUE, 200.0), (DUE + timedelta(days=9), -50.0)]}, GOOD),
}


@pytest.mark.parametrize("case", LOANS)
def test_outcome_by_hand(case: str) -> None:
    given, expected = LOANS[case]
    got = outcome(**given)
    assert np.isnan(got) if expected is None else got == expected


def test_without_any_repayment_no_window_has_closed() -> None:
    contract = performance_contract()
    tables = {
        "loans": loans("a", lent_on=[LENT]),
        "instalments": pa.table({"loan": ["1"], "due_on": [DUE], "owed": [100.0]}),
    }
    assert np.isnan(outcomes(contract, tables, build_applications(contract, tables))).all()


def test_knowledge_time_and_datetimes_tell_how_far_the_data_reach() -> None:
    contract = performance_contract()
    tables = {
        "loans": loans("a", lent_on=[LENT]),
        "instalments": pa.table({"loan": [1], "due_on": [DUE], "owed": [100]}),
        "repayments": pa.table(
            {"loan": [1], "paid_on": [DUE], "posted_on": [LAST_DAY], "paid": [100]}
        ),
    }
    applications = build_applications(contract, tables)
    assert outcomes(contract, tables, applications).tolist() == [0.0]
    tables["repayments"] = tables["repayments"].drop_columns("posted_on")
    assert np.isnan(outcomes(contract, tables, applications)).all()


def test_two_applications_with_one_key_are_refused() -> None:
    contract = performance_contract()
    tables = {"loans": loans("a", "b").drop_columns("id").append_column("id", [[1, 1]])}
    with pytest.raises(DataFileError, match="'loans' has more than one row for the same appl"):
        outcomes(contract, tables, build_applications(contract, tables))


@pytest.mark.parametrize(
    ("kind", "values", "bad", "good"),
    [
        ("integer", [1, 0, None, 2], [1], [0]),
        ("number", [1.0, 0.0, None, 2.5], [1], ["0"]),
        ("string", ["1", "0", None, ""], [1], [0]),
        ("category", ["Bad", "Good", None, "Open"], ["Bad", "Worse"], ["Good"]),
    ],
)
def test_label_in_a_column(kind: str, values: list[Any], bad: Any, good: Any) -> None:
    more = {"categories": ["Bad", "Good", "Open", "Worse"]} if kind == "category" else {}
    columns = TABLES["loans"]["columns"] | {"bad": column(kind, **more)}
    label = {"kind": "column", "column": "bad", "bad": bad, "good": good, "definition": {}}
    contract = make_contract(
        FEATURES, {"loans": TABLES["loans"] | {"columns": columns}}, label=label
    )
    tables = {"loans": loans(*"abcd", bad=values)}
    got = outcomes(contract, tables, build_applications(contract, tables))
    np.testing.assert_array_equal(got, [1.0, 0.0, np.nan, np.nan])
    absent = {"loans": loans(*"abcd")}
    assert np.isnan(outcomes(contract, absent, build_applications(contract, absent))).all()


def test_label_in_a_boolean_column() -> None:
    columns = TABLES["loans"]["columns"] | {"bad": column("boolean")}
    label = {"kind": "column", "column": "bad", "bad": [True], "good": [False], "definition": {}}
    tables = {"loans": TABLES["loans"] | {"columns": columns}}
    contract = make_contract(FEATURES, tables, label=label, title=TEXT)
    given = {"loans": loans("a", "b", "c", bad=[False, None, True])}
    got = outcomes(contract, given, build_applications(contract, given))
    np.testing.assert_array_equal(got, [0.0, np.nan, 1.0])
