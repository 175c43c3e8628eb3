"""The inputs of the score for each application, as they were known at its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data.contract import Contract, KeyRole
from data.contract_derivations import Aggregate
from data.features.calendar import calendar_value
from data.features.engine import EngineName, open_engine
from data.features.events import aggregate_events
from data.features.settling import settle
from data.features.tables import CheckedTable, as_floats, as_objects

Progress = Callable[[str, float], None]
"""Called with what is being worked on and the share of it that is done."""


@dataclass(frozen=True)
class Applications:
    """Applications in the order of their table, one row each.

    ``keys``: columns application, applicant, branch, officer (text or None). ``as_of``:
    datetime64[us], or None when the contract has no time of application. ``inputs``: exactly
    ``contract.inputs`` in that order; numbers and booleans float64 with NaN, categories object
    with None. Protected attributes are not here: see ``protected_groups``.
    """

    contract: Contract
    keys: pd.DataFrame
    as_of: pd.Series[pd.Timestamp] | None
    inputs: pd.DataFrame


def build_applications(
    contract: Contract,
    tables: Mapping[str, pa.Table],
    progress: Progress | None = None,
    *,
    like: tuple[Mapping[str, pa.Table], Applications] | None = None,
    engine: EngineName = "duckdb",
) -> Applications:
    """Build the inputs of every application from the checked ``tables`` (by contract name).

    Event rows, and rows of attribute tables that have a ``known_at``, are visible when they were
    known before the application, strictly. Aggregates are clipped to the range of their feature.
    ``engine``: where aggregates are computed.
    ``like``: other tables, and what was built from them; where the table of applications and one
    of events are the very same objects, so are their aggregates, and are taken from there.
    Raises DataFileError when an attributes table has two rows for one key.
    """
    loans = CheckedTable.of(contract, tables, contract.applications)
    keys = pd.DataFrame(
        {role: as_objects(loans.key(role)) for role in get_args(KeyRole)}, dtype=object
    )
    as_of = None
    if contract.as_of is not None:
        times = loans.column(contract.as_of).cast(pa.timestamp("us")).to_numpy()
        as_of = pd.Series(times, name="as_of", dtype="datetime64[us]")
    inputs: dict[str, NDArray[np.float64] | NDArray[np.object_]] = {
        **_from_columns(contract, tables, keys, loans),
        **_from_events(contract, tables, loans, progress, like, engine),
    }
    inputs |= _from_calendar(contract, as_of, inputs)
    columns = {name: pd.Series(inputs[name], dtype=inputs[name].dtype) for name in contract.inputs}
    return Applications(contract, keys, as_of, pd.DataFrame(columns))


def _from_columns(
    contract: Contract, tables: Mapping[str, pa.Table], keys: pd.DataFrame, loans: CheckedTable
) -> dict[str, NDArray[np.float64] | NDArray[np.object_]]:
    """Inputs that stand in a column of the applications table or of an attributes table."""
    found: dict[str, tuple[CheckedTable, NDArray[np.int64]]] = {}
    out: dict[str, NDArray[np.float64] | NDArray[np.object_]] = {}
    for name in contract.inputs:
        source = contract.features[name].column
        if source is None:
            continue
        table_name, _, column = source.partition(".")
        if table_name not in found:
            table = CheckedTable.of(contract, tables, table_name)
            found[table_name] = table, _visible_rows(contract, table, keys, loans)
        table, rows = found[table_name]
        values = table.at(column, rows)
        is_category = table.spec.columns[column].type == "category"
        out[name] = as_objects(values) if is_category else as_floats(values)
    return out


def _visible_rows(
    contract: Contract, table: CheckedTable, keys: pd.DataFrame, loans: CheckedTable
) -> NDArray[np.int64]:
    """Row of ``table`` for each application, -1 where none or not yet known."""
    rows = table.rows_of(keys)
    if table.spec.kind == "applications" or table.spec.known_at is None or contract.as_of is None:
        return rows
    known = as_floats(table.known().take(pa.array(rows, mask=rows < 0)))
    return np.where(known < as_floats(loans.instants(contract.as_of)), rows, -1)


def _from_calendar(
    contract: Contract,
    as_of: pd.Series[pd.Timestamp] | None,
    inputs: Mapping[str, NDArray[np.float64] | NDArray[np.object_]],
) -> dict[str, NDArray[np.float64]]:
    """Inputs of the day of the application, from it and from other inputs."""
    out: dict[str, NDArray[np.float64]] = {}
    for name in contract.inputs:
        calendar = contract.features[name].calendar
        if calendar is None or as_of is None:
            continue
        days = [None if pd.isna(day) else day for day in as_of]
        terms = [None] * len(days) if calendar.over is None else inputs[calendar.over]
        rows = zip(days, inputs[calendar.by], terms, strict=True)
        values = np.array([calendar_value(calendar, *row) for row in rows], dtype=np.float64)
        out[name] = settle(contract.features[name], values)
    return out


def _from_events(
    contract: Contract,
    tables: Mapping[str, pa.Table],
    loans: CheckedTable,
    progress: Progress | None,
    like: tuple[Mapping[str, pa.Table], Applications] | None,
    engine: EngineName,
) -> dict[str, NDArray[np.float64]]:
    """Inputs that are aggregates, one pass for each events table, clipped to their ranges."""
    wanted: dict[str, dict[str, Aggregate]] = {}
    for name in contract.inputs:
        aggregate = contract.features[name].aggregate
        if aggregate is not None:
            wanted.setdefault(aggregate.table, {})[name] = aggregate
    out: dict[str, NDArray[np.float64]] = {}
    if like is not None and tables[contract.applications] is like[0][contract.applications]:
        for table_name in [t for t in wanted if tables.get(t) is like[0].get(t)]:
            out |= {name: like[1].inputs[name].to_numpy() for name in wanted.pop(table_name)}
    if not wanted or contract.as_of is None:
        return out
    with open_engine(engine) as backend:
        for done, (table_name, aggregates) in enumerate(wanted.items()):
            if progress:
                progress(f"features of {table_name}", done / len(wanted))
            events = CheckedTable.of(contract, tables, table_name)
            applications = pa.table(
                {
                    "row": np.arange(loans.rows.num_rows),
                    "key": loans.key(events.join_role),
                    "as_of": loans.instants(contract.as_of),
                }
            )
            out |= aggregate_events(backend, applications, events, aggregates)
    return {name: settle(contract.features[name], values) for name, values in out.items()}
