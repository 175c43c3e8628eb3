"""The aggregate functions, as Ibis expressions whose result does not depend on row order.

A floating-point sum changes in its last bits with the order of the rows and the number of
threads, and a bundle's hash with it. Here each value is parted into integers first (whole part,
then two times 32 bits of its fraction): sums of integers are the same in any order, so equal
data give equal features to the last bit, on any number of threads and any engine.
``online_functions.py`` says the same in plain Python: a change here is a change there.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import ibis

from data.contract_derivations import Function
from data.features.measures import STEP

Expression = Any  # an ibis column or scalar; ibis comes without types


class Values(NamedTuple):
    """What a function may use of an application's rows; null where a row does not count."""

    value: Expression
    """The value of each row, period or other party, float64."""
    spread: Expression = None
    """(value - lowest) / (highest - lowest) of the application, in [0, 1]; only for ``std``."""
    width: Expression = None
    """highest - lowest of the application; only for ``std``."""
    position: Expression = None
    """Place of the row in the order of becoming known, unique within an applicant, or of the
    period in time, from 0; for ``last`` and ``slope``."""
    other: Expression = None
    """What the other party has besides the value; for ``kept`` and ``returned``."""
    periods: int = 0
    """Number of periods; for ``slope``."""


def exact_sum(x: Expression) -> Expression:
    """Sum of non-null float64 ``x`` (at most 1e12 each), the same in any order of the rows.

    The bits of a value below 2**-64 are dropped. Null when there is no value.
    """
    whole = x.floor()
    upper = (x - whole.cast("float64")) * STEP
    lower = (upper - upper.floor().cast("float64")) * STEP
    fraction = _total(upper) + _total(lower) / STEP
    return _total(x) + fraction / STEP


def _total(x: Expression) -> Expression:
    return x.floor().sum().cast("float64")


def _mean(x: Expression) -> Expression:
    return exact_sum(x) / _size(x)


def _size(x: Expression) -> Expression:
    """Number of values as float64; null instead of 0, for a divisor."""
    return x.count().cast("float64").nullif(0.0)


def _sample_std(values: Values) -> Expression:
    """Sample standard deviation, divisor n - 1; null for fewer than two values.

    It is taken on the values scaled into [0, 1], where sums lose nothing to cancellation.
    """
    u = values.spread
    n = _size(values.value)
    squares = exact_sum(u * u) - exact_sum(u) * exact_sum(u) / n
    variance = ibis.greatest(squares, 0.0) / (n - 1.0).nullif(0.0)
    return values.width.max() * variance.sqrt()


def _last(values: Values) -> Expression:
    return values.value.argmax(values.position, where=values.value.notnull())


def _slope(values: Values) -> Expression:
    """Least-squares slope over the periods 0 to n - 1; null for one period."""
    weights = [2 * i - (values.periods - 1) for i in range(values.periods)]
    squares = float(sum(w * w for w in weights))
    weight = (values.position * 2 - (values.periods - 1)).cast("float64")
    return exact_sum(values.value * weight) * 2.0 / ibis.literal(squares).nullif(0.0)


def _kept(values: Values) -> Expression:
    met = (values.other > 0.0).ifelse(values.value, ibis.null("float64"))
    return ibis.coalesce(exact_sum(met), 0.0) / exact_sum(values.value).nullif(0.0)


def _returned(values: Values) -> Expression:
    back = ibis.coalesce(values.other, 0.0)
    least = (back < values.value).ifelse(back, values.value)
    return exact_sum(least) / exact_sum(values.value).nullif(0.0)


FUNCTIONS: dict[Function, Callable[[Values], Expression]] = {
    "count": lambda v: v.value.count(),
    "mean": lambda v: _mean(v.value),
    "sum": lambda v: ibis.coalesce(exact_sum(v.value), 0.0),
    "min": lambda v: v.value.min(),
    "max": lambda v: v.value.max(),
    "std": _sample_std,
    "last": _last,
    "share": lambda v: (v.value > 0.0).cast("float64").sum() / _size(v.value),
    "slope": _slope,
    "top_share": lambda v: v.value.max() / exact_sum(v.value).nullif(0.0),
    "kept": _kept,
    "returned": _returned,
}
