"""What a contract may say of features that are made from event rows or the calendar."""

import json
from typing import Any

import pytest

from data.contract import Contract
from data.contract_loading import canonical_json, contract_from_json
from data.contract_rules import findings
from tests.data.every_kind import every_kind

GOOD = json.loads(every_kind().model_dump_json())
PARTY = {"per": {"column": "party"}, "table": "wallet"}
WEEKS = {"per": {"days": 7}, "window_days": 56, "table": "wallet", "value": "amount"}
JUDGE = {"observer": "judge", "prior_rows": 5}


def _told(**changes: Any) -> list[str]:
    """Messages about the contract with other features (or columns: table__column)."""
    broken = json.loads(json.dumps(GOOD))
    for name, change in changes.items():
        table, _, column = name.partition("__")
        if column:
            broken["tables"][table]["columns"][column] |= change
        elif name in broken["tables"]:
            broken["tables"][name] |= change
        else:
            title = broken["features"]["term"]["title"]
            broken["features"][name] = {"source": "all", "title": title, **change}
            broken["reasons"]["ALL"]["features"].append(name)
    contract = Contract.model_validate_json(json.dumps(broken), strict=True)
    return [f"{'.'.join(where)}: {message}" for where, message in findings(contract)]


def test_every_kind_of_feature_survives_the_form_that_bundles_keep() -> None:
    contract = every_kind()
    assert _told() == []
    assert contract_from_json(canonical_json(contract)) == contract


def test_a_column_that_is_overwritten_in_place_is_refused_with_what_to_do() -> None:
    told = _told(wallet__amount={"overwritten": True})
    assert any("features.week_mean.aggregate" in t for t in told)
    for message in told:
        assert "'wallet.amount' is overwritten in place: it holds today's value" in message
        assert "use the dated rows behind it" in message


@pytest.mark.parametrize("field", ["known_at", "happened_at"])
def test_a_time_that_is_overwritten_in_place_is_no_time_of_a_row(field: str) -> None:
    column = {"known_at": "posted_at", "happened_at": "at"}[field]
    told = _told(**{f"wallet__{column}": {"overwritten": True}})
    expected = f"tables.wallet.{field}: column '{column}' is overwritten in place: no time of a row"
    assert expected in told


def test_who_the_other_party_is_is_compared_and_never_a_value() -> None:
    personal = "is personal data; never a feature"
    asked = {"function": "count", "table": "wallet"}
    assert personal in _told(x={"aggregate": asked | {"where": {"party": "p1"}}})[0]
    lat = {"function": "mean", "table": "wallet", "value": "home_lat"}
    assert personal in _told(x={"aggregate": lat})[0]
    gap = lat | {"value": {"difference": ["home_lat", "shop_lat"]}}
    assert personal in _told(x={"aggregate": gap})[0]


@pytest.mark.parametrize(
    ("aggregate", "place", "message"),
    [
        ({**WEEKS, "function": "slope", "per": None}, "function", "slope needs per: days"),
        ({**WEEKS, "function": "kept"}, "function", "kept needs per: column, or none"),
        ({**PARTY, "function": "std", "value": "amount"}, "function", "std needs per: days"),
        (
            {**WEEKS, "function": "mean", "window_days": 50},
            "window_days",
            "whole number of periods",
        ),
        ({**WEEKS, "function": "mean", "window_days": None}, "window_days", "whole number"),
        ({**WEEKS, "function": "mean", "per": {}}, "per", "exactly one of days and column"),
        ({**PARTY, "function": "count", "per": {"column": "at"}}, "per.column", "must name a text"),
        ({**PARTY, "function": "kept"}, "window_days", "two halves of the window"),
        ({**PARTY, "function": "returned", "value": "amount"}, "against", "needed by, and only by"),
        ({**PARTY, "function": "count", "value": "amount"}, "value", "takes no value"),
        ({**WEEKS, "function": "mean", "flag": {}}, "flag", "takes one bound"),
        (
            {"table": "wallet", "function": "mean", "value": {"distance_km": ["amount", "asked"]}},
            "value",
            "distance_km takes four columns",
        ),
        (
            {"table": "wallet", "function": "count", "where": {"kind": {"at_most": 5}}},
            "where.kind",
            "bounds of a number",
        ),
        (
            {"table": "wallet", "function": "count", "where": {"kind": ["bill", "rent"]}},
            "where.kind",
            "'rent' is not a category",
        ),
        (
            {"table": "visits", "function": "mean", "value": "score"}
            | {"less_leniency": {**JUDGE, "observer": "score"}},
            "less_leniency",
            "must name a text column",
        ),
        (
            {"table": "visits", "function": "mean", "value": {"days_since": ["seen_on"]}}
            | {"less_leniency": JUDGE},
            "less_leniency",
            "a row that does not change",
        ),
    ],
)
def test_a_wrong_aggregate_is_told(aggregate: dict[str, Any], place: str, message: str) -> None:
    told = _told(x={"aggregate": aggregate})
    assert any(t.startswith(f"features.x.aggregate.{place}: ") and message in t for t in told), told


@pytest.mark.parametrize(
    ("calendar", "place", "message"),
    [
        ({"by": "term"}, "by", "not a feature that stands in a column of categories"),
        ({"by": "nothing"}, "by", "not a feature"),
        ({"months": {"west": [1.0] * 12}}, "months.west", "'west' is not a category of 'city'"),
        ({"over": None}, "over", "needed by, and only by, mean"),
        ({"over": "city"}, "over", "a column of months"),
    ],
)
def test_a_wrong_calendar_is_told(calendar: dict[str, Any], place: str, message: str) -> None:
    told = _told(x={"calendar": GOOD["features"]["season"]["calendar"] | calendar})
    assert any(t.startswith(f"features.x.calendar.{place}: ") and message in t for t in told), told


def test_event_times_are_for_events() -> None:
    told = _told(loans={"happened_at": "asked_at", "reversed_at": "asked_at"})
    assert [t.partition(": ")[2] for t in told] == ["is for event tables alone"] * 2
    assert "must name a date" in _told(wallet={"reversed_at": "amount"})[0]


def test_no_feature_is_called_as_the_rows_of_a_request() -> None:
    told = _told(rows={"aggregate": {"table": "wallet", "function": "count"}})
    assert told == ["features.rows: a request brings a source's rows under this name; "
                    "take another one"]  # fmt: skip
