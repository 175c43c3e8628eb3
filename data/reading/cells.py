"""From text cells to typed values: one rule for CSV, Parquet and Excel.

Values in their plain form are recognised and cast in bulk; only the others are looked at one
by one, each different text once.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.contract import Column
from data.reading import classes
from data.reading.findings import Rule
from data.reading.parsers import Odd, Parser, parser_of

_EXPECTED = {
    "integer": "must be a whole number",
    "number": "must be a number with a decimal point and no separators",
    "boolean": "must be true or false",
    "date": "must be a date as in 2024-01-31",
    "datetime": "must be a date or date and time as in 2024-01-31 14:05:00",
    "category": "must be one of the contract's categories",
    "string": "must be a text",
}
_WITH_COMMA = "must be a number with a decimal comma and no separators"
_SAY_COMMA = "; say --decimal , if the numbers of all CSV files are written so"
_SIGNED = frozenset({"integer", "number"})
_TIMES = frozenset({"date", "datetime"})
_EARLIEST = datetime(1900, 1, 1)  # noqa: DTZ001  (local times have no zone here)
Decimal = Literal[".", ","]
"""The sign before the fraction of a number in a text."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows (sorted indices, at least one) of a column that break one rule in one way."""

    rows: npt.NDArray[np.int64]
    rule: Rule
    value_class: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Typed values of one column, null where missing or wrong, and what is wrong."""

    values: pa.Array
    problems: list[Problem]


def check_column(text: pa.Array, column: Column, timezone: str, decimal: Decimal = ".") -> Checked:
    """Type the cells of one column and find the wrong ones.

    ``text``: n texts, untrimmed. Times with an offset are converted to ``timezone``; the result
    has local times without a zone, timestamp('us'). With ``decimal`` "," a point in a number is
    wrong: it may part thousands, and nobody guesses.
    """
    text = pc.utf8_trim_whitespace(text)
    if decimal == "," and column.type in _SIGNED:
        text = _exchanged(text)
    empty = pc.fill_null(pc.equal(text, ""), True)
    coded = _coded(text, column)
    present = pc.if_else(pc.or_(empty, coded), pa.scalar(None, pa.string()), text)
    values, problems = _typed(present, column, parser_of(column, ZoneInfo(timezone)), decimal)
    if column.required:
        for mask, value_class in ((empty, classes.EMPTY), (coded, classes.MISSING_CODE)):
            problems += _problem(mask, Rule.REQUIRED, value_class, "must have a value")
    if column.range is not None:
        problems += _outside(values, column)
    if column.type in _TIMES:
        problems += _too_early(values)
    return Checked(values, problems)


def not_in_the_future(checked: Checked, now: datetime) -> Checked:
    """Add a problem for every value of a date or time column later than the day after ``now``.

    The day is for clocks and time zones that differ.
    """
    latest = (now + timedelta(days=1)).replace(tzinfo=None)
    times = checked.values.cast(pa.timestamp("us"))
    message = "must not lie in the future"
    late = _problem(pc.greater(times, latest), Rule.FUTURE, "a later date than today", message)
    return Checked(checked.values, checked.problems + late)


def _exchanged(text: pa.Array) -> pa.Array:
    """The texts with commas for points and points for commas."""
    for old, new in ((".", "\0"), (",", "."), ("\0", ",")):
        text = pc.replace_substring(text, old, new)
    return text


def _coded(text: pa.Array, column: Column) -> pa.Array:
    """Mask of the cells that hold one of the column's codes for 'missing'."""
    forms = {str(code) for code in column.missing_codes}
    for code in column.missing_codes:
        if not isinstance(code, str) and float(code).is_integer():
            forms |= {f"{int(code)}", f"{int(code)}.0"}
    return pc.fill_null(pc.is_in(text, pa.array(sorted(forms), pa.string())), False)


def _typed(
    text: pa.Array, column: Column, parser: Parser, decimal: Decimal
) -> tuple[pa.Array, list[Problem]]:
    nothing = pa.scalar(None, pa.string())
    if parser.plain is None:
        values, rest = pa.nulls(len(text), parser.type), text
    else:
        plain = pc.match_substring_regex(text, parser.plain)
        values = pc.if_else(plain, text, nothing).cast(parser.type)
        rest = pc.if_else(plain, nothing, text)
    if rest.null_count == len(rest):
        return values, []
    coded = rest.dictionary_encode()
    parsed = [parser.parse(s) for s in coded.dictionary.to_pylist()]
    others = pa.array([None if isinstance(p, Odd) else p for p in parsed], parser.type)
    odd = [p if isinstance(p, Odd) else None for p in parsed]
    problems = _odd_problems(odd, coded.indices, column, decimal)
    return pc.coalesce(values, others.take(coded.indices)), problems


def _odd_problems(
    odd: list[Odd | None], indices: pa.Array, column: Column, decimal: Decimal
) -> list[Problem]:
    """One problem for each rule and kind of text; ``indices`` (n,) point into ``odd``."""
    settled = classes.settle_dates(o.value_class for o in odd if o)
    kinds: dict[tuple[Rule, str], int] = {}
    codes = np.full(len(odd) + 1, -1)
    for i, o in enumerate(odd):
        if o is not None:
            ambiguous = o.value_class == classes.DAY_OR_MONTH_FIRST
            kind = (o.rule, settled if ambiguous else o.value_class)
            codes[i] = kinds.setdefault(kind, len(kinds))
    of_rows = codes[pc.fill_null(indices, len(odd)).to_numpy(zero_copy_only=False)]
    signed = decimal == "," and column.type in _SIGNED
    expected = _WITH_COMMA if signed else _EXPECTED[column.type]
    if column.format:
        expected = f"must be a date in the contract's form {column.format}"
    problems = []
    for (rule, kind_of), code in kinds.items():
        comma = kind_of == classes.DECIMAL_COMMA
        name = classes.DECIMAL_POINT if comma and signed else kind_of
        hint = _SAY_COMMA if comma and not signed else ""
        message = f"{expected}, but holds {name}{hint}"
        problems.append(Problem(np.flatnonzero(of_rows == code), rule, name, message))
    return problems


def _outside(values: pa.Array, column: Column) -> list[Problem]:
    low, high = column.range or (-math.inf, math.inf)
    message = f"must be from {low:.15g} to {high:.15g}" + (f" {column.unit}" * bool(column.unit))
    return [
        *_problem(pc.less(values, low), Rule.RANGE, "a number below the range", message),
        *_problem(pc.greater(values, high), Rule.RANGE, "a number above the range", message),
    ]


def _too_early(values: pa.Array) -> list[Problem]:
    """A year of two digits or of another calendar: 0025, 1447."""
    mask = pc.less(values.cast(pa.timestamp("us")), pa.scalar(_EARLIEST, pa.timestamp("us")))
    message = f"must not lie before {_EARLIEST:%Y}"
    return _problem(mask, Rule.RANGE, f"a date before {_EARLIEST:%Y}", message)


def _problem(mask: pa.Array, rule: Rule, value_class: str, message: str) -> list[Problem]:
    rows = np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False))
    return [Problem(rows, rule, value_class, f"{message}, but is {value_class}")] * bool(len(rows))
