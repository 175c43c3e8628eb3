"""One pass over an events table: every aggregate of it, for every application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.contract import Aggregate, operands
from data.features.functions import FUNCTIONS, Values
from data.features.tables import DAY, CheckedTable
from data.features.values import equals, row_value

Expression = Any  # an ibis table or column; ibis comes without types


def aggregate_events(
    backend: Any, applications: pa.Table, events: CheckedTable, wanted: Mapping[str, Aggregate]
) -> dict[str, NDArray[np.float64]]:
    """Compute the ``wanted`` aggregates of ``events`` for each row of ``applications``.

    ``applications`` has the columns row (0 to n - 1), key (text) and as_of (int64 microseconds);
    ``backend`` is any Ibis backend. A row of ``events`` is visible to an application with its key
    when known < as_of, strictly. An application that sees no row of the table at all has NaN
    everywhere; one that sees rows, but none that counts, has count 0, sum 0 and NaN elsewhere.
    Gives one array of shape (n,) for each name; nothing is clipped here.
    """
    out = {name: np.full(applications.num_rows, np.nan) for name in wanted}
    if applications.num_rows == 0 or events.rows.num_rows == 0:
        return out
    query = _Query(events, wanted)
    result = backend.to_pyarrow(query.expression(applications))
    rows = result["row"].to_numpy()
    for number, name in enumerate(wanted):
        out[name][rows] = result[f"f{number}"].cast(pa.float64()).to_numpy()
    return out


class _Query:
    """The Ibis expression of one pass; columns get short names that no engine objects to."""

    def __init__(self, events: CheckedTable, wanted: Mapping[str, Aggregate]) -> None:
        self.events = events
        self.wanted = wanted
        used = {c for a in wanted.values() for c in (*operands(a)[1], *a.where)}
        if "last" in self._functions():
            used |= set(events.spec.unique)
        self.names = {column: f"c{i}" for i, column in enumerate(sorted(used))}

    def _functions(self) -> set[str]:
        return {a.function for a in self.wanted.values()}

    def expression(self, applications: pa.Table) -> Expression:
        """One row for each application that sees any event: row, f0, f1, ..."""
        visible = self._spread(self._values(self._visible(applications)))
        results = {
            f"f{i}": FUNCTIONS[a.function](
                Values(
                    visible[f"v{i}"],
                    visible[f"u{i}"] if a.function == "std" else None,
                    visible[f"w{i}"] if a.function == "std" else None,
                    visible["position"] if a.function == "last" else None,
                )
            )
            for i, a in enumerate(self.wanted.values())
        }
        return visible.group_by("row").aggregate(**results)

    def _visible(self, applications: pa.Table) -> Expression:
        left, right = ibis.memtable(applications), ibis.memtable(self._event_columns())
        if "last" in self._functions():
            right = right.mutate(position=self._position(right))
        seen = left.inner_join(right, [left.key == right.key, right.known < left.as_of])
        return seen.select(left.row, left.as_of, *(c for c in right.columns if c != "key"))

    def _event_columns(self) -> pa.Table:
        events = self.events
        columns = {"key": events.key(events.join_role), "known": events.known()}
        for column, name in self.names.items():
            timed = events.spec.columns[column].type in {"date", "datetime"}
            columns[name] = events.instants(column) if timed else events.column(column)
        return pa.table(columns)

    def _position(self, events: Expression) -> Expression:
        """Order of becoming known; ties by the unique key, then by the values themselves."""
        unique = [self.names[c] for c in self.events.spec.unique]
        others = [n for n in self.names.values() if n not in unique]
        order = [events[c] for c in ("known", *unique, *others)]
        return ibis.row_number().over(group_by=events.key, order_by=order)

    def _values(self, visible: Expression) -> Expression:
        return visible.mutate(
            **{f"v{i}": self._value(visible, a) for i, a in enumerate(self.wanted.values())}
        )

    def _value(self, visible: Expression, a: Aggregate) -> Expression:
        operation, columns = operands(a)
        if a.value is None:
            value = ibis.literal(1.0)
        else:
            named = [visible[self.names[c]] for c in columns]
            value = row_value(operation, visible.as_of, named)
        conditions = [
            equals(visible[self.names[c]], self.events.spec.columns[c].type, wanted)
            for c, wanted in a.where.items()
        ]
        if a.window_days is not None:
            conditions.append(visible.known >= visible.as_of - a.window_days * DAY)
        if conditions:
            value = ibis.and_(*conditions).ifelse(value, ibis.null("float64"))
        return value

    def _spread(self, visible: Expression) -> Expression:
        """Add the width of an application's values and each value's place within it."""
        scaled = [i for i, a in enumerate(self.wanted.values()) if a.function == "std"]
        for i in scaled:
            value = visible[f"v{i}"]
            ends = visible.mutate(
                low=value.min().over(group_by="row"), high=value.max().over(group_by="row")
            )
            width = ends.high - ends.low
            place = (ends[f"v{i}"] - ends.low) / width.nullif(0.0)
            visible = ends.mutate(
                **{f"w{i}": width, f"u{i}": ibis.coalesce(place, ends[f"v{i}"] * 0.0)}
            ).drop("low", "high")
        return visible
