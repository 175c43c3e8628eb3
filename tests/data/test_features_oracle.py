"""Aggregates against a slow oracle in plain Python, and what must not change them."""

import math
import statistics
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data.contract import Contract
from data.contract_derivations import Aggregate
from data.features.applications import build_applications
from data.features.engine import open_engine
from data.features.events import aggregate_events
from data.features.tables import CheckedTable
from tests.data.small_portfolio import PAYMENTS, aggregate, bits, make_contract

START = datetime.fromisoformat("2024-01-01")
VALUES: list[Any] = [
    "amount",
    "on_time",
    {"days_between": ["due_on", "paid_at"]},
    {"days_since": ["paid_at"]},
    {"ratio": ["amount", "due"]},
    {"difference": ["amount", "due"]},
]
NARROWINGS: list[dict[str, Any]] = [{}, {"window_days": 30}, {"where": {"channel": "cash"}}]


def _features() -> dict[str, Any]:
    """Every function on every kind of value, in turn with and without window and filter."""
    functions = ("mean", "sum", "min", "max", "std", "last", "share")
    pairs = [(f, v) for v in VALUES for f in functions]
    out = {
        f"x{i}": aggregate(function, value, **NARROWINGS[i % 3])
        for i, (function, value) in enumerate(pairs)
    }
    return out | {
        f"n{i}": aggregate("count", **narrowing) for i, narrowing in enumerate(NARROWINGS)
    }


CONTRACT: Contract = make_contract(_features())


def _tables(seed: int) -> dict[str, pa.Table]:
    """200 loans of 120 clients and 2,500 payments: many equal times, late postings and gaps."""
    r = np.random.default_rng(seed)
    asked = [START + timedelta(hours=int(h) * 12) for h in r.integers(0, 400, 200)]
    clients = [f"c{i}" for i in r.integers(0, 120, 200)]
    loans = pa.table({"id": list(range(200)), "client": clients, "asked_at": asked})

    def maybe(value: Any) -> Any:
        return None if r.random() < 0.1 else value

    rows = []
    for number in r.permutation(2500):
        paid = START + timedelta(hours=int(r.integers(0, 400)) * 12)
        rows.append(
            {
                "number": int(number),
                "client": maybe(f"c{r.integers(0, 140)}"),
                "posted_at": maybe(paid + timedelta(days=int(r.integers(0, 20)))),
                "due_on": maybe((START + timedelta(days=int(r.integers(0, 200)))).date()),
                "paid_at": maybe(paid + timedelta(seconds=int(r.integers(0, 9999)))),
                "amount": maybe(round(float(r.lognormal(5, 2)), 2)),
                "due": maybe(float(r.integers(0, 5)) * 33.3),
                "channel": maybe(str(r.choice(["cash", "phone"]))),
                "on_time": maybe(bool(r.random() < 0.5)),
            }
        )
    return {"loans": loans, "payments": pa.Table.from_pylist(rows, schema=PAYMENTS)}


def _days(span: timedelta) -> float:
    return span / timedelta(days=1)


def _at(moment: Any) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.min)


OPERATIONS: dict[str, Callable[..., float | None]] = {
    "days_between": lambda _, a, b: _days(_at(b) - _at(a)),
    "days_since": lambda as_of, a: _days(as_of - _at(a)),
    "ratio": lambda _, a, b: a / b if b else None,
    "difference": lambda _, a, b: a - b,
}
FUNCTIONS: dict[str, Callable[[list[float]], float]] = {
    "mean": lambda v: math.fsum(v) / len(v),
    "sum": math.fsum,
    "min": min,
    "max": max,
    "std": lambda v: statistics.stdev(v) if len(v) > 1 else math.nan,
    "last": lambda v: v[-1],
    "share": lambda v: sum(x > 0 for x in v) / len(v),
}


def _value(a: Aggregate, row: dict[str, Any], as_of: datetime) -> float | None:
    operation, columns = (
        (None, [a.value]) if isinstance(a.value, str) else next(iter((a.value or {}).items()))
    )
    arguments = [row[c] for c in columns]
    if any(argument is None for argument in arguments):
        return None
    if operation is None:
        return float(arguments[0])
    return OPERATIONS[operation](as_of, *arguments)


def _oracle(a: Aggregate, rows: list[dict[str, Any]], as_of: datetime) -> float:
    seen = [r for r in rows if r["posted_at"] is not None and r["posted_at"] < as_of]
    if not seen:
        return math.nan
    seen.sort(key=lambda r: (r["posted_at"], r["number"]))
    if a.window_days is not None:
        seen = [r for r in seen if r["posted_at"] >= as_of - timedelta(days=a.window_days)]
    seen = [r for r in seen if all(r[c] == wanted for c, wanted in a.where.items())]
    if a.function == "count":
        return float(len(seen))
    values = [v for r in seen if (v := _value(a, r, as_of)) is not None]
    if not values:
        return 0.0 if a.function == "sum" else math.nan
    return FUNCTIONS[a.function](values)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_aggregate_equals_the_slow_oracle(seed: int) -> None:
    tables = _tables(seed)
    built = build_applications(CONTRACT, tables)
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in tables["payments"].to_pylist():
        rows.setdefault(row["client"], []).append(row)
    for name, feature in CONTRACT.features.items():
        assert feature.aggregate is not None
        expected = [
            _oracle(feature.aggregate, rows.get(loan["client"], []), loan["asked_at"])
            for loan in tables["loans"].to_pylist()
        ]
        np.testing.assert_allclose(
            built.inputs[name], expected, rtol=1e-12, atol=1e-12, err_msg=str(feature.aggregate)
        )


def test_the_order_of_the_rows_changes_no_bit() -> None:
    tables = _tables(3)
    reference = bits(build_applications(CONTRACT, tables))
    shuffled = np.random.default_rng(0).permutation(tables["payments"].num_rows)
    events = tables["payments"].take(shuffled)
    assert bits(build_applications(CONTRACT, tables | {"payments": events})) == reference


def test_the_number_of_threads_changes_no_bit() -> None:
    small = _tables(4)
    events = pa.concat_tables([small["payments"]] * 80)  # above DuckDB's size of one work unit
    applications = pa.table(
        {
            "row": np.arange(200),
            "key": small["loans"]["client"],
            "as_of": small["loans"]["asked_at"].cast(pa.int64()),
        }
    )
    wanted = {n: f.aggregate for n, f in CONTRACT.features.items() if f.aggregate is not None}
    results = []
    for threads in (1, 4):
        table = CheckedTable.of(CONTRACT, {"payments": events}, "payments")
        with open_engine("duckdb", threads) as backend:
            got = aggregate_events(backend, applications, table, wanted)
        results.append(b"".join(values.tobytes() for values in got.values()))
    assert results[0] == results[1]


def test_what_becomes_known_at_or_after_the_application_changes_no_bit() -> None:
    """A planted leak: rows that tell the future, of which some happened long before."""
    tables = _tables(5)
    reference = bits(build_applications(CONTRACT, tables))
    last_asked: dict[str, datetime] = {}
    for loan in tables["loans"].to_pylist():
        last_asked[loan["client"]] = max(
            loan["asked_at"], last_asked.get(loan["client"], loan["asked_at"])
        )
    planted = [
        {
            "number": 10_000 + i,
            "client": client,
            "posted_at": asked + timedelta(days=i % 3),
            "due_on": (START - timedelta(days=100)).date(),
            "paid_at": START - timedelta(days=50),
            "amount": 1e9,
            "due": 1.0,
            "channel": "cash",
            "on_time": False,
        }
        for i, (client, asked) in enumerate(last_asked.items())
    ]
    events = pa.concat_tables([tables["payments"], pa.Table.from_pylist(planted, schema=PAYMENTS)])
    assert bits(build_applications(CONTRACT, tables | {"payments": events})) == reference


def test_a_thousand_late_postings_are_seen_from_the_moment_they_were_known() -> None:
    """Each event happened before its application; it counts only if it was posted before too."""
    r = np.random.default_rng(6)
    n = 1000
    asked = np.datetime64("2024-06-01T12", "us") + r.integers(0, 10**12, n).astype("m8[us]")
    lag = r.integers(-3, 4, n).astype("m8[us]")  # posted within 3 microseconds of the application
    clients = [f"c{i}" for i in range(n)]
    events = pa.table({"number": np.arange(n), "client": clients, "posted_at": asked + lag})
    events = events.append_column("paid_at", pa.array(asked - np.timedelta64(9, "D")))
    contract = make_contract({"age": aggregate("max", {"days_since": ["paid_at"]})})
    loans = pa.table({"id": np.arange(n), "client": clients, "asked_at": asked})
    built = build_applications(contract, {"loans": loans, "payments": events})
    expected = np.where(lag < np.timedelta64(0, "us"), 9.0, np.nan)
    np.testing.assert_array_equal(built.inputs["age"], expected)
