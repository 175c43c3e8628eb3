"""Protected attributes from files: which columns to read, and what each person stated there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from numpy import object_
from numpy.typing import NDArray

from data.contract import Contract, ProtectedAttribute, Table
from data.errors import DataFileError
from data.features.measures import as_code
from data.features.tables import CheckedTable, as_objects
from data.reading import Portfolio, read_portfolio
from data.reading.findings import Rule
from data.reading.portfolio import Progress
from data.statements import Stated, Statement, Value


def read_protected(
    contract: Contract,
    path: Path,
    *,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> Portfolio:
    """Read keys and protected columns alone from the files at ``path``, with every finding.

    Columns that are not read are no finding, although the contract at hand does not know them.
    Raises DataFileError when a file is absent or cannot be opened, or when ``contract`` has no
    protected attribute.
    """
    names = _tables(contract)
    if not names:
        raise DataFileError(f"the contract '{contract.contract}' has no protected attribute")
    tables = {name: _narrowed(contract, name) for name in contract.tables if name in names}
    if contract.applications not in tables:  # a contract needs one; nothing else depends on it
        first = next(iter(tables))
        tables[first] = tables[first].model_copy(update={"kind": "applications"})
    parts = {"tables": tables, "features": {}, "as_of": None}
    narrowed = Contract.model_validate({**contract.model_dump(), **parts})
    read = read_portfolio(narrowed, path, encoding=encoding, progress=progress)
    findings = [f for f in read.findings if f.rule is not Rule.UNKNOWN_COLUMN]
    return replace(read, findings=findings)


def imported_statements(
    contract: Contract, tables: Mapping[str, pa.Table], actor: str, at: datetime
) -> list[Statement]:
    """What the protected columns of checked ``tables`` say, a statement a person.

    Empty cells say nothing; of two rows of one person the later stands. Raises DataFileError
    when a table has no key that leads to a person.
    """
    people: dict[str, dict[str, Stated]] = {}
    for name, attribute in contract.protected.items():
        table_name, _, column = attribute.column.partition(".")
        persons = _persons(contract, tables, table_name)
        values = CheckedTable.of(contract, tables, table_name).column(column).to_pylist()
        for person, value in zip(persons, values, strict=True):
            if person is not None and value is not None:
                stated = Stated(measure=attribute.measure, value=_raw(attribute, value))
                people.setdefault(person, {})[name] = stated
    return [
        Statement(applicant_id=person, stated=stated, source="imported", actor=actor, at=at)
        for person, stated in people.items()
    ]


def _tables(contract: Contract) -> set[str]:
    """Tables to read: those of the protected columns, and what leads from them to a person."""
    names = {a.column.partition(".")[0] for a in contract.protected.values()}
    if any("applicant" not in contract.tables[name].keys for name in names):
        names.add(contract.applications)
    return names


def _narrowed(contract: Contract, name: str) -> Table:
    table = contract.tables[name]
    protected = {
        column
        for where, _, column in (a.column.partition(".") for a in contract.protected.values())
        if where == name
    }
    keys = {role: c for role, c in table.keys.items() if role in {"application", "applicant"}}
    wanted = protected | set(keys.values()) | set(table.unique)
    columns = {c: spec for c, spec in table.columns.items() if c in wanted}
    changes = {"keys": keys, "columns": columns, "known_at": None, "optional": False}
    return table.model_copy(update=changes)


def _persons(contract: Contract, tables: Mapping[str, pa.Table], name: str) -> NDArray[object_]:
    """The applicant of each row of table ``name``, or None."""
    table = CheckedTable.of(contract, tables, name)
    if "applicant" in table.spec.keys:
        return as_objects(table.key("applicant"))
    loans = CheckedTable.of(contract, tables, contract.applications)
    if "applicant" not in loans.spec.keys:
        raise DataFileError(
            f"Table '{name}' has no applicant key: name the column that tells people apart under "
            "'keys' in the contract."
        )
    asked, applicants = as_objects(loans.key("application")), as_objects(loans.key("applicant"))
    owners = dict(zip(asked, applicants, strict=True))
    rows = as_objects(table.key("application"))
    rows[:] = [owners.get(row) for row in rows]
    return rows


def _raw(attribute: ProtectedAttribute, value: Any) -> Value:
    if attribute.measure == "category":
        return as_code(value)
    return value.isoformat() if attribute.measure == "birth_date" else float(value)
