"""The aggregate functions in plain Python, to the last bit those of ``functions.py``."""

from collections.abc import Callable, Sequence
from math import floor, nan, sqrt
from typing import NamedTuple

from data.contract_derivations import Function
from data.features.measures import STEP


class Counted(NamedTuple):
    """What counts of an applicant's rows, periods or other parties."""

    values: Sequence[float]
    positions: Sequence[int] = ()
    """Periods, 0 for the earliest, of ``values``; only for ``slope``."""
    others: Sequence[float] = ()
    """What each other party has besides its value; only for ``kept`` and ``returned``."""


def exact_sum(values: Sequence[float]) -> float:
    """Sum of ``values`` (at most 1e12 each); bits below 2**-64 of each are dropped."""
    whole = upper = lower = 0
    for x in values:
        floored = floor(x)
        high = (x - floored) * STEP
        floored_high = floor(high)
        whole += floored
        upper += floored_high
        lower += floor((high - floored_high) * STEP)
    return float(whole) + (float(upper) + float(lower) / STEP) / STEP


def _ratio(a: float, b: float) -> float:
    return a / b if b else nan


def _std(v: Sequence[float]) -> float:
    n = float(len(v))
    if n < 2:
        return nan
    low, width = min(v), max(v) - min(v)
    spread = [(x - low) / width if width else x * 0.0 for x in v]
    total = exact_sum(spread)
    squares = exact_sum([u * u for u in spread]) - total * total / n
    return width * sqrt(max(squares, 0.0) / (n - 1.0))


def _slope(c: Counted) -> float:
    n = len(c.values)
    weights = [2 * i - (n - 1) for i in c.positions]
    squares = float(sum(w * w for w in weights))
    total = exact_sum([v * float(w) for v, w in zip(c.values, weights, strict=True)])
    return _ratio(total * 2.0, squares)


def _kept(c: Counted) -> float:
    met = [v for v, other in zip(c.values, c.others, strict=True) if other > 0]
    return _ratio(exact_sum(met), exact_sum(c.values))


def _returned(c: Counted) -> float:
    least = [min(other, v) for v, other in zip(c.values, c.others, strict=True)]
    return _ratio(exact_sum(least), exact_sum(c.values))


def share(v: Sequence[float]) -> float:
    """Share of values above 0."""
    return float(sum(x > 0.0 for x in v)) / float(len(v))


FUNCTIONS: dict[Function, Callable[[Counted], float]] = {
    "count": lambda c: float(len(c.values)),
    "mean": lambda c: exact_sum(c.values) / float(len(c.values)),
    "sum": lambda c: exact_sum(c.values),
    "min": lambda c: min(c.values),
    "max": lambda c: max(c.values),
    "std": lambda c: _std(c.values),
    "last": lambda c: c.values[-1],
    "share": lambda c: share(c.values),
    "slope": _slope,
    "top_share": lambda c: _ratio(max(c.values), exact_sum(c.values)),
    "kept": _kept,
    "returned": _returned,
}
"""From what counts, which is not empty, to the result; NaN where it is missing."""

OF_NOTHING: dict[Function, float] = {"count": 0.0, "sum": 0.0}
"""Results where rows are visible but none counts; all others are missing."""
