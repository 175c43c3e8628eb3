"""Units, limits and codes that both evaluations of features share, the Ibis and the plain one."""

from typing import Any

DAY = 86_400_000_000
"""Microseconds in a day; instants are int64 microseconds since 1970, in local time."""
LIMIT = 1e12
"""Values beyond it, like those that are not finite, count as missing: sums stay exact."""
STEP = float(2**32)
"""Two of these part the fraction of a value for an exact sum."""
UNITS = 65536.0
"""Judgements are rounded to 1 / UNITS, so that running totals are exact in any order."""
KM_PER_DEGREE = 111.195
"""Of a great circle on a sphere of 6,371 km."""
GRID = 100.0
"""Coordinates are rounded to 1 / GRID degrees, about a kilometre."""
RADIANS = 0.017453292519943295
_DIVISORS = (24.0, 720.0, 40320.0, 3628800.0)


def cosine(x: Any) -> Any:
    """cos x = 1 - x^2 / 2 + x^4 / 24 - ..., within 1e-6 up to 90 degrees.

    Only operations that every machine and engine rounds alike, for a number or an expression.
    """
    square = x * x
    power, total, sign = square, 1.0 - square * 0.5, 1.0
    for divisor in _DIVISORS:
        power = power * square
        total = total + power * sign / divisor
        sign = -sign
    return total


def as_code(value: str | float | bool) -> str:
    """A value as it is compared with the codes of a contract: 1.0 is "1", True is "true"."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
