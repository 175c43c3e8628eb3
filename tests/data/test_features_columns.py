"""Inputs that stand in columns: joins, types, absent columns and files."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from data.errors import DataFileError
from data.features.applications import build_applications
from tests.data.small_portfolio import (
    NOON,
    PAYMENTS,
    aggregate,
    column,
    from_column,
    loans,
    make_contract,
    payments,
)

PROFILE: dict[str, Any] = {
    "kind": "attributes",
    "keys": {"applicant": "client"},
    "unique": ["client"],
    "columns": {
        "client": column("string"),
        "children": column("integer"),
        "job": column("category", categories=["farmer", "trader"]),
        "stated_on": column("date"),
    },
}
FEATURES = {
    "job": from_column("profile.job"),
    "amount": from_column("loans.amount"),
    "urban": from_column("loans.urban"),
    "n": aggregate("count"),
    "children": from_column("profile.children"),
    "product": from_column("loans.product"),
}


def _profile(**columns: list[Any]) -> pa.Table:
    return pa.table({"client": ["b", "a"], "children": [2, 1], "job": ["trader", None]} | columns)


def test_inputs_have_the_order_types_and_rows_of_the_contract() -> None:
    contract = make_contract(FEATURES, {"profile": PROFILE})
    applied = loans(
        "a", "b", "c", "a", None,
        amount=[10.0, None, 30.5, float("nan"), 50.0],
        urban=[True, False, None, True, True],
        product=["solo", None, "group", "solo", "solo"],
        branch=["N", None, "S", "N", "S"],
    )  # fmt: skip
    tables = {"loans": applied, "profile": _profile(), "payments": payments([])}
    built = build_applications(contract, tables)

    assert list(built.inputs.columns) == list(contract.inputs)
    assert built.inputs["job"].tolist() == [None, "trader", None, None, None]
    assert built.inputs["product"].tolist() == ["solo", None, "group", "solo", "solo"]
    kinds = built.inputs.dtypes.astype(str).to_dict()
    texts = {"job", "product"}
    assert kinds == {n: "object" if n in texts else "float64" for n in contract.inputs}
    nan = np.nan
    np.testing.assert_array_equal(built.inputs["amount"], [10.0, nan, 30.5, nan, 50.0])
    np.testing.assert_array_equal(built.inputs["urban"], [1.0, 0.0, nan, 1.0, 1.0])
    np.testing.assert_array_equal(built.inputs["children"], [1.0, 2.0, nan, 1.0, nan])

    assert built.keys["application"].tolist() == ["1", "2", "3", "4", "5"]
    assert built.keys["applicant"].tolist() == ["a", "b", "c", "a", None]
    assert built.keys["branch"].tolist() == ["N", None, "S", "N", "S"]
    assert built.keys["officer"].tolist() == [None] * 5
    assert built.as_of is not None
    assert str(built.as_of.dtype) == "datetime64[us]"
    assert built.as_of.tolist() == [NOON] * 5


@pytest.mark.parametrize("absent", ["not there", "all null", "no file"])
def test_absent_columns_and_files_are_missing_values(absent: str) -> None:
    tables = {"loans": loans("a", "b")}
    if absent == "not there":
        tables |= {"profile": pa.table({"client": ["a"]}), "payments": pa.table({"client": ["a"]})}
    if absent == "all null":
        nothing = {name: pa.nulls(2) for name in ("job", "children")}
        events = {name: pa.nulls(2) for name in PAYMENTS.names}
        tables |= {"profile": _profile(**nothing), "payments": pa.table(events)}
    built = build_applications(make_contract(FEATURES, {"profile": PROFILE}), tables)
    assert built.inputs.isna().all(axis=None)
    assert built.inputs.shape == (2, 6)


def test_no_applications_give_no_rows() -> None:
    empty = loans("a").slice(0, 0)
    events = payments([{"posted_at": NOON}])
    built = build_applications(make_contract(FEATURES, {"profile": PROFILE}), {
        "loans": empty, "payments": events, "profile": _profile(),
    })  # fmt: skip
    assert built.inputs.shape == (0, 6)
    assert built.keys.shape == (0, 4)


def test_a_key_is_the_same_as_a_number_or_as_text() -> None:
    profile = PROFILE | {
        "keys": {"application": "client"},
        "columns": PROFILE["columns"] | {"client": column("string")},
    }
    tables = {"loans": loans("x", "y"), "profile": _profile(client=["2", "1"])}
    contract = make_contract({"children": from_column("profile.children")}, {"profile": profile})
    assert build_applications(contract, tables).inputs["children"].tolist() == [1.0, 2.0]


def test_duplicate_events_never_add_an_application() -> None:
    twice = payments([{"posted_at": datetime.fromisoformat("2024-06-01")}] * 3 + [{"client": None}])
    tables = {"loans": loans("a", "b", "a"), "payments": twice}
    built = build_applications(make_contract({"n": aggregate("count")}), tables)
    np.testing.assert_array_equal(built.inputs["n"], [3.0, np.nan, 3.0])


def test_two_attribute_rows_for_one_client_are_refused_not_multiplied() -> None:
    contract = make_contract({"children": from_column("profile.children")}, {"profile": PROFILE})
    doubled = pa.table({"client": ["a", "b", "a"], "children": [1, 2, 3]})
    with pytest.raises(DataFileError, match="'profile' has more than one row for the same appl"):
        build_applications(contract, {"loans": loans("a", "b"), "profile": doubled})
    nobody = pa.table({"client": [None, "a", None], "children": [1, 2, 3]})
    built = build_applications(contract, {"loans": loans(None, "a"), "profile": nobody})
    np.testing.assert_array_equal(built.inputs["children"], [np.nan, 2.0])


def test_attributes_with_a_knowledge_time_are_hidden_until_then() -> None:
    profile = PROFILE | {"known_at": "stated_on"}
    contract = make_contract({"children": from_column("profile.children")}, {"profile": profile})
    stated = _profile(stated_on=[date(2024, 6, 9), date(2024, 6, 10)])
    built = build_applications(contract, {"loans": loans("a", "b", "c"), "profile": stated})
    np.testing.assert_array_equal(built.inputs["children"], [np.nan, 2.0, np.nan])


def test_without_a_time_of_application_columns_still_work() -> None:
    contract = make_contract(
        {"amount": from_column("loans.amount")},
        {"payments": PROFILE},
        as_of=None,
    )
    built = build_applications(contract, {"loans": loans("a", amount=[5.0])})
    assert built.as_of is None
    assert built.inputs["amount"].tolist() == [5.0]


def test_progress_is_told_for_each_events_table() -> None:
    told: list[tuple[str, float]] = []
    build_applications(
        make_contract({"n": aggregate("count")}),
        {"loans": loans("a"), "payments": payments([])},
        lambda what, share: told.append((what, share)),
    )
    assert told == [("features of payments", 0.0)]


@pytest.mark.parametrize("changed", ["payments", "loans", "profile"])
def test_aggregates_are_made_again_where_a_table_of_theirs_changed(changed: str) -> None:
    contract = make_contract(FEATURES, {"profile": PROFILE})
    paid = [{"posted_at": NOON - timedelta(days=1), "amount": 1.0}]
    tables = {"loans": loans("a", "b"), "profile": _profile(), "payments": payments(paid)}
    before = build_applications(contract, tables)
    others = {"loans": loans("b", "a"), "profile": _profile(job=["farmer", "farmer"]),
              "payments": payments(paid * 2)}  # fmt: skip
    after = {**tables, changed: others[changed]}
    reused = build_applications(contract, after, like=(tables, before)).inputs
    pd.testing.assert_frame_equal(reused, build_applications(contract, after).inputs)
    assert not reused.equals(before.inputs)
