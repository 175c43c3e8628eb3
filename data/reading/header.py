"""Finding the row of column names, and what its names say about the file."""

import csv
import difflib
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from data.reading.findings import Rule
from data.reading.raw import FileFindings

PREVIEW_ROWS = 20
_NAMES_SHOWN = 10
_NAME_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Header:
    """The row of column names: its 0-based place among the rows looked at, and its names."""

    index: int
    names: list[str]
    wrapped: bool

    def positions(self, columns: Collection[str]) -> dict[str, int]:
        """Place of each of ``columns`` that the file has, in the order of ``columns``."""
        return {c: self.names.index(c) for c in columns if c in self.names}


def matches(cells: Sequence[str], columns: Collection[str]) -> int:
    """How many of the contract's columns these cells name, whatever their letter case."""
    return len({_plain(c) for c in cells} & {_plain(c) for c in columns})


def find_header(rows: Sequence[Sequence[str]], columns: Collection[str]) -> Header | None:
    """The one of ``rows`` that names most of the contract's columns, or None.

    One name alone may be a value of a file without column names, so at least two are needed.
    """
    best, best_score = None, min(2, len(columns)) - 1
    for index, cells in enumerate(rows):
        inner = unwrap(cells)
        names = [c.strip() for c in (inner or cells)]
        score = matches(names, columns)
        if score > best_score:
            best, best_score = Header(index, names, inner is not None), score
    return best


def unwrap(cells: Sequence[str]) -> list[str] | None:
    """Fields of a row that stands in its first cell alone, or None for an ordinary row."""
    if not cells or any(c.strip() for c in cells[1:]):
        return None
    delimiter = next((d for d in ",;\t" if d in cells[0]), None)
    if delimiter is None:
        return None
    try:
        return next(csv.reader([cells[0]], delimiter=delimiter))
    except csv.Error:
        return None


def check_header(
    header: Header,
    row: int,
    columns: Mapping[str, bool],
    findings: FileFindings,
) -> bool:
    """Report missing, unknown and repeated columns; False when no row can be used.

    ``columns``: the contract's columns and whether the file must have each.
    """
    usable = True
    if header.wrapped:
        findings.add(
            Rule.WRAPPED_ROW,
            "the column names stand in one quoted field; save the file again with one cell a field",
            row=row,
            value_class="a whole row in one field",
        )
    for name, count in Counter(header.names).items():
        if count > 1 and name in columns:
            usable = False
            message = "this column name stands more than once; keep one of them"
            findings.add(Rule.DUPLICATE_COLUMN, message, row=row, column=name)
    for name, needed in columns.items():
        if name not in header.names:
            usable &= not needed
            _missing(name, needed, header, columns, findings)
    unknown = [n[:_NAME_LENGTH] for n in header.names if n and n not in columns]
    if unknown:
        shown = ", ".join(f"'{n}'" for n in unknown[:_NAMES_SHOWN])
        more = f" and {len(unknown) - _NAMES_SHOWN} more" if len(unknown) > _NAMES_SHOWN else ""
        message = f"columns that the contract does not know were left out: {shown}{more}"
        findings.add(Rule.UNKNOWN_COLUMN, message, severity="note")
    return usable


def no_header(columns: Collection[str], findings: FileFindings) -> None:
    """Report that no row names any column of the contract."""
    shown = ", ".join(list(columns)[:_NAMES_SHOWN])
    findings.add(
        Rule.NO_HEADER,
        f"none of the first {PREVIEW_ROWS} rows holds the column names ({shown}, ...); add them",
    )


def title_row(row: int, findings: FileFindings) -> None:
    """Report a row above the row of column names."""
    message = "this row stands above the column names; delete it"
    findings.add(Rule.TWO_HEADERS, message, row=row, value_class="a title")


def wrapped_row(row: int, findings: FileFindings) -> None:
    """Report a row that stands in one field."""
    message = "the whole row stands in one quoted field; save it with one cell a field"
    findings.add(Rule.WRAPPED_ROW, message, row=row, value_class="a whole row in one field")


def _missing(
    name: str, needed: bool, header: Header, columns: Collection[str], findings: FileFindings
) -> None:
    if not needed:
        message = "the file has no such column; it is taken as missing in every row"
        findings.add(Rule.MISSING_COLUMN, message, column=name, severity="note")
        return
    others = {_plain(n): n for n in header.names if n and n not in columns}
    near = difflib.get_close_matches(_plain(name), list(others), n=1, cutoff=0.6)
    hint = f"; is it '{others[near[0]][:_NAME_LENGTH]}'?" if near else ""
    message = f"the file has no such column, and the contract needs it{hint}"
    findings.add(Rule.MISSING_COLUMN, message, column=name)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
