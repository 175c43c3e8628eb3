"""The value that one event row gives to an aggregate, as an Ibis expression.

Instants are int64 microseconds (see ``measures.DAY``), everything else is cast to float64 first,
so the same expression means the same on DuckDB and on Spark. ``online.py`` says the same in
plain Python: a change here is a change there.
"""

from collections.abc import Callable, Mapping
from typing import Any

import ibis

from data.contract import Table
from data.contract_derivations import Condition, RowOperation
from data.features.measures import DAY, GRID, KM_PER_DEGREE, LIMIT, RADIANS, as_code, cosine

Expression = Any  # an ibis column; ibis comes without types


def _days(later: Expression, earlier: Expression) -> Expression:
    return (later - earlier).cast("float64") / float(DAY)


def _difference(a: Expression, b: Expression) -> Expression:
    return a.cast("float64") - b.cast("float64")


def _ratio(a: Expression, b: Expression) -> Expression:
    return a.cast("float64") / b.cast("float64").nullif(0.0)


def _distance(*degrees: Expression) -> Expression:
    """Kilometres between two places on the grid, as on a map that is true between them."""
    lat_a, lon_a, lat_b, lon_b = ((d.cast("float64") * GRID + 0.5).floor() for d in degrees)
    north = (lat_b - lat_a).cast("float64") / GRID
    east = (lon_b - lon_a).cast("float64") / GRID
    middle = (lat_b + lat_a).cast("float64") / (2 * GRID) * RADIANS
    east = east * cosine(middle)
    return (north * north + east * east).sqrt() * KM_PER_DEGREE


OPERATIONS: dict[RowOperation | None, Callable[..., Expression]] = {
    None: lambda _, a: a.cast("float64"),
    "days_between": lambda _, a, b: _days(b, a),
    "days_since": _days,
    "ratio": lambda _, a, b: _ratio(a, b),
    "difference": lambda _, a, b: _difference(a, b),
    "distance_km": lambda _, *degrees: _distance(*degrees),
}
"""From the time of application and the columns of a row to its value in float64."""


def row_value(
    operation: RowOperation | None, as_of: Expression, columns: list[Expression]
) -> Expression:
    """Value of a row; null when an operand is missing, a divisor is 0 or it is not finite."""
    value = OPERATIONS[operation](as_of, *columns)
    return (value.abs() <= LIMIT).ifelse(value, ibis.null("float64"))


def matches(
    columns: Mapping[str, Expression], table: Table, wanted: Mapping[str, Condition]
) -> list[Expression]:
    """Whether a row's ``columns`` are as ``wanted``: one expression for each of them."""
    return [_fits(columns[name], table, name, condition) for name, condition in wanted.items()]


def _fits(column: Expression, table: Table, name: str, condition: Condition) -> Expression:
    kind = table.columns[name].type
    if isinstance(condition, dict):
        number = column.cast("float64")
        bounds = [
            number >= limit if bound == "at_least" else number <= limit
            for bound, limit in condition.items()
        ]
        return ibis.and_(*bounds)
    values = condition if isinstance(condition, tuple) else (condition,)
    if kind in {"string", "category"}:
        return ibis.or_(*(column == as_code(value) for value in values))
    return ibis.or_(*(column.cast("float64") == float(value) for value in values))
