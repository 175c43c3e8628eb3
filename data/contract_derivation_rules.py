"""Rules of features that are made from event rows or the calendar."""

from collections.abc import Iterator, Mapping
from typing import get_args

from data.contract import Contract, Table
from data.contract_derivations import Aggregate, Bound, Calendar, Function, operands

Location = tuple[str, ...]
Finding = tuple[Location, str]

NUMBERS = frozenset({"integer", "number"})
DATES = frozenset({"date", "datetime"})
NEEDS_EVENTS = "is for event tables alone"
OVERWRITTEN = "overwritten in place"
_PERIOD_FUNCTIONS = frozenset({"mean", "min", "max", "std", "share", "slope", "last"})
_PARTY_FUNCTIONS = frozenset({"count", "mean", "max", "top_share", "kept", "returned"})
_PLAIN_FUNCTIONS = frozenset(get_args(Function)) - {"slope", "top_share", "kept", "returned"}
_OPERANDS = {"days_since": 1, "distance_km": 4}
_COUNTED = frozenset({"count", "kept"})


def column_type(table: Table, column: str) -> str | None:
    """Type of ``column``, or None when the table has no such column."""
    spec = table.columns.get(column)
    return spec.type if spec else None


def event_time_findings(table: Table, at: Location) -> Iterator[Finding]:
    """Broken rules of the two times of an event row, and of its reversal."""
    for field in ("happened_at", "reversed_at"):
        column = getattr(table, field)
        if column is None:
            continue
        if table.kind != "events":
            yield (*at, field), NEEDS_EVENTS
        elif column_type(table, column) not in DATES:
            yield (*at, field), "must name a date or datetime column of this table"
    for field in ("known_at", "happened_at"):
        name = getattr(table, field)
        if name in table.columns and table.columns[name].overwritten:
            yield (
                (*at, field),
                f"column '{name}' is {OVERWRITTEN}: no time of a row",
            )


def aggregate_findings(
    c: Contract, a: Aggregate, at: Location, forbidden: Mapping[str, str]
) -> Iterator[Finding]:
    """Broken rules of ``a``; ``forbidden`` are columns with the reason (``forbidden_columns``)."""
    table = c.tables.get(a.table)
    if table is None or table.kind != "events":
        yield (*at, "table"), f"'{a.table}' is not an events table"
        return
    yield from _value(a, table, (*at, "value"))
    for field in ("where", "against"):
        for column, wanted in (getattr(a, field) or {}).items():
            yield from _filter(table, a.table, column, wanted, (*at, field))
    yield from _per(a, table, at)
    yield from _leniency(a, table, at)
    if a.flag is not None and (len(a.flag) != 1 or a.standardise is not None):
        yield (*at, "flag"), "takes one bound, and no standardise beside it"
    for column in a.columns():
        where = f"{a.table}.{column}"
        if where in forbidden and not _only_compared(a, table, column):
            yield at, told(where, forbidden[where])


def told(where: str, reason: str) -> str:
    """The sentence about a column that no feature may touch."""
    if reason == OVERWRITTEN:
        return (
            f"'{where}' is {OVERWRITTEN}: it holds today's value, not the one known at the time "
            "of the application; never a feature (use the dated rows behind it)"
        )
    return f"'{where}' is {reason}; never a feature"


def _only_compared(a: Aggregate, table: Table, column: str) -> bool:
    """Whether a personal column only says which rows belong together, or how far places lie."""
    if not table.columns[column].personal or column in table.keys.values():
        return False
    operation, columns = operands(a)
    valued = column in columns and operation != "distance_km"
    return not valued and column not in {*a.where, *(a.against or {})}


def _value(a: Aggregate, table: Table, at: Location) -> Iterator[Finding]:
    operation, columns = operands(a)
    if a.value is None and a.function not in _COUNTED and a.per is None:
        yield at, "is needed by every function but count"
    if a.value is not None and a.function in _COUNTED:
        yield at, f"{a.function} counts rows and takes no value"
    if isinstance(a.value, dict) and len(a.value) != 1:
        yield at, "needs exactly one operation"
    expected = _OPERANDS.get(str(operation), 2)
    if operation is not None and len(columns) != expected:
        takes = {1: "one column", 2: "two columns", 4: "four columns"}[expected]
        yield at, f"{operation} takes {takes}"
    wanted = DATES if operation in {"days_between", "days_since"} else NUMBERS | {"boolean"}
    for column in columns:
        kind = column_type(table, column)
        if kind is None:
            yield at, f"column '{column}' is not in '{a.table}'"
        elif kind not in wanted:
            yield at, f"column '{column}' is a {kind}, which cannot be used here"


def _filter(
    table: Table, name: str, column: str, wanted: object, at: Location
) -> Iterator[Finding]:
    spec = table.columns.get(column)
    if spec is None:
        yield at, f"column '{column}' is not in '{name}'"
    elif isinstance(wanted, dict):
        if spec.type not in NUMBERS or not wanted:
            yield (*at, column), f"{' and '.join(get_args(Bound))} are bounds of a number"
    elif spec.type in DATES:
        yield (*at, column), f"a {spec.type} cannot be compared here"
    elif spec.categories:
        for value in wanted if isinstance(wanted, tuple) else (wanted,):
            if str(value) not in spec.categories:
                yield (*at, column), f"'{value}' is not a category of that column"


def _per(a: Aggregate, table: Table, at: Location) -> Iterator[Finding]:
    per, functions = a.per, _PLAIN_FUNCTIONS
    if per is not None:
        if (per.days is None) == (per.column is None):
            yield (*at, "per"), "needs exactly one of days and column"
            return
        functions = _PERIOD_FUNCTIONS if per.days else _PARTY_FUNCTIONS
        if per.days and (a.window_days is None or a.window_days % per.days):
            yield (*at, "window_days"), "must be a whole number of periods"
        kind = None if per.column is None else column_type(table, per.column)
        if per.column is not None and kind not in {"string", "category", "integer"}:
            yield (
                (*at, "per", "column"),
                f"must name a text, category or integer of '{a.table}'",
            )
    if a.function not in functions:
        yield (*at, "function"), f"{a.function} needs {_needs(a)}"
    if a.function == "kept" and a.window_days is None:
        yield (*at, "window_days"), "is needed: kept compares the two halves of the window"
    if (a.against is not None) != (a.function == "returned"):
        yield (*at, "against"), "is needed by, and only by, returned"


def _needs(a: Aggregate) -> str:
    if a.per is None:
        return "per: days" if a.function == "slope" else "per: column"
    return f"per: {'column' if a.per.days else 'days'}, or none"


def _leniency(a: Aggregate, table: Table, at: Location) -> Iterator[Finding]:
    if a.less_leniency is None:
        return
    if column_type(table, a.less_leniency.observer) not in {"string", "category"}:
        yield (*at, "less_leniency"), f"observer must name a text column of '{a.table}'"
    if a.per is not None or a.value is None or operands(a)[0] == "days_since":
        yield (*at, "less_leniency"), "needs the value of a row that does not change, and no per"


def calendar_findings(c: Contract, calendar: Calendar, at: Location) -> Iterator[Finding]:
    """Broken rules of a feature of the day of the application."""
    if c.as_of is None:
        yield at, "needs as_of: the day of the application"
    by = c.features.get(calendar.by)
    categories = c.spec(calendar.by).categories if by and _stands(c, calendar.by) else None
    if categories is None:
        yield (*at, "by"), f"'{calendar.by}' is not a feature that stands in a column of categories"
    else:
        for value in calendar.months:
            if value not in categories:
                yield (*at, "months", value), f"'{value}' is not a category of '{calendar.by}'"
    if (calendar.over is not None) != (calendar.measure == "mean"):
        yield (*at, "over"), "is needed by, and only by, mean"
    elif calendar.over is not None and not (
        _stands(c, calendar.over) and c.spec(calendar.over).type == "integer"
    ):
        yield (*at, "over"), f"'{calendar.over}' is not a feature that stands in a column of months"


def _stands(c: Contract, name: str) -> bool:
    """Whether feature ``name`` stands in a column that exists."""
    feature = c.features.get(name)
    if feature is None or feature.column is None:
        return False
    table, _, column = feature.column.partition(".")
    return table in c.tables and column in c.tables[table].columns
