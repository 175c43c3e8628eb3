"""How one text becomes one value of each type, or is told to be of another kind."""

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pyarrow as pa

from data.contract import Column
from data.reading import classes
from data.reading.findings import Rule

_DAY = (
    r"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?"
_PLAIN = {
    "integer": r"^-?\d{1,18}$",
    "number": r"^-?\d{1,17}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?$",
    "boolean": "^(?:true|false|0|1)$",
    "date": rf"^[12]\d{{3}}-{_DAY}$",
    "datetime": rf"^[12]\d{{3}}-{_DAY}(?:[ T]{_TIME})?$",
    "string": "^[^#]",
}
_TYPES = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "category": pa.string(),
    "string": pa.string(),
}
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WHOLE_FLOAT = re.compile(r"(-?\d+)\.0+", re.ASCII)
_BOOLEANS = {
    **dict.fromkeys(("true", "1", "yes", "oui", "vrai", "ndiyo", "kweli"), True),
    **dict.fromkeys(("false", "0", "no", "non", "faux", "hapana", "si kweli"), False),
}
_LARGEST_EXACT = 2**53

Value = str | int | float | bool | dt.date | dt.datetime


@dataclass(frozen=True, slots=True)
class Odd:
    """A text that is not the value it should be: the kind of text that it is."""

    value_class: str
    rule: Rule = Rule.TYPE


@dataclass(frozen=True, slots=True)
class Parser:
    """How one column is read.

    ``type``: of the values. ``plain``: regular expression of texts that Arrow may cast as they
    are, or None. ``parse``: reads any other text.
    """

    type: pa.DataType
    plain: str | None
    parse: Callable[[str], Value | Odd]


def arrow_type(column: Column) -> pa.DataType:
    """Type of a column in the checked table."""
    return _TYPES[column.type]


def parser_of(column: Column, zone: ZoneInfo) -> Parser:
    """The parser for a column; times with an offset are converted to ``zone``."""
    known = column.categories or ()
    parse: dict[str, Callable[[str], Value | Odd]] = {
        "integer": _integer,
        "number": _number,
        "boolean": _boolean,
        "date": lambda text: _date(text, column.format, zone),
        "datetime": lambda text: _datetime(text, column.format, zone),
        "category": lambda text: _category(text, known),
        "string": _string,
    }
    plain = _PLAIN.get(column.type)
    if column.type == "category":
        plain = "^(?:" + "|".join(re.escape(c) for c in known) + ")$"
    return Parser(arrow_type(column), None if column.format else plain, parse[column.type])


def _integer(text: str) -> int | Odd:
    value = _number(text)
    if isinstance(value, Odd):
        return value
    if not value.is_integer():
        return Odd(classes.FRACTION)
    return Odd(classes.TOO_LARGE) if abs(value) > _LARGEST_EXACT else int(value)


def _number(text: str) -> float | Odd:
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    return value if math.isfinite(value) else Odd(classes.class_of_number(text))


def _boolean(text: str) -> bool | Odd:
    value = _BOOLEANS.get(text.casefold().removesuffix(".0"))
    if value is None:
        return Odd("a number" if _NUMBER.fullmatch(text) else classes.A_TEXT)
    return value


def _category(text: str, known: tuple[str, ...]) -> str | Odd:
    whole = _WHOLE_FLOAT.fullmatch(text)
    if whole and whole[1] in known:
        return whole[1]
    other_case = text.casefold() in {c.casefold() for c in known}
    return Odd(classes.OTHER_CASE if other_case else classes.OTHER_CATEGORY, Rule.CATEGORY)


def _string(text: str) -> str | Odd:
    error = re.match(classes.SPREADSHEET_ERRORS, text)
    return Odd(classes.SPREADSHEET_ERROR) if error else text


def _date(text: str, form: str | None, zone: ZoneInfo) -> dt.date | Odd:
    moment = _datetime(text, form, zone)
    if isinstance(moment, Odd):
        return moment
    return moment.date() if moment.time() == dt.time() else Odd(classes.DATE_AND_TIME, Rule.DATE)


def _datetime(text: str, form: str | None, zone: ZoneInfo) -> dt.datetime | Odd:
    try:
        if form:
            moment = dt.datetime.strptime(text, form)  # noqa: DTZ007 - local by contract
        elif _ISO.fullmatch(text):
            moment = dt.datetime.fromisoformat(re.sub(r"\s(?=Z|[+-]\d)", "", text))
        else:
            return Odd(classes.class_of_date(text), Rule.DATE)
        if moment.tzinfo is not None:
            moment = moment.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return Odd(classes.class_of_date(text), Rule.DATE)
    return moment
