"""What kind of text stands where another value belongs: told to people instead of the value."""

import datetime as dt
import re
from collections.abc import Iterable

A_TEXT = "a text"
EMPTY = "empty"
MISSING_CODE = "a code for 'missing'"
MISSING_WORD = "a word for 'missing'"
SPREADSHEET_ERROR = "a spreadsheet error such as #N/A"
THOUSANDS = "a number with thousands separators"
DECIMAL_COMMA = "a number with a decimal comma"
DECIMAL_POINT = "a number with a decimal point"
DAY_FIRST = "a day-first date"
MONTH_FIRST = "a month-first date"
DAY_OR_MONTH_FIRST = "a day-first or month-first date"
SERIAL_DATE = "a number (Excel serial date?)"
FRACTION = "a number with a fraction"
TOO_LARGE = "a number too large to hold"
DATE_AND_TIME = "a date with a time of day"
IMPOSSIBLE_DATE = "an impossible date"
OTHER_CASE = "a category in other letter case"
OTHER_CATEGORY = "a value that is no category"

SPREADSHEET_ERRORS = r"^#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|GETTING_DATA|SPILL!|CALC!)$"

_LONGEST = 64
_NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.ASCII), name)
    for pattern, name in (
        (SPREADSHEET_ERRORS, SPREADSHEET_ERROR),
        (r"(n/?a|n\.a\.?|null|none|nil|nan|missing|unknown|-+|\?+|\.)", MISSING_WORD),
        (r"[+-]?inf(inity)?", "an infinite number"),
        (r"(true|false|yes|no)", "a yes or no"),
        (r"[+-]?\d{1,3}([,'\u2019 \u00a0\u202f]\d{3})+(\.\d+)?", THOUSANDS),
        (r"[+-]?\d{1,3}(\.\d{3}){2,}", THOUSANDS),
        (r"[+-]?\d{1,3}([. \u00a0\u202f]?\d{3})*,\d+", DECIMAL_COMMA),
        (r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?", "a date"),
        (r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}([T ].*)?", "a date"),
        (_NUMBER + r"\s*%", "a percentage"),
        (r"\([\d.,\s]+\)", "a number in brackets"),
        (r"[+-]?[^\d\s.,+-]{1,5}[\s.]*[\d.,\s]*\d", "a number with a currency or unit"),
        (r"[+-]?\d[\d.,\s]*\s?[^\d\s.,]{1,5}", "a number with a currency or unit"),
    )
)
_PARTED_DATE = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})(?!\d)", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?!\d)", re.ASCII)
_MONTH_NAME = re.compile(r"\d{1,2}[ ./-]?[a-zéû]{3,9}\.?[ ,./-]*(\d{4}|\d{2})(?!\d)", re.IGNORECASE)


def class_of_number(text: str) -> str:
    """Kind of a text that is not the number it should be."""
    if re.fullmatch(_NUMBER, text, re.ASCII):
        return TOO_LARGE
    if len(text) > _LONGEST:
        return A_TEXT
    return next((name for pattern, name in _PATTERNS if pattern.fullmatch(text)), A_TEXT)


def class_of_date(text: str) -> str:
    """Kind of a text that is not a date in the form it should have."""
    if len(text) > _LONGEST:
        return A_TEXT
    if parted := _PARTED_DATE.match(text):
        first, second, year = (int(part) for part in parted.groups())
        order = (_exists(year, second, first), _exists(year, first, second))
        return {
            (True, True): DAY_OR_MONTH_FIRST,
            (True, False): DAY_FIRST,
            (False, True): MONTH_FIRST,
        }.get(order, IMPOSSIBLE_DATE)
    if year_first := _YEAR_FIRST.match(text):
        exists = _exists(*(int(year_first[i]) for i in (1, 3, 4)))
        return "a year-first date in another form" if exists else IMPOSSIBLE_DATE
    if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
        return SERIAL_DATE if 10_000 <= float(text) < 80_000 else "a number"
    if _MONTH_NAME.match(text):
        return "a date with the name of a month"
    return next((name for p, name in _PATTERNS[:2] if p.fullmatch(text)), A_TEXT)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def settle_dates(classes: Iterable[str]) -> str:
    """What an ambiguous date is, judged by the clear ones of its column."""
    clear = {DAY_FIRST, MONTH_FIRST} & set(classes)
    return clear.pop() if len(clear) == 1 else DAY_OR_MONTH_FIRST
