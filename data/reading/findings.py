"""What can be wrong with a file: the rules, and one finding for each place that breaks one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Rule(StrEnum):
    """Names of the rules that a file, a row or a cell can break."""

    EMPTY_FILE = "empty-file"  # nothing, or nothing but blank lines
    NO_ROWS = "no-rows"  # column names but no row
    NO_HEADER = "no-header"  # no row holds the column names of the contract
    WRONG_FORMAT = "wrong-format"  # a web page, a workbook or noise behind the wrong ending
    CUT_FILE = "cut-file"  # the file ends too early
    FINAL_LINE_END = "final-line-end"  # note: the last row has no line end
    BYTE_ORDER_MARK = "byte-order-mark"  # invisible bytes before the first column name
    ENCODING = "encoding"  # bytes that are not UTF-8
    DELIMITER = "delimiter"  # columns parted by something else than commas
    LINE_ENDS = "line-ends"  # a lone carriage return
    TWO_HEADERS = "two-headers"  # more than one row of names, titles or units
    DUPLICATE_COLUMN = "duplicate-column"  # a column name stands twice
    MISSING_COLUMN = "missing-column"  # error if the contract needs it, else a note
    UNKNOWN_COLUMN = "unknown-column"  # note: a column that the contract does not know
    ABSENT_FILE = "absent-file"  # note: an optional table has no file
    WRAPPED_ROW = "wrapped-row"  # a whole row inside one quoted field
    FIELD_COUNT = "field-count"  # too many or too few fields in a row
    QUOTES = "quotes"  # quotation marks that do not close
    NUL_BYTE = "nul-byte"  # zero bytes in a row
    LONG_ROW = "long-row"  # a row longer than 1 MiB
    TYPE = "type"  # a value of another type than the contract says
    DATE = "date"  # a date in another form than the contract says
    FUTURE = "future-date"  # something that was known or asked for after today
    RANGE = "range"  # a number outside the contract's range, or a date before 1900
    CATEGORY = "category"  # a value that is not one of the contract's
    REQUIRED = "required"  # an empty cell where a value is needed
    DUPLICATE_ROW = "duplicate-row"  # the same row again
    CONFLICTING_ROWS = "conflicting-rows"  # one key, different rows
    ORPHAN_ROWS = "orphan-rows"  # note: rows that belong to no application


Severity = Literal["error", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule.

    ``row`` counts from 1 as a spreadsheet does: the header of a CSV file or sheet is row 1 and
    blank lines count; in Parquet, which has no header row, the first row of data is row 1.
    ``row`` is None for the file as a whole. No field ever holds a value from the file.
    """

    file: str
    row: int | None
    field: str | None
    value_class: str
    rule: Rule
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}, row {self.row}"
        field = f", {self.field}" if self.field else ""
        return f"{place}{field}: {self.message} (rule {self.rule})"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings by row, those on the whole file first; fields keep the contract's order."""
    return sorted(findings, key=lambda finding: finding.row or 0)
