"""Reading one sheet of an Excel workbook as text cells, with its row numbers."""

import datetime as dt
import html
import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from data.reading.findings import Rule
from data.reading.header import (
    PREVIEW_ROWS,
    Header,
    check_header,
    find_header,
    no_header,
    title_row,
    wrapped_row,
)
from data.reading.raw import FileFindings, RawTable, csv_line

SPREADSHEET_ERROR = "#N/A"
_MAX_ROWS = 1_048_576
_DAMAGED = (
    *(CalamineError, zipfile.BadZipFile, zlib.error),
    *(KeyError, EOFError, NotImplementedError, UnicodeDecodeError),
)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"')
_UNCALCULATED = re.compile(
    rb'<(?:\w+:)?c\s[^>]*\br="([A-Z]+)(\d+)"[^>]*>\s*<(?:\w+:)?f\b[^>]*?'
    rb"(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>|</(?:\w+:)?c>)"
)


def open_workbook(path: Path, findings: FileFindings) -> CalamineWorkbook | None:
    """Open ``path``; None, with a finding, when it is no sound workbook."""
    with path.open("rb") as stream:
        head = stream.read(4)
    if not head:
        findings.add(Rule.EMPTY_FILE, "the file is empty; export it again")
    elif head == _OLE:
        message = "an old or password-protected Excel workbook; save it as a plain .xlsx"
        findings.add(Rule.WRONG_FORMAT, message, value_class="not an .xlsx workbook")
    elif head != _ZIP:
        message = "the file is not an Excel workbook but text or a web page; save it as .xlsx"
        findings.add(Rule.WRONG_FORMAT, message, value_class="not an Excel workbook")
    else:
        try:
            return CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        except CalamineError:
            findings.add(Rule.CUT_FILE, "the workbook is damaged or cut; copy or save it again")
    return None


def read_sheet(
    path: Path,
    sheet: str,
    findings: FileFindings,
    columns: Mapping[str, bool],
) -> RawTable:
    """Read ``sheet``, keeping ``columns``: name to whether the file must have it."""
    book = open_workbook(path, findings)
    if book is None:
        return RawTable(findings, usable=False)
    try:
        values = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        cells = [[_text(v) for v in row] for row in values]
        _mark_errors(path, sheet, cells)
    except _DAMAGED:
        findings.add(Rule.CUT_FILE, "the sheet is damaged or cut; copy or save the file again")
        return RawTable(findings, usable=False)
    if len(cells) >= _MAX_ROWS:
        message = "the sheet is full to Excel's last row, so rows may be lost; use CSV or Parquet"
        findings.add(Rule.CUT_FILE, message)
    filled = [i for i, row in enumerate(cells) if any(c.strip() for c in row)]
    if not filled:
        findings.add(Rule.EMPTY_FILE, "the sheet is empty")
        return RawTable(findings, usable=False)
    header = find_header(cells[: filled[0] + PREVIEW_ROWS], columns)
    if header is None:
        no_header(columns, findings)
        return RawTable(findings, aside=[(i + 1, csv_line(cells[i])) for i in filled], usable=False)
    return _table(cells, filled, header, findings, columns)


def _table(
    cells: list[list[str]],
    filled: list[int],
    header: Header,
    findings: FileFindings,
    columns: Mapping[str, bool],
) -> RawTable:
    above = [i for i in filled if i < header.index]
    for i in above:
        title_row(i + 1, findings)
    usable = check_header(header, header.index + 1, columns, findings)
    body = [i for i in filled if i > header.index]
    positions = {} if header.wrapped else header.positions(columns)
    if header.wrapped:
        for i in body:
            wrapped_row(i + 1, findings)
        body, above, usable = [], above + body, False

    def lines(indices: Sequence[int]) -> list[bytes]:
        return [csv_line(cells[body[i]]) for i in indices]

    return RawTable(
        findings,
        text={n: pa.array([cells[i][p] for i in body], pa.string()) for n, p in positions.items()},
        rows=np.array(body, np.int64) + 1,
        lines=lines,
        header=csv_line(cells[header.index]),
        aside=[(i + 1, csv_line(cells[i])) for i in above],
        usable=usable,
    )


def _text(value: Any) -> str:
    """The text that CSV would hold for a cell."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value)


def _mark_errors(path: Path, sheet: str, cells: list[list[str]]) -> None:
    """Put #N/A where a formula failed or was never calculated; the reader sees an empty cell."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if archive.testzip() is not None:
            raise zipfile.BadZipFile("a part does not fit its checksum")
        xml = archive.read(_sheet_member(archive, sheet))
    for pattern in (_ERROR_CELL, _UNCALCULATED):
        for match in pattern.finditer(xml):
            row, column = int(match[2]) - 1, _column_index(match[1])
            if row < len(cells) and column < len(cells[row]) and not cells[row][column]:
                cells[row][column] = SPREADSHEET_ERROR


def _sheet_member(archive: zipfile.ZipFile, sheet: str) -> str:
    """Name of the archive member that holds ``sheet``."""
    target = ""
    for tag in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", archive.read("xl/workbook.xml").decode()):
        if html.unescape(_attribute(tag, "name")) == sheet:
            target = _attribute(tag, r"\w+:id")
    links = archive.read("xl/_rels/workbook.xml.rels").decode()
    for tag in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", links):
        if _attribute(tag, "Id") == target:
            file = _attribute(tag, "Target")
            return file.lstrip("/") if file.startswith("/") else f"xl/{file}"
    raise KeyError(sheet)


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return found[1] if found else ""


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1
