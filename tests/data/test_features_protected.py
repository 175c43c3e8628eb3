"""Protected groups: codes, ages and bands, and that they stay apart from the inputs."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from data.contract import Contract, band_names
from data.errors import DataFileError
from data.features.applications import build_applications
from data.features.protected import protected_groups
from tests.data.small_portfolio import (
    TABLES,
    TEXT,
    column,
    from_column,
    loans,
    make_contract,
)

BANDS = [25, 35, 45]
PERSONS = {
    "kind": "protected",
    "keys": {"applicant": "client"},
    "unique": ["client"],
    "columns": {
        "client": column("string"),
        "sex": column("integer"),
        "years": column("number"),
        "days": column("integer"),
        "year": column("integer"),
        "born": column("date"),
        "urban": column("boolean"),
    },
}


def _contract(attribute: dict[str, Any], **parts: Any) -> Contract:
    given = {"title": TEXT, "reference": "35-44", **attribute}
    tables = {"persons": PERSONS}
    if parts.get("as_of", "") is None:
        tables["payments"] = PERSONS
    return make_contract(
        {"amount": from_column("loans.amount")}, tables, protected={"it": given}, **parts
    )


def _groups(attribute: dict[str, Any], *values: Any, **parts: Any) -> list[str]:
    """Groups of clients c0, c1, ... of whom the last has no row in the persons table."""
    contract = _contract(attribute, **parts)
    clients = [f"c{i}" for i in range(len(values))]
    name = attribute["column"].partition(".")[2]
    tables = {
        "loans": loans(*clients, "nobody"),
        "persons": pa.table({"client": clients[::-1], name: list(values)[::-1]}),
    }
    built = build_applications(contract, tables)
    assert set(built.inputs.columns) == {"amount"}
    groups = protected_groups(contract, tables, built.keys, built.as_of)
    assert list(groups.columns) == ["it"]
    assert groups["it"].dtype == object
    *stated, last = groups["it"].tolist()
    assert last == "not stated"
    return stated


def test_codes_get_their_names() -> None:
    sex = {"column": "persons.sex", "groups": {"1": "man", "2": "woman"}, "reference": "man"}
    assert _groups(sex, 2, 1, None, 9) == ["woman", "man", "not stated", "other"]
    plain = {"column": "persons.sex", "reference": "1"}
    assert _groups(plain, 2, 1, None) == ["2", "1", "not stated"]
    urban = {"column": "persons.urban", "groups": {"true": "city"}, "reference": "city"}
    assert _groups(urban, True, False, None) == ["city", "other", "not stated"]


def test_ages_in_years_and_days() -> None:
    years = {"column": "persons.years", "measure": "years", "bands": BANDS}
    ages = [24.9, 25.0, 34.999, 35.0, 44.0, 45.0, 99.0, 0.0, -1.0, None]
    bands = ["under 25", "25-34", "25-34", "35-44", "35-44", "45 and over", "45 and over"]
    assert _groups(years, *ages) == [*bands, "under 25", "not stated", "not stated"]
    days = {"column": "persons.days", "measure": "negative_days", "bands": BANDS}
    expected = ["under 25", "25-34", "45 and over", "not stated"]
    assert _groups(days, -9131, -9132, -16437, 5) == expected


def test_ages_from_births_are_those_at_the_application() -> None:
    year = {"column": "persons.year", "measure": "birth_year", "bands": BANDS}
    assert _groups(year, 2000, 1999, 1979, None, 2030) == [
        "under 25", "25-34", "45 and over", "not stated", "not stated",
    ]  # fmt: skip
    born = {"column": "persons.born", "measure": "birth_date", "bands": BANDS}
    days = [date(1999, 6, 10), date(1999, 6, 11), date(1989, 2, 28), None]
    assert _groups(born, *days) == ["25-34", "under 25", "35-44", "not stated"]


def test_a_column_of_the_applications_itself() -> None:
    attribute = {"column": "loans.branch", "reference": "north"}
    contract = make_contract(
        {"amount": from_column("loans.amount")},
        {"loans": TABLES["loans"]},
        protected={"it": {"title": TEXT, **attribute}},
    )
    tables = {"loans": loans("a", None, "a", branch=["north", "south", None])}
    built = build_applications(contract, tables)
    groups = protected_groups(contract, tables, built.keys, built.as_of)
    assert groups["it"].tolist() == ["north", "south", "not stated"]


def test_a_person_who_stands_twice_is_refused() -> None:
    contract = _contract({"column": "persons.sex", "reference": "1"})
    persons = pa.table({"client": ["a", "a"], "sex": [1, 2]})
    tables = {"loans": loans("a"), "persons": persons}
    built = build_applications(contract, tables)
    with pytest.raises(DataFileError, match="'persons'"):
        protected_groups(contract, tables, built.keys, built.as_of)


def test_names_of_bands() -> None:
    assert band_names((25, 35, 45)) == ["under 25", "25-34", "35-44", "45 and over"]
    assert band_names((26.0,)) == ["under 26", "26 and over"]
