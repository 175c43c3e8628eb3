"""Every kind of event feature: an independent oracle, and figures worked out by hand."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data.features.applications import build_applications
from tests.data.every_kind import FEATURES, every_kind, random_tables
from tests.data.kinds_oracle import expected

CONTRACT = every_kind()
ASKED = datetime.fromisoformat("2024-06-10 12:00")
BUILT = [n for n, f in FEATURES.items() if "aggregate" in f]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_kind_equals_the_independent_oracle(seed: int) -> None:
    tables = random_tables(seed, loans=25, wallet=700)
    inputs = build_applications(CONTRACT, tables).inputs
    for name in BUILT:
        far = name.startswith("far")
        np.testing.assert_allclose(
            inputs[name],
            expected(CONTRACT, tables, name),
            rtol=0.02 if far else 1e-9,
            atol=1e-9,
            err_msg=name,
        )


def _wallet(*rows: dict[str, Any]) -> dict[str, float]:
    """Features of one application whose wallet has ``rows``; ``ago`` is days before it."""
    money = [
        {
            "number": i,
            "client": "c0",
            "at": (at := ASKED - timedelta(days=row.pop("ago"))),
            "posted_at": at,
            "direction": "in",
            **row,
        }
        for i, row in enumerate(map(dict, rows))
    ]
    loans = pa.table(
        {"id": [1], "client": ["c0"], "asked_at": [ASKED], "city": ["east"], "term": [3]}
    )
    built = build_applications(CONTRACT, {"loans": loans, "wallet": pa.Table.from_pylist(money)})
    return {str(k): v for k, v in built.inputs.iloc[0].items()}


def test_weeks_are_counted_back_from_the_application_and_empty_ones_are_zero() -> None:
    got = _wallet(
        {"ago": 0.5, "amount": 70.0},
        {"ago": 7, "amount": 30.0},  # the last moment of the latest week
        {"ago": 7.001, "amount": 10.0},
        {"ago": 56.001, "amount": 999.0},
    )
    assert got["week_last"] == 100.0
    assert got["week_mean"] == 110.0 / 8
    assert (got["week_min"], got["week_max"]) == (0.0, 100.0)
    assert got["busy_share"] == 2 / 8
    slope = float(np.polyfit(range(8), [0, 0, 0, 0, 0, 0, 10, 100], 1)[0])
    assert got["week_slope"] == pytest.approx(slope, 1e-12)


def test_a_steady_income_has_no_trend_and_no_swings() -> None:
    got = _wallet(*({"ago": 3 + 7 * week, "amount": 123.45} for week in range(8)))
    assert got["week_slope"] == pytest.approx(0, abs=1e-12)
    assert got["week_std"] == 0.0
    assert got["busy_share"] == 1.0


def test_money_that_goes_round_is_told_from_money_that_stays() -> None:
    there = {"ago": 5, "amount": 90.0, "party": "friend"}
    back = {"ago": 4, "amount": 80.0, "party": "friend", "direction": "out"}
    stays = {"ago": 3, "amount": 110.0, "party": "client"}
    assert _wallet(there, stays)["party_returned"] == 0.0
    assert _wallet(there, back, stays)["party_returned"] == pytest.approx(80 / 200)
    assert _wallet(there, back | {"amount": 500.0})["party_returned"] == 1.0
    assert _wallet(there, back | {"party": "shop"})["party_returned"] == 0.0


def test_other_parties_are_counted_and_known_again() -> None:
    got = _wallet(
        {"ago": 50, "amount": 1.0, "party": "a"},
        {"ago": 40, "amount": 1.0, "party": "b"},
        {"ago": 20, "amount": 6.0, "party": "a"},
        {"ago": 10, "amount": 1.0, "party": "c"},
        {"ago": 5, "amount": 1.0, "party": None},
    )
    assert got["parties"] == 3.0
    assert got["party_kept"] == 0.5
    assert got["party_top"] == 7 / 9


def test_rows_without_another_party_are_no_party_and_no_missing_source() -> None:
    got = _wallet({"ago": 5, "amount": 1.0, "party": None})
    assert got["parties"] == 0.0
    assert np.isnan(got["party_kept"])


def test_small_regular_payments() -> None:
    bills = [{"ago": ago, "amount": 50.0, "kind": "bill"} for ago in (5, 12, 40)]
    assert _wallet(*bills)["bill_months"] == pytest.approx(2 / 3)
    assert _wallet(*bills, {"ago": 70, "amount": 61.0, "kind": "bill"})["bill_months"] < 0.7
    assert _wallet(*bills, {"ago": 70, "amount": 60.0, "kind": "airtime"})["bill_months"] == 1.0


def test_distances_are_those_of_a_coarse_grid() -> None:
    home = {"home_lat": 5.0, "home_lon": 7.0, "shop_lat": 5.0}
    near = _wallet({"ago": 1, **home, "shop_lon": 7.004})["far"]
    far = _wallet({"ago": 1, **home, "shop_lon": 8.0})["far"]
    assert near == 0.0
    assert far == pytest.approx(110.77, abs=0.1)  # a degree of longitude at 5 degrees north


def test_leniency_is_shrunk_and_only_of_earlier_days() -> None:
    """Judge a is two points above judge b on 10 clients each; today's rows do not count."""
    seen = [
        {"visit": f"{judge}{i}", "client": f"x{i}", "seen_on": (ASKED - timedelta(days=9)).date(),
         "judge": judge, "code": "shop", "score": score}
        for judge, score in (("a", 12), ("b", 10))
        for i in range(10)
    ]  # fmt: skip
    mine = {"visit": "m", "client": "c0", "seen_on": (ASKED - timedelta(days=1)).date(),
            "judge": "a", "code": "shop", "score": 15}  # fmt: skip
    today = [
        s | {"visit": f"t{i}", "seen_on": ASKED.date(), "score": 0} for i, s in enumerate(seen)
    ]
    loans = pa.table({"id": [1], "client": ["c0"], "asked_at": [ASKED]})
    tables = {"loans": loans, "visits": pa.Table.from_pylist([*seen, mine, *today])}
    got = build_applications(CONTRACT, tables).inputs["judged"].iloc[0]
    mean_a, mean_all = (120 + 15) / 11, (120 + 15 + 100) / 21
    assert got == pytest.approx(15 - (mean_a - mean_all) * 11 / (11 + 7.5), 1e-6)


@pytest.mark.parametrize(
    ("month", "city", "term", "season", "to_peak"),
    [
        (1, "east", 1, 0.7, 5.0),  # east: index of month i is (7 i mod 12) / 10, peak 1.1 at i = 5
        (6, "east", 12, 0.55, 0.0),
        (7, "east", 2, (0.1 + 0.8) / 2, 11.0),
        (1, "east", None, np.nan, 5.0),
        (1, None, 3, np.nan, np.nan),
    ],
)
def test_the_calendar_of_a_business(
    month: int, city: str | None, term: int | None, season: float, to_peak: float
) -> None:
    asked = ASKED.replace(month=month)
    loans = pa.table(
        {"id": [1], "client": ["c0"], "asked_at": [asked], "city": [city], "term": [term]}
    )
    got = build_applications(CONTRACT, {"loans": loans}).inputs.iloc[0]
    np.testing.assert_allclose([got["season"], got["to_peak"]], [season, to_peak], rtol=1e-12)
