"""The store of protected attributes: pseudonyms, encryption, purpose, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete, insert, select, update

from data.contract import Contract
from data.errors import DataFileError, ProtectedError
from data.features.applications import build_applications
from data.features.protected import protected_groups
from data.protected import ProtectedStore
from data.protected.database import Database, schema_of
from data.protected.migrations import HEAD
from data.protected.tables import VERSIONS, fingerprints, protected_metadata, statements
from tests.data.small_portfolio import TEXT, column, from_column, loans, make_contract

NOW = datetime(2024, 6, 10, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
BANDS = {"bands": [25, 35, 45], "reference": "35-44", "title": TEXT}
PERSONS = {
    "kind": "protected",
    "keys": {"applicant": "client"},
    "unique": ["client"],
    "columns": {
        "client": column("string"),
        "sex": column("category", categories=["F", "M", "X"]),
        "years": column("number", range=[0, 120]),
        "days": column("integer", range=[-40000, 0]),
        "year": column("integer"),
        "born": column("date"),
        "urban": column("boolean"),
        "village": column("string"),
    },
}
SEX = {"groups": {"F": "woman", "M": "man"}, "reference": "man", "title": TEXT}
PROTECTED: dict[str, Any] = {
    "sex": {"column": "persons.sex", **SEX},
    "age": {"column": "persons.years", "measure": "years", **BANDS},
    "age_days": {"column": "persons.days", "measure": "negative_days", **BANDS},
    "age_year": {"column": "persons.year", "measure": "birth_year", **BANDS},
    "age_born": {"column": "persons.born", "measure": "birth_date", **BANDS},
    "urban": {"column": "persons.urban", "reference": "true", "title": TEXT},
    "village": {"column": "persons.village", "reference": "A", "title": TEXT},
}
STATED = {
    "sex": "F",
    "age": 30.5,
    "age_days": -9131,
    "age_year": 1979,
    "age_born": "1999-06-11",
    "urban": "true",
    "village": "Nyeri",
}
GROUPS = ["woman", "25-34", "under 25", "45 and over", "under 25", "true", "Nyeri"]


def contract_with(protected: dict[str, Any], persons: dict[str, Any] | None = None) -> Contract:
    return make_contract(
        {"amount": from_column("loans.amount")},
        {"persons": persons or PERSONS},
        protected=protected,
    )


CONTRACT = contract_with(PROTECTED)


@pytest.fixture
def store(empty_store_url: str, tmp_path: Path) -> Iterator[ProtectedStore]:
    opened = ProtectedStore.open(empty_store_url, tmp_path / "protected")
    yield opened
    opened.close()


def as_of(n: int) -> "pd.Series[pd.Timestamp]":
    return pd.Series([pd.Timestamp("2024-06-10")] * n, dtype="datetime64[us]")


def groups(store: ProtectedStore, *people: str | None, contract: Contract = CONTRACT) -> Any:
    read = store.read_groups(
        contract, people, as_of(len(people)), purpose="test of fairness", actor="ana"
    )
    return read.to_numpy().tolist()


def test_what_is_stated_comes_back_as_groups(store: ProtectedStore) -> None:
    store.put(CONTRACT, "C-1", STATED, "ana", NOW)
    unknown = ["not stated"] * len(GROUPS)
    assert groups(store, "C-2", "C-1", None, "C-1") == [unknown, GROUPS, unknown, GROUPS]


def test_a_later_statement_stands_and_none_withdraws(store: ProtectedStore) -> None:
    store.put(CONTRACT, "C-1", STATED, "ana", NOW)
    store.put(CONTRACT, "C-1", {"sex": "X", "urban": None}, "ana", LATER)
    store.put(CONTRACT, "C-1", {"sex": "M"}, "ana", NOW)
    found = groups(store, "C-1")[0]
    assert found == ["other", *GROUPS[1:5], "not stated", "Nyeri"]


def test_bands_may_change_and_the_values_stay(store: ProtectedStore) -> None:
    store.put(CONTRACT, "C-1", {"age": 30}, "ana", NOW)
    bands = {"bands": [31], "reference": "under 31"}
    changed = contract_with({"age": {**PROTECTED["age"], **bands}})
    assert groups(store, "C-1", contract=changed) == [["under 31"]]


def test_a_value_that_measures_something_else_is_not_used(store: ProtectedStore) -> None:
    store.put(CONTRACT, "C-1", {"age": 30}, "ana", NOW)
    births = contract_with({"age": {**PROTECTED["age_year"]}})
    assert groups(store, "C-1", contract=births) == [["not stated"]]


WRONG: list[tuple[str, Any]] = [
    ("sex", "woman-471147"),
    ("sex", 1),
    ("age", 471147),
    ("age", "471147"),
    ("age", True),
    ("age", float("nan")),
    ("age_days", 5),
    ("age_year", 1979.5),
    ("age_born", "1999-02-471147"),
    ("age_born", "1999-02-30"),
    ("urban", True),
    ("village", "471147" * 20),
]


def test_what_the_contract_does_not_allow_is_refused_silently(store: ProtectedStore) -> None:
    for attribute, value in WRONG:
        with pytest.raises(ProtectedError, match=f"^{attribute}: not as") as refused:
            store.put(CONTRACT, "C-1", {"residence": "x", attribute: value}, "ana", NOW)
        assert "471147" not in str(refused.value)
    with pytest.raises(ProtectedError, match=r"^an attribute: not as"):
        store.put(CONTRACT, "C-1", {"471147": "F"}, "ana", NOW)
    assert groups(store, "C-1") == [["not stated"] * 7]


def test_files_give_the_groups_that_they_give_without_the_store(store: ProtectedStore) -> None:
    people = [f"c{i}" for i in range(5)]
    rows = {
        "client": people[:4],
        "sex": ["F", "M", None, "X"],
        "years": [24.9, 25, None, 61],
        "days": [-9131, -9132, -16437, None],
        "year": [2000, 1999, 1979, None],
        "urban": [True, False, None, True],
    }
    tables = {"loans": loans(*people), "persons": pa.table(rows)}
    assert store.import_tables(CONTRACT, tables, "ana", NOW) == 4
    built = build_applications(CONTRACT, tables)
    expected = protected_groups(CONTRACT, tables, built.keys, built.as_of)
    found = store.read_groups(CONTRACT, people, built.as_of, purpose="test", actor="ana")
    pd.testing.assert_frame_equal(found, expected)


def test_an_import_never_replaces_what_a_person_declared(store: ProtectedStore) -> None:
    def table(sex: str) -> dict[str, pa.Table]:
        return {"persons": pa.table({"client": ["C-1", "C-2"], "sex": [sex, sex]})}

    store.import_tables(CONTRACT, table("F"), "ana", NOW)
    store.put(CONTRACT, "C-1", {"sex": None}, "ana", NOW)
    store.import_tables(CONTRACT, table("M"), "ana", LATER)
    assert [row[0] for row in groups(store, "C-1", "C-2")] == ["not stated", "man"]


def test_a_table_by_application_leads_to_its_applicant(store: ProtectedStore) -> None:
    persons = {**PERSONS, "keys": {"application": "client"}}
    contract = contract_with({"sex": PROTECTED["sex"]}, persons)
    sexes = pa.table({"client": ["2", "7", None], "sex": ["F", "M", "M"]})
    tables = {"loans": loans("anna", "berta"), "persons": sexes}
    assert store.import_tables(contract, tables, "ana", NOW) == 1
    assert groups(store, "anna", "berta", contract=contract) == [["not stated"], ["woman"]]


def test_a_file_that_names_no_person_is_refused(store: ProtectedStore) -> None:
    given = CONTRACT.model_dump(mode="json")
    given["tables"]["loans"]["keys"] = {"application": "id"}
    given["tables"]["persons"]["keys"] = {"application": "client"}
    with pytest.raises(DataFileError, match="'persons' has no applicant key"):
        store.import_tables(Contract.model_validate(given), {}, "ana", NOW)


def test_nothing_is_readable_on_the_disk(store: ProtectedStore) -> None:
    for person, sex in (("C-1", "F"), ("C-2", "M")):
        store.put(CONTRACT, person, {**STATED, "sex": sex}, "ana", NOW)
    with store._database.read() as connection:
        rows = connection.execute(select(statements)).all()
    assert len(rows) == 14
    assert len({row.value for row in rows}) == 14
    assert {len(row.value) for row in rows} == {12 + 128 + 16}
    assert {len(row.pseudonym) for row in rows} == {32}
    everything = repr(rows)
    assert not [word for word in ("C-1", "Nyeri", "1979", "1999-06-11") if word in everything]


def test_a_value_belongs_to_its_person_and_attribute(store: ProtectedStore) -> None:
    store.put(CONTRACT, "C-1", {"sex": "F", "village": "F"}, "ana", NOW)
    with store._database.write() as connection:
        moved = select(statements.c.value).where(statements.c.attribute == "village")
        value = connection.execute(moved).scalar_one()
        sex = statements.c.attribute == "sex"
        connection.execute(update(statements).where(sex).values(value=value))
    with pytest.raises(ProtectedError, match="was changed by others"):
        groups(store, "C-1")


def test_reading_needs_a_purpose_and_leaves_a_trace(store: ProtectedStore) -> None:
    store.put(CONTRACT, "C-1", {"sex": "F"}, "ana", NOW)
    for purpose, actor in (("", "ana"), (" ", "ana"), ("audit", "")):
        with pytest.raises(ProtectedError, match="for a purpose"):
            store.read_groups(CONTRACT, ["C-1"], as_of(1), purpose=purpose, actor=actor)
    assert store.accesses() == []
    store.read_groups(CONTRACT, ["C-1", "C-2", "C-1"], as_of(3), purpose="audit", actor="ana")
    seen = store.accesses()
    assert [(a.actor, a.purpose, a.people) for a in seen] == [("ana", "audit", 2)]
    assert abs(datetime.now(UTC) - seen[0].at) < timedelta(minutes=1)


def test_the_trace_is_left_before_anything_is_read(store: ProtectedStore) -> None:
    store.put(CONTRACT, "C-1", {"sex": "F"}, "ana", NOW)
    with store._database.write() as connection:
        connection.execute(update(statements).values(value=b"noise"))
    with pytest.raises(ProtectedError):
        groups(store, "C-1")
    assert len(store.accesses()) == 1


def test_a_person_can_be_erased(store: ProtectedStore) -> None:
    store.put(CONTRACT, "C-1", STATED, "ana", NOW)
    store.put(CONTRACT, "C-2", {"sex": "M"}, "ana", NOW)
    assert store.erase("C-1", "ben", LATER) == 7
    assert store.erase("C-1", "ben", LATER) == 0
    assert [row[0] for row in groups(store, "C-1", "C-2")] == ["not stated", "man"]
    assert [a.purpose for a in store.accesses()][:2] == ["erasure", "erasure"]


def test_other_keys_are_refused(
    store: ProtectedStore, empty_store_url: str, tmp_path: Path
) -> None:
    with pytest.raises(ProtectedError, match=r"not those of this store"):
        ProtectedStore.open(empty_store_url, tmp_path / "other")
    with store._database.write() as connection:
        connection.execute(delete(fingerprints))
        connection.execute(insert(fingerprints), {"fingerprint": "0" * 64})
    with pytest.raises(ProtectedError, match=r"restore them from a backup"):
        ProtectedStore.open(empty_store_url, tmp_path / "protected")


def test_the_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "protected"
    url = f"sqlite:///{folder / 'protected.db'}"
    ProtectedStore.open(url, folder).close()
    assert folder.stat().st_mode & 0o777 == 0o700
    keys = sorted(folder.glob("*.key"))
    assert [k.name for k in keys] == ["data.key", "inbox.key", "pseudonym.key"]
    assert {k.stat().st_mode & 0o777 for k in keys} == {0o600}
    assert len({k.read_bytes() for k in keys}) == 3
    keys[0].chmod(0o640)
    with pytest.raises(ProtectedError, match="run chmod 600"):
        ProtectedStore.open(url, folder)
    keys[0].chmod(0o600)
    keys[0].write_bytes(b"short")
    with pytest.raises(ProtectedError, match="exactly 32 bytes"):
        ProtectedStore.open(url, folder)


def test_migrated_tables_are_the_tables_of_the_program(
    store: ProtectedStore, empty_store_url: str
) -> None:
    config = Config()
    config.set_main_option("script_location", "data.protected:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]
    database = Database(empty_store_url)
    database.migrate()
    with database.read() as connection:
        schema = schema_of(connection)
        options = {
            "compare_type": True,
            "include_schemas": True,
            "version_table": VERSIONS,
            "version_table_schema": schema,
        }
        context = MigrationContext.configure(connection, opts=options)
        tables = protected_metadata
        if schema is None:
            tables = type(tables)(naming_convention=tables.naming_convention)
            for table in protected_metadata.tables.values():
                table.to_metadata(tables, schema=cast(Any, None))
        assert compare_metadata(context, tables) == []
    database.close()
