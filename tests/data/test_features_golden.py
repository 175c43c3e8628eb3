"""Every aggregate function and operation against figures worked out by hand."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from data.features.applications import build_applications
from tests.data.small_portfolio import (
    NOON,
    TABLES,
    aggregate,
    column,
    first,
    loans,
    make_contract,
    payments,
)

DAY = timedelta(days=1)
AMOUNTS: list[dict[str, Any]] = [
    {"posted_at": NOON - 40 * DAY, "amount": 100.0, "channel": "cash", "on_time": True},
    {"posted_at": NOON - 9 * DAY, "amount": -50.0, "channel": "phone", "on_time": False},
    {"posted_at": NOON - 3 * DAY, "amount": 400.0, "channel": "phone", "on_time": None},
    {"posted_at": NOON - 1 * DAY, "amount": None, "channel": "phone", "on_time": True},
]


@pytest.mark.parametrize(
    ("function", "value", "expected"),
    [
        ("count", None, 4.0),
        ("mean", "amount", 150.0),
        ("sum", "amount", 450.0),
        ("min", "amount", -50.0),
        ("max", "amount", 400.0),
        ("std", "amount", 229.128784747792),  # sqrt((50^2 + 200^2 + 250^2) / 2)
        ("last", "amount", 400.0),  # the newest row has no amount
        ("share", "amount", 2 / 3),
        ("mean", "on_time", 2 / 3),
        ("last", "on_time", 1.0),
    ],
)
def test_each_function_by_hand(function: str, value: str | None, expected: float) -> None:
    assert first({"x": aggregate(function, value)}, AMOUNTS)["x"] == pytest.approx(expected, 1e-14)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"days_between": ["due_on", "paid_at"]}, 2.25),
        ({"days_between": ["paid_at", "due_on"]}, -2.25),
        ({"days_between": ["due_on", "due_on"]}, 0.0),
        ({"days_since": ["due_on"]}, 9.5),
        ({"days_since": ["paid_at"]}, 7.25),
        ({"ratio": ["amount", "due"]}, 0.75),
        ({"difference": ["amount", "due"]}, -100.0),
    ],
)
def test_each_operation_by_hand(operation: dict[str, list[str]], expected: float) -> None:
    row = {
        "posted_at": datetime.fromisoformat("2024-06-03 07:00"),
        "due_on": date(2024, 6, 1),
        "paid_at": datetime.fromisoformat("2024-06-03 06:00"),
        "amount": 300.0,
        "due": 400.0,
    }
    assert first({"x": aggregate("mean", operation)}, [row])["x"] == expected


def test_an_operation_without_a_value_is_skipped() -> None:
    rows: list[dict[str, Any]] = [
        {"posted_at": NOON - DAY, "amount": 5.0, "due": 0.0},
        {"posted_at": NOON - DAY, "amount": 5.0, "due": None},
        {"posted_at": NOON - DAY, "amount": None, "due": 5.0},
        {"posted_at": NOON - DAY, "amount": 1e300, "due": 1e-300},
        {"posted_at": NOON - DAY, "amount": float("nan"), "due": 1.0},
        {"posted_at": NOON - DAY, "amount": 6.0, "due": 3.0},
    ]
    features = {f: aggregate(f, {"ratio": ["amount", "due"]}) for f in ("mean", "max", "share")}
    assert first(features, rows) == {"mean": 2.0, "max": 2.0, "share": 1.0}


ALL = {
    "n": aggregate("count"),
    "mean": aggregate("mean", "amount"),
    "total": aggregate("sum", "amount"),
    "low": aggregate("min", "amount"),
    "high": aggregate("max", "amount"),
    "std": aggregate("std", "amount"),
    "latest": aggregate("last", "amount"),
    "share": aggregate("share", "amount"),
}


def test_no_visible_row_is_a_missing_source() -> None:
    assert all(np.isnan(v) for v in first(ALL, []).values())
    assert all(np.isnan(v) for v in first(ALL, [{"posted_at": NOON, "amount": 1.0}]).values())
    assert all(np.isnan(v) for v in first(ALL, [{"posted_at": None, "amount": 1.0}]).values())


@pytest.mark.parametrize("narrowing", [{"window_days": 5}, {"where": {"channel": "card"}}])
def test_visible_rows_of_which_none_counts(narrowing: dict[str, Any]) -> None:
    features = {n: {"aggregate": f["aggregate"] | narrowing} for n, f in ALL.items()}
    got = first(features, [{"posted_at": NOON - 6 * DAY, "amount": 1.0, "channel": "cash"}])
    assert got.pop("n") == 0.0
    assert got.pop("total") == 0.0
    assert all(np.isnan(v) for v in got.values())


def test_standard_deviation_needs_two_values_and_survives_any_scale() -> None:
    def std(*amounts: float) -> float:
        rows = [{"posted_at": NOON - DAY, "amount": a} for a in amounts]
        return first({"x": aggregate("std", "amount")}, rows)["x"]

    assert np.isnan(std(5.0))
    assert std(5.1, 5.1, 5.1) == 0.0
    assert std(1e9 + 1, 1e9 + 2, 1e9 + 3) == pytest.approx(1.0, 1e-12)
    assert std(1e-9, 2e-9, 3e-9) == pytest.approx(1e-9, 1e-12)
    assert std(-1e12, 1e12) == pytest.approx(2**0.5 * 1e12, 1e-12)


def test_window_and_filters_choose_rows() -> None:
    features = {
        "edge": aggregate("count", window_days=9),
        "inside": aggregate("count", window_days=8),
        "phone": aggregate("sum", "amount", where={"channel": "phone"}),
        "late": aggregate("count", where={"on_time": False}),
        "hundred": aggregate("count", where={"amount": 100}),
        "both": aggregate("count", where={"channel": "phone", "on_time": True}, window_days=30),
        "older": aggregate("std", "amount", where={"channel": "phone"}),
    }
    expected = {"edge": 3, "inside": 2, "phone": 350, "late": 1, "hundred": 1, "both": 1}
    got = first(features, AMOUNTS)
    assert got.pop("older") == pytest.approx(318.1980515339464, 1e-14)  # 450 / sqrt(2)
    assert got == expected


def test_the_last_of_equal_times_is_the_one_with_the_largest_unique_key() -> None:
    rows: list[dict[str, Any]] = [
        {"number": 7, "posted_at": NOON - DAY, "amount": 1.0},
        {"number": 9, "posted_at": NOON - DAY, "amount": 2.0},
        {"number": 8, "posted_at": NOON - DAY, "amount": 3.0},
        {"number": 99, "posted_at": NOON - 2 * DAY, "amount": 4.0},
    ]
    assert first({"x": aggregate("last", "amount")}, rows)["x"] == 2.0


def test_aggregates_are_clipped_to_the_range_of_the_feature() -> None:
    features = {
        "high": aggregate("max", "amount", range=[0, 300]),
        "low": aggregate("min", "amount", range=[0, 300]),
        "free": aggregate("max", "amount"),
        "none": aggregate("mean", "amount", where={"channel": "card"}, range=[0, 300]),
    }
    got = first(features, AMOUNTS)
    assert np.isnan(got.pop("none"))
    assert got == {"high": 300.0, "low": 0.0, "free": 400.0}


def _seen(known_type: str, known: object, as_of_type: str, as_of: object) -> bool:
    """Whether an event known at ``known`` is seen by an application of ``as_of``."""
    tables: dict[str, Any] = {}
    for name, field, kind in (
        ("loans", "asked_at", as_of_type),
        ("payments", "posted_at", known_type),
    ):
        columns = TABLES[name]["columns"] | {field: column(kind)}
        tables[name] = TABLES[name] | {"columns": columns}
    contract = make_contract({"n": aggregate("count")}, tables)
    events = payments([{}]).drop_columns("posted_at").append_column("posted_at", [[known]])
    applied = loans("a").drop_columns("asked_at").append_column("asked_at", [[as_of]])
    built = build_applications(contract, {"loans": applied, "payments": events})
    return bool(built.inputs["n"].notna().iloc[0])


@pytest.mark.parametrize(
    ("known_type", "known", "as_of_type", "as_of", "seen"),
    [
        ("datetime", NOON - timedelta(microseconds=1), "datetime", NOON, True),
        ("datetime", NOON, "datetime", NOON, False),
        ("date", NOON.date(), "datetime", NOON, False),  # it may be of the evening
        ("date", NOON.date() - DAY, "datetime", datetime.fromisoformat("2024-06-10"), True),
        ("date", NOON.date(), "date", NOON.date(), False),
        ("date", NOON.date() - DAY, "date", NOON.date(), True),
        ("datetime", datetime.fromisoformat("2024-06-10"), "date", NOON.date(), False),
        ("datetime", datetime.fromisoformat("2024-06-09 23:00"), "date", NOON.date(), True),
        ("datetime", NOON, "datetime", None, False),
        ("datetime", None, "datetime", NOON, False),
    ],
)
def test_only_what_was_known_before_is_seen(
    known_type: str, known: object, as_of_type: str, as_of: object, seen: bool
) -> None:
    assert _seen(known_type, known, as_of_type, as_of) is seen
