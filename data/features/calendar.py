"""Features of the day of the application: season and cash flow, in plain Python."""

from datetime import datetime
from math import fsum, nan
from typing import Any

from data.contract_derivations import Calendar

_YEAR = 12


def calendar_value(calendar: Calendar, as_of: datetime | None, by: Any, over: Any) -> float:
    """The feature for an application at ``as_of``; ``by`` and ``over`` are its own values.

    NaN where one of them is missing, or the calendar has no such business.
    """
    year = calendar.months.get(by) if isinstance(by, str) else None
    if year is None or as_of is None:
        return nan
    month = as_of.month - 1
    if calendar.measure == "months_to_peak":
        return float(next(i for i in range(_YEAR) if year[(month + i) % _YEAR] == max(year)))
    if over is None or not over >= 1:
        return nan
    term = int(over)
    return fsum(year[(month + i) % _YEAR] for i in range(1, term + 1)) / term
