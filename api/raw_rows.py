"""Raw rows in a request: a source's own rows instead of its features, checked like any field.

A source that is made from event rows may come as ``{"rows": {table: [row, ...]}}``, with the
columns that its features look at and no others; who the rows belong to says the application.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, NotRequired
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from api.json_times import Day, Time
from api.problem_rules import OUR_ERA, TWIN_ROWS
from data.contract import Column, Contract
from data.sentences import broken

MOST_ROWS = 5_000
"""Rows of one table in a request."""
ROWS = "rows"
LONGEST_TEXT = 128
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Checked rows by table: dates and local times without zone, as features take them."""


def raw_tables(contract: Contract, source: str) -> tuple[str, ...]:
    """Event tables that the features of ``source`` are made from, in contract order."""
    used = {
        a.table
        for name in contract.inputs_by_source[source]
        if (a := contract.features[name].aggregate) is not None
    }
    return tuple(name for name in contract.tables if name in used)


def brought(value: Any) -> frozenset[str]:
    """Sources of an unchecked application that come as rows."""
    sources = value.get("sources") if isinstance(value, dict) else None
    if not isinstance(sources, dict):
        return frozenset()
    return frozenset(s for s, given in sources.items() if isinstance(given, dict) and ROWS in given)


def row_columns(contract: Contract, table: str) -> dict[str, Column]:
    """Columns of ``table`` that a row in a request has: all that features look at."""
    spec = contract.tables[table]
    used = {*spec.unique, spec.known_at, spec.happened_at, spec.reversed_at}
    for name in contract.inputs:
        aggregate = contract.features[name].aggregate
        if aggregate is not None and aggregate.table == table:
            used |= set(aggregate.columns())
    used -= {spec.keys.get("applicant"), spec.keys.get("application")}
    return {name: column for name, column in spec.columns.items() if name in used}


def rows_fields(contract: Contract, tables: Sequence[str], types: Types) -> dict[str, Any]:
    """The field ``rows`` of a source; ``types`` makes records, and types of plain columns."""
    lists = {name: NotRequired[_rows(contract, name, types)] for name in tables}
    text = "Its rows instead of its features, which are computed from them."
    rows = types.record(f"Rows_{'_'.join(tables)}", lists)
    return {ROWS: Annotated[rows, Field(description=text)]}


class Types:
    """How records and plain columns become types; given by the request schema."""

    def __init__(self, record: Any, plain: Any) -> None:
        self.record, self.plain = record, plain


def _rows(contract: Contract, table: str, types: Types) -> Any:
    spec = contract.tables[table]
    columns = row_columns(contract, table)
    needed = {spec.known_at, spec.happened_at, *spec.unique}
    fields = {
        name: kind if column.required or name in needed else NotRequired[kind | None]
        for name, column in columns.items()
        for kind in [_type(contract, column, types)]
    }
    unique = tuple(name for name in spec.unique if name in columns)
    sequence: Any = list
    rows: Any = sequence[types.record(f"Row_{table}", fields)]
    return Annotated[
        rows,
        Field(max_length=MOST_ROWS, description=f"At most {MOST_ROWS} rows."),
        AfterValidator(partial(_without_twins, unique)),
    ]


def _type(contract: Contract, column: Column, types: Types) -> Any:
    text = Field(description=f"Unit: {column.unit}" if column.unit else None)
    if column.type == "date":
        return Annotated[Day, text]
    if column.type == "datetime":
        return Annotated[Time, AfterValidator(partial(_local, contract.timezone)), text]
    if column.type == "string":
        return Annotated[str, Field(strict=True, min_length=1, max_length=LONGEST_TEXT), text]
    return Annotated[types.plain(column), text]


def _local(timezone: str, moment: dt.datetime) -> dt.datetime:
    """As files have it: the lender's own time, without a zone."""
    try:
        return moment.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    except OverflowError:
        raise broken(OUR_ERA.of()) from None


def _without_twins(unique: tuple[str, ...], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if unique:
        seen = {tuple(row[name] for name in unique) for row in rows}
        if len(seen) != len(rows):
            raise broken(TWIN_ROWS.of(names=unique))
    return rows
