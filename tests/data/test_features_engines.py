"""Spark and the plain evaluation of the server give what DuckDB gives; none looks ahead."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data.features.applications import Applications, build_applications
from data.features.engine import ENGINES, EngineName
from data.features.habits import observer_habits
from data.features.online import online_features
from tests.data.every_kind import every_kind, random_tables
from tests.data.small_portfolio import bits
from tests.data.spark import spark_session

CONTRACT = every_kind()
EVENTS = ("wallet", "visits")


@pytest.fixture(scope="module", autouse=True)
def spark() -> Iterator[None]:
    """One small session for all tests of this file, which engines find running."""
    with spark_session():
        yield


def _numbers(built: Applications) -> np.ndarray:
    return built.inputs.drop(columns="city").to_numpy(dtype=np.float64)


def test_spark_gives_the_numbers_of_duckdb() -> None:
    tables = random_tables(11)
    ours = build_applications(CONTRACT, tables)
    spark = build_applications(CONTRACT, tables, engine="spark")
    np.testing.assert_allclose(_numbers(spark), _numbers(ours), rtol=1e-9, atol=1e-9)
    assert spark.inputs["city"].equals(ours.inputs["city"])


@pytest.mark.parametrize("seed", range(2))
def test_the_server_computes_the_bytes_of_training_from_raw_rows(seed: int) -> None:
    tables = random_tables(seed)
    trained = build_applications(CONTRACT, tables).inputs
    for i, loan in enumerate(tables["loans"].to_pylist()):
        rows = _rows_of(tables, loan["client"])
        habits = observer_habits(CONTRACT, tables, loan["asked_at"])
        for name, value in online_features(CONTRACT, rows, loan["asked_at"], habits).items():
            assert np.float64(value).tobytes() == trained[name].iloc[i].tobytes(), name
        if i == 9:
            break


def _rows_of(tables: dict[str, pa.Table], client: str) -> dict[str, list[dict[str, Any]]]:
    """The client's raw rows, in another order than the files have them."""
    return {
        name: [row for row in reversed(tables[name].to_pylist()) if row["client"] == client]
        for name in EVENTS
    }


PAIRS = 1000
LAGS = (-86_400_000_000, -1, 0, 1, 3600_000_000)
"""Microseconds from the application to the knowledge of the row, or of its reversal."""


def _pairs(seed: int) -> tuple[dict[str, pa.Table], np.ndarray]:
    """1,000 applications of a client each, with one event each that happened before it.

    Gives the tables and whether the event may be seen: its posting was known before the
    application, its reversal was not.
    """
    r = np.random.default_rng(seed)
    start = datetime.fromisoformat("2024-03-01 12:00")
    loans, rows, seen = [], [], []
    for i in range(PAIRS):
        asked = start + timedelta(seconds=int(r.integers(0, 10**7)))
        lag = int(r.choice(LAGS))
        days_to_reversal = [None, -2, -1, 0, 1][int(r.integers(5))]
        gone = None if days_to_reversal is None else (asked + timedelta(days_to_reversal)).date()
        loans.append({"id": i, "client": f"c{i}", "asked_at": asked})
        rows.append(
            {
                "number": i,
                "client": f"c{i}",
                "at": asked - timedelta(days=int(r.integers(1, 50))),
                "posted_at": asked + timedelta(microseconds=lag),
                "reversed_on": gone,
                "direction": "in",
                "kind": "bill",
                "amount": 50.0,
                "party": "p",
            }
        )
        seen.append(lag < 0 and (gone is None or gone >= asked.date()))
    tables = {"loans": pa.Table.from_pylist(loans), "wallet": pa.Table.from_pylist(rows)}
    return tables, np.array(seen)


@pytest.mark.parametrize("engine", ENGINES)
def test_no_leak_in_a_thousand_pairs_with_late_postings_and_reversals(engine: EngineName) -> None:
    tables, seen = _pairs(7)
    assert 0.2 < seen.mean() < 0.8
    inputs = build_applications(CONTRACT, tables, engine=engine).inputs
    made = {n: a for n, f in CONTRACT.features.items() if (a := f.aggregate) is not None}
    for name, aggregate in made.items():
        leaks = inputs[name].notna().to_numpy() & ~seen
        assert not leaks.any(), name
        if name in {"scale", "week_mean", "parties"}:
            assert (inputs[name].notna().to_numpy() == seen).all()
        assert aggregate.table == "wallet" or inputs[name].isna().all()


def test_a_planted_leak_and_a_planted_late_posting_change_no_bit() -> None:
    tables = random_tables(3, loans=20, wallet=300)
    loans = tables["loans"].to_pylist()
    last: dict[str, datetime] = {}
    for loan in loans:
        last[loan["client"]] = max(loan["asked_at"], last.get(loan["client"], loan["asked_at"]))
    planted = [
        {"number": 9000 + i, "client": client, "at": asked - timedelta(days=3 * i % 40 + 1),
         "posted_at": asked + timedelta(hours=i % 3), "reversed_on": None, "direction": "in",
         "kind": "bill", "amount": 1e6, "asked": 5.0, "party": "p0", "home_lat": 0.0,
         "home_lon": 0.0, "shop_lat": 9.0, "shop_lon": 9.0}
        for i, (client, asked) in enumerate(last.items())
    ]  # fmt: skip
    more = pa.Table.from_pylist(planted, schema=tables["wallet"].schema)
    told = tables | {"wallet": pa.concat_tables([tables["wallet"], more])}
    reference = build_applications(CONTRACT, tables)
    after = build_applications(CONTRACT, told)
    np.testing.assert_array_equal(_numbers(after), _numbers(reference))


def test_the_order_of_the_rows_changes_no_bit() -> None:
    tables = random_tables(5)
    shuffled = {
        name: table.take(np.random.default_rng(0).permutation(table.num_rows))
        if name in EVENTS
        else table
        for name, table in tables.items()
    }
    contract = CONTRACT.model_copy(
        update={
            "features": {
                n: f for n, f in CONTRACT.features.items() if n != "city" and not f.calendar
            }
        }
    )
    reference = bits(build_applications(contract, tables))
    assert bits(build_applications(contract, shuffled)) == reference
