"""The value that one event row gives to an aggregate, as an Ibis expression.

Instants are int64 microseconds (see ``tables.DAY``), everything else is cast to float64 first,
so the same expression means the same on DuckDB and on Spark.
"""

from collections.abc import Callable
from typing import Any

import ibis

from data.contract import ColumnType, RowOperation
from data.features.tables import DAY, as_code

Expression = Any  # an ibis column; ibis comes without types

LIMIT = 1e12
"""Values beyond it, like those that are not finite, count as missing: sums stay exact."""


def _days(later: Expression, earlier: Expression) -> Expression:
    return (later - earlier).cast("float64") / float(DAY)


def _difference(a: Expression, b: Expression) -> Expression:
    return a.cast("float64") - b.cast("float64")


def _ratio(a: Expression, b: Expression) -> Expression:
    return a.cast("float64") / b.cast("float64").nullif(0.0)


OPERATIONS: dict[RowOperation | None, Callable[..., Expression]] = {
    None: lambda _, a: a.cast("float64"),
    "days_between": lambda _, a, b: _days(b, a),
    "days_since": _days,
    "ratio": lambda _, a, b: _ratio(a, b),
    "difference": lambda _, a, b: _difference(a, b),
}
"""From the time of application and the columns of a row to its value in float64."""


def row_value(
    operation: RowOperation | None, as_of: Expression, columns: list[Expression]
) -> Expression:
    """Value of a row; null when an operand is missing, a divisor is 0 or it is not finite."""
    value = OPERATIONS[operation](as_of, *columns)
    return (value.abs() <= LIMIT).ifelse(value, ibis.null("float64"))


def equals(column: Expression, kind: ColumnType, wanted: str | float | bool) -> Expression:
    """Whether ``column`` equals ``wanted``, compared as the column's own type."""
    if kind in {"string", "category"}:
        return column == as_code(wanted)
    return column.cast("float64") == float(wanted)
