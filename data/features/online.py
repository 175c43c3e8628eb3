"""The aggregates of one applicant's rows in plain Python, for a request that brings its rows.

The same numbers to the last bit as ``aggregate_events`` gives for the same rows, without any
library of tables: the server stays small, and an answer takes microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import floor, inf, isfinite, nan, sqrt
from typing import Any

from data.contract import Contract, Table
from data.contract_derivations import Aggregate, Condition, RowOperation, operands
from data.features.measures import DAY, GRID, KM_PER_DEGREE, LIMIT, RADIANS, as_code, cosine
from data.features.online_functions import FUNCTIONS, OF_NOTHING, Counted, exact_sum
from data.features.settling import settled

Row = Mapping[str, Any]
"""A row by column: text, int, float, bool, date or datetime (local, without zone); or None."""
Habits = Mapping[str, Mapping[str, float]]
"""How lenient each observer is, by feature."""
_EPOCH = datetime.fromisoformat("1970-01-01")
_MICROSECOND = timedelta(microseconds=1)


def online_features(
    contract: Contract,
    tables: Mapping[str, Sequence[Row]],
    as_of: datetime,
    habits: Habits | None = None,
) -> dict[str, float]:
    """Every feature that is made from ``tables`` (checked rows of one applicant, by name).

    ``as_of``: the local time of the application. ``habits``: of observers at the start of that
    day, where features take leniency out. NaN where a feature is missing.
    """
    found: dict[str, float] = {}
    for name, rows in tables.items():
        wanted = {
            n: a
            for n in contract.inputs
            if (a := contract.features[n].aggregate) is not None and a.table == name
        }
        found |= aggregate_rows(contract.tables[name], wanted, rows, as_of, habits or {})
    return {name: settled(contract.features[name], value) for name, value in found.items()}


def aggregate_rows(
    table: Table,
    wanted: Mapping[str, Aggregate],
    rows: Iterable[Row],
    as_of: datetime,
    habits: Habits,
) -> dict[str, float]:
    """The ``wanted`` aggregates of an applicant's ``rows`` of ``table``, not yet settled."""
    now = instant(as_of)
    seen = [event for row in rows if (event := _Event(table, row)).visible(now)]
    seen.sort(key=_order(table, wanted.values()))
    return {n: _result(a, table, seen, now, habits.get(n, {})) for n, a in wanted.items()}


def instant(value: date) -> int:
    """Microseconds since 1970 of a date (its midnight) or datetime."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, datetime.min.time())
    return (moment - _EPOCH) // _MICROSECOND


class _Event:
    """One row with its times in microseconds."""

    __slots__ = ("gone", "known", "moment", "row")

    def __init__(self, table: Table, row: Row) -> None:
        self.row = row
        self.known = _end(row.get(str(table.known_at)))
        self.gone = _end(row.get(table.reversed_at)) if table.reversed_at else None
        happened = row.get(table.happened_at) if table.happened_at else None
        self.moment = self.known
        if table.happened_at:
            self.moment = None if happened is None else instant(happened)

    def visible(self, now: int) -> bool:
        """Whether it was known and stood just before ``now``."""
        if self.known is None or self.known >= now:
            return False
        return self.gone is None or self.gone >= now


def _end(value: date | None) -> int | None:
    """The last microsecond of a date, or the moment itself."""
    if value is None:
        return None
    return instant(value) + (0 if isinstance(value, datetime) else DAY - 1)


def _order(table: Table, wanted: Iterable[Aggregate]) -> Callable[[_Event], Any]:
    """By the time of becoming known, then the unique key, then the values; empty ones last."""
    used = {c for a in wanted for c in a.columns()} | set(table.unique)
    columns = [*table.unique, *sorted(used - set(table.unique))]

    def key(event: _Event) -> tuple[Any, ...]:
        cells = (event.row.get(c) for c in columns)
        return event.known, *((c is None, 0 if c is None else c) for c in cells)

    return key


def _result(
    a: Aggregate, table: Table, seen: list[_Event], now: int, habits: Mapping[str, float]
) -> float:
    if not seen:
        return nan
    rows = [e for e in seen if _counts(a, table, e, now) and _matches(table, e.row, a.where)]
    valued = [(e, v) for e in rows if (v := _value(a, e.row, now, habits)) is not None]
    if a.per is None:
        counted = Counted([v for _, v in valued])
    elif a.periods is not None:
        counted = _by_period(a, valued, now)
    else:
        counted = _by_party(a, table, seen, valued, now)
    return FUNCTIONS[a.function](counted) if counted.values else OF_NOTHING.get(a.function, nan)


def _counts(a: Aggregate, table: Table, event: _Event, now: int) -> bool:
    """Whether the row is in the window and, for other parties, has one."""
    if a.per is not None and a.per.column is not None and event.row.get(a.per.column) is None:
        return False
    if a.window_days is None:
        return True
    if event.moment is None or event.moment < now - a.window_days * DAY:
        return False
    return table.happened_at is None or event.moment < now


def _matches(table: Table, row: Row, wanted: Mapping[str, Condition]) -> bool:
    return all(_fits(table, row.get(c), c, condition) for c, condition in wanted.items())


def _fits(table: Table, cell: Any, column: str, condition: Condition) -> bool:
    if cell is None:
        return False
    if isinstance(condition, dict):
        low, high = condition.get("at_least", -inf), condition.get("at_most", inf)
        return bool(low <= float(cell) <= high)
    values = condition if isinstance(condition, tuple) else (condition,)
    if table.columns[column].type in {"string", "category"}:
        return cell in {as_code(value) for value in values}
    return float(cell) in {float(value) for value in values}


def _value(a: Aggregate, row: Row, now: int, habits: Mapping[str, float]) -> float | None:
    if a.value is None:
        return 1.0
    operation, columns = operands(a)
    cells = [row.get(column) for column in columns]
    if any(cell is None for cell in cells):
        return None
    value = _OPERATIONS[operation](now, *cells)
    if value is None or not isfinite(value) or abs(value) > LIMIT:
        return None
    if a.less_leniency is not None:
        value -= habits.get(str(row.get(a.less_leniency.observer)), 0.0)
    return value


def _by_period(a: Aggregate, valued: list[tuple[_Event, float]], now: int) -> Counted:
    periods, days = a.periods or 0, (a.per.days if a.per else None) or 1
    parts: list[list[float]] = [[] for _ in range(periods)]
    for event, value in valued:
        parts[periods - 1 - (now - 1 - (event.moment or 0)) // (days * DAY)].append(value)
    return Counted([exact_sum(part) for part in parts], range(periods))


def _by_party(
    a: Aggregate, table: Table, seen: list[_Event], valued: list[tuple[_Event, float]], now: int
) -> Counted:
    party = str(a.per.column if a.per else None)
    middle = now - (a.window_days or 0) * DAY // 2
    own: dict[Any, list[float]] = {}
    other: dict[Any, list[float]] = {}
    for event, value in valued:
        early = a.function == "kept" and (event.moment or 0) < middle
        (other if early else own).setdefault(event.row[party], []).append(value)
    if a.function == "returned":
        for event in seen:
            if _counts(a, table, event, now) and _matches(table, event.row, a.against or {}):
                back = _value(a, event.row, now, {})
                other.setdefault(event.row[party], []).extend([] if back is None else [back])
    others = [exact_sum(other.get(name, ())) for name in own]
    return Counted([exact_sum(values) for values in own.values()], others=others)


def _days(later: int, earlier: int) -> float:
    return float(later - earlier) / float(DAY)


def _distance(*degrees: float) -> float:
    lat_a, lon_a, lat_b, lon_b = (floor(float(d) * GRID + 0.5) for d in degrees)
    north = float(lat_b - lat_a) / GRID
    east = float(lon_b - lon_a) / GRID
    east = east * cosine(float(lat_b + lat_a) / (2 * GRID) * RADIANS)
    return sqrt(north * north + east * east) * KM_PER_DEGREE


_OPERATIONS: dict[RowOperation | None, Callable[..., float | None]] = {
    None: lambda _, a: float(a),
    "days_between": lambda _, a, b: _days(instant(b), instant(a)),
    "days_since": lambda now, a: _days(now, instant(a)),
    "ratio": lambda _, a, b: float(a) / float(b) if b else None,
    "difference": lambda _, a, b: float(a) - float(b),
    "distance_km": lambda _, *degrees: _distance(*degrees),
}
