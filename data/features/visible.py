"""The event rows that each application sees, with a value for each aggregate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from data.contract_derivations import Aggregate, operands
from data.features.engine import Engine
from data.features.leniency import leniency
from data.features.measures import DAY
from data.features.tables import CheckedTable
from data.features.values import matches, row_value

Expression = Any  # an ibis table or column; ibis comes without types
Numbered = Mapping[int, Aggregate]


class Visible:
    """Joins ``applications`` (row, key, as_of) with ``events`` for the ``wanted`` aggregates.

    A row is visible to an application with its key when known < as_of, strictly, and not
    reversed < as_of. Columns get short names that no engine objects to.
    """

    def __init__(
        self,
        engine: Engine,
        applications: pa.Table,
        events: CheckedTable,
        wanted: Iterable[Aggregate],
    ) -> None:
        self._engine = engine
        self._events = events
        aggregates = list(wanted)
        used = {column for a in aggregates for column in a.columns()}
        self._ordered = any(a.function == "last" and a.per is None for a in aggregates)
        if self._ordered:
            used |= set(events.spec.unique)
        self.names = {column: f"c{i}" for i, column in enumerate(sorted(used))}
        people = pc.unique(applications["key"])
        self._left = engine.table(_numbered(applications, people))
        self._right = engine.table(_numbered(self._event_columns(), people))

    def rows(self, part: Numbered) -> Expression:
        """Columns row, as_of, moment, known, c0, c1, ... and v<i> for each aggregate of ``part``.

        v<i> is null where a row does not count. ``position`` is there for ``last``.
        """
        seen = self._seen
        for i, a in part.items():
            if a.less_leniency is not None:
                seen = self._with_leniency(seen, i, a)
        return seen.mutate(**{f"v{i}": self.value(seen, i, a) for i, a in part.items()})

    def value(self, seen: Expression, i: int, a: Aggregate) -> Expression:
        """The value of each row for aggregate number ``i``, null where it does not count."""
        value = self._plain_value(seen, a, seen.as_of)
        if a.less_leniency is not None:
            value = value - ibis.coalesce(seen[f"l{i}"], 0.0)
        return self.where(seen, a, a.where, value)

    def where(
        self, seen: Expression, a: Aggregate, wanted: Mapping[str, Any], value: Expression
    ) -> Expression:
        """``value`` of rows that are as ``wanted`` and in the window of ``a``, else null."""
        conditions = matches(self._named(seen), self._events.spec, wanted)
        if a.window_days is not None:
            conditions.append(seen.moment >= seen.as_of - a.window_days * DAY)
            if self._events.spec.happened_at is not None:
                conditions.append(seen.moment < seen.as_of)
        if a.per is not None and a.per.column is not None:
            conditions.append(seen[self.names[a.per.column]].notnull())
        return ibis.and_(*conditions).ifelse(value, ibis.null("float64")) if conditions else value

    def judged(self, a: Aggregate, observer: str) -> Expression:
        """Columns known, observer and value of every event row, of all applicants."""
        rows = self._right
        value = self._plain_value(rows, a, rows.known)
        return rows.select("known", observer=rows[observer], value=value)

    def _named(self, seen: Expression) -> dict[str, Expression]:
        return {column: seen[name] for column, name in self.names.items()}

    def _plain_value(self, rows: Expression, a: Aggregate, as_of: Expression) -> Expression:
        if a.value is None:
            return ibis.literal(1).cast("float64")
        operation, columns = operands(a)
        return row_value(operation, as_of, [rows[self.names[c]] for c in columns])

    @cached_property
    def _seen(self) -> Expression:
        left, right = self._left, self._right
        if self._ordered:
            right = right.mutate(position=self._position(right))
        seen = left.inner_join(right, [left.key == right.key, right.known < left.as_of])
        seen = seen.select(left.row, left.as_of, *(c for c in right.columns if c != "key"))
        if self._events.spec.reversed_at is not None:
            seen = seen.filter(seen.gone.isnull() | (seen.gone >= seen.as_of))
        return seen

    def _event_columns(self) -> pa.Table:
        events = self._events
        columns = {
            "key": events.key(events.join_role),
            "known": events.known(),
            "moment": events.moments(),
        }
        if events.spec.reversed_at is not None:
            columns["gone"] = events.end_of(events.spec.reversed_at)
        for column, name in self.names.items():
            timed = events.spec.columns[column].type in {"date", "datetime"}
            columns[name] = events.instants(column) if timed else events.column(column)
        return pa.table(columns)

    def _position(self, events: Expression) -> Expression:
        """Order of becoming known; ties by the unique key, then by the values themselves."""
        unique = [self.names[c] for c in self._events.spec.unique]
        others = [n for n in self.names.values() if n not in unique]
        order = [events[c] for c in ("known", *unique, *others)]
        return ibis.row_number().over(group_by=events.key, order_by=order)

    def _with_leniency(self, seen: Expression, i: int, a: Aggregate) -> Expression:
        """Add l<i>: how lenient the row's observer was before the day of the application."""
        if a.less_leniency is None:
            return seen
        observer = self.names[a.less_leniency.observer]
        seen = seen.mutate(today=seen.as_of // DAY)
        asked = seen.select(observer=seen[observer], day=seen.today)
        habits = leniency(self.judged(a, observer), asked, a.less_leniency.prior_rows)
        joined = seen.left_join(
            habits, [seen[observer] == habits.observer, seen.today == habits.day]
        )
        kept = [c for c in seen.columns if c != "today"]
        return joined.select(*(seen[c] for c in kept), **{f"l{i}": habits.lenient})


def _numbered(rows: pa.Table, people: pa.Array) -> pa.Table:
    """``rows`` with the place of their key among ``people`` instead: numbers join faster.

    A key that is not among them, or is missing, becomes null and joins nothing.
    """
    at = rows.schema.get_field_index("key")
    place = pc.index_in(rows["key"], value_set=people, skip_nulls=True)
    return rows.set_column(at, "key", place)
