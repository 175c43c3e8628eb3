"""Checked tables in the few forms that features, labels and audits compute with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.contract import ColumnType, Contract, KeyRole, Table
from data.errors import DataFileError
from data.features.measures import DAY

_ARROW: dict[ColumnType, Any] = {
    "string": pa.string(),
    "category": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
}


@dataclass(frozen=True)
class CheckedTable:
    """One table of a portfolio; columns and files that are absent count as missing values."""

    name: str
    spec: Table
    rows: pa.Table

    @classmethod
    def of(cls, contract: Contract, tables: Mapping[str, pa.Table], name: str) -> CheckedTable:
        """Table ``name`` of ``contract``; it has no rows when it is not in ``tables``."""
        return cls(name, contract.tables[name], tables.get(name, pa.table({})))

    def column(self, name: str) -> pa.ChunkedArray:
        """Values of a column in the Arrow type of the contract; NaN becomes null."""
        arrow_type = _ARROW[self.spec.columns[name].type]
        if name not in self.rows.column_names:
            return pa.chunked_array([pa.nulls(self.rows.num_rows, arrow_type)])
        values = self.rows[name].cast(arrow_type)
        if pa.types.is_floating(arrow_type):
            return pc.if_else(pc.is_nan(values), pa.scalar(None, arrow_type), values)
        return values

    def key(self, role: KeyRole) -> pa.ChunkedArray:
        """A key as text, so that 7 and "7" are the same loan; null when there is none."""
        if role not in self.spec.keys:
            return pa.chunked_array([pa.nulls(self.rows.num_rows, pa.string())])
        return self.column(self.spec.keys[role]).cast(pa.string())

    @property
    def join_role(self) -> KeyRole:
        """The key that ties rows to an application.

        Events belong to the applicant where they can: the instalments of earlier loans are a
        history, and those of the loan asked for lie in the future. Attributes belong to the
        application where they can.
        """
        preferred: KeyRole = "applicant" if self.spec.kind == "events" else "application"
        other: KeyRole = "application" if preferred == "applicant" else "applicant"
        return preferred if preferred in self.spec.keys else other

    def instants(self, name: str) -> pa.ChunkedArray:
        """A date or datetime column as int64 microseconds; a date is its midnight."""
        return self.column(name).cast(pa.timestamp("us")).cast(pa.int64())

    def known(self) -> pa.ChunkedArray:
        """When each row became known, int64 microseconds.

        A date says no hour, so its row counts as known at the last microsecond of that day:
        an application of the same day does not see it.
        """
        if self.spec.known_at is None:
            return pa.chunked_array([pa.nulls(self.rows.num_rows, pa.int64())])
        return self.end_of(self.spec.known_at)

    def end_of(self, name: str) -> pa.ChunkedArray:
        """A date or datetime column as int64 microseconds; a date is its last microsecond."""
        late = DAY - 1 if self.spec.columns[name].type == "date" else 0
        return pc.add(self.instants(name), pa.scalar(late, pa.int64()))

    def moments(self) -> pa.ChunkedArray:
        """When each row happened (else: became known), int64 microseconds; a date is its start."""
        name = self.spec.happened_at
        return self.known() if name is None else self.instants(name)

    def rows_of(self, keys: pd.DataFrame) -> NDArray[np.int64]:
        """Row of this table for each row of ``keys`` (columns by role); -1 where none.

        Raises DataFileError when two rows of this table have the same key.
        """
        if self.spec.kind == "applications":
            return np.arange(len(keys), dtype=np.int64)
        own = pd.Index(as_objects(self.key(self.join_role)), dtype=object)
        held = np.flatnonzero(own.notna())
        index = own[held]
        if not index.is_unique:
            raise DataFileError(
                f"Table '{self.name}' has more than one row for the same {self.join_role}: "
                "name that key under 'unique' in the contract, or make the table one of events."
            )
        found = index.get_indexer(pd.Index(keys[self.join_role], dtype=object))
        rows: NDArray[np.int64] = np.append(held, -1)[found]
        return rows

    def at(self, name: str, rows: NDArray[np.int64]) -> pa.ChunkedArray:
        """Values of a column at ``rows``; null where a row is -1."""
        return self.column(name).take(pa.array(rows, mask=rows < 0))


def as_floats(values: pa.ChunkedArray) -> NDArray[np.float64]:
    """Numbers or booleans as float64, missing as NaN."""
    out: NDArray[np.float64] = values.cast(pa.float64()).to_numpy()
    return out


def as_objects(values: pa.ChunkedArray) -> NDArray[np.object_]:
    """Texts as an object array, missing as None."""
    out = np.empty(len(values), dtype=object)
    out[:] = values.to_pylist()
    return out
