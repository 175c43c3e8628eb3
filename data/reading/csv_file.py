"""Reading one CSV file: every row becomes text cells, or stays apart as a line with a reason."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from data.reading.cells import Decimal
from data.reading.csv_bytes import load
from data.reading.csv_records import Records, scan
from data.reading.csv_rows import SAVE_AS_UTF8, Ints, RowSorter, line_of
from data.reading.findings import Rule
from data.reading.header import (
    PREVIEW_ROWS,
    Header,
    check_header,
    find_header,
    matches,
    no_header,
    title_row,
)
from data.reading.raw import FileFindings, RawTable

_PREVIEW_BYTES = 1 << 17
_BLOCK_BYTES = 1 << 24
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class _Start:
    """How a file starts: its delimiter, its header, the rows above it and the lines they take."""

    delimiter: str
    header: Header
    above: list[list[str]]
    lines: int


def read_csv(
    path: Path,
    findings: FileFindings,
    columns: Mapping[str, bool],
    encoding: str | None,
    decimal: Decimal,
) -> RawTable:
    """Read ``path``, keeping ``columns``: name to whether the file must have it.

    With a ``decimal`` comma, semicolons between columns are as they should be.
    """
    loaded = load(path, encoding, findings)
    if loaded is None:
        return RawTable(findings, usable=False)
    data, not_utf8 = loaded
    start = _start(data, columns)
    if start is None:
        no_header(columns, findings)
        whole = memoryview(data)
        records = scan(whole, ",", 1)
        lines = [(i + 1, line_of(whole, records, i)) for i in range(len(records))]
        return RawTable(findings, aside=[row for row in lines if row[1].strip()], usable=False)
    usual = ";" if decimal == "," else ","
    return _read_rows(data, not_utf8, start, findings, columns, usual)


def _start(data: bytes, columns: Mapping[str, bool]) -> _Start | None:
    """The delimiter and row whose cells name most columns of the contract.

    If equal, a row of several cells goes before a row in one cell, and the comma before others.
    """
    text = data[:_PREVIEW_BYTES].decode(errors="replace")
    best, best_score = None, (0, False)
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter)
        rows: list[list[str]] = []
        lines: list[int] = []
        try:
            while len(rows) < PREVIEW_ROWS:
                rows.append(next(reader))
                lines.append(reader.line_num)
        except (StopIteration, csv.Error):
            pass  # a broken row will be named by the scan of records
        header = find_header(rows, columns)
        if header is None:
            continue
        score = (matches(header.names, columns), not header.wrapped)
        if score > best_score:
            best_score = score
            best = _Start(delimiter, header, rows[: header.index], lines[header.index])
    return best


def _read_rows(
    data: bytes,
    not_utf8: list[int],
    start: _Start,
    findings: FileFindings,
    columns: Mapping[str, bool],
    usual: str,
) -> RawTable:
    header, first_row = start.header, start.header.index + 2
    body_at = _line_start(data, start.lines)
    body, top = memoryview(data)[body_at:], data[:body_at].split(b"\n")
    aside = _rows_above(start, top, findings)
    if start.delimiter not in {",", usual}:
        name = _DELIMITERS[start.delimiter]
        message = f"columns are parted by {name}; they were read so, save with commas"
        findings.add(Rule.DELIMITER, message, row=first_row - 1, value_class=name)
    if any(offset < body_at for offset in not_utf8):
        value_class = "bytes that are not UTF-8"
        findings.add(Rule.ENCODING, SAVE_AS_UTF8, row=first_row - 1, value_class=value_class)
    usable = check_header(header, first_row - 1, columns, findings)
    records = scan(body, start.delimiter, len(header.names))
    sorter = RowSorter(body, records, start.delimiter, header.names, first_row, findings)
    sound = sorter.sound([offset - body_at for offset in not_utf8 if offset >= body_at])
    return RawTable(
        findings,
        text=_cells(body, records, sound, start, header.positions(columns)),
        rows=sound + first_row,
        lines=lambda indices: [line_of(body, records, int(sound[i])) for i in indices],
        header=b"\n".join(top[header.index :]).strip(b"\r\n"),
        aside=aside + sorter.aside,
        usable=usable,
    )


def _rows_above(
    start: _Start, top: Sequence[bytes], findings: FileFindings
) -> list[tuple[int, bytes]]:
    """Report the rows above the header, but not Excel's line that names the delimiter."""
    aside = []
    for row, cells in enumerate(start.above, 1):
        if any(c.strip() for c in cells) and not cells[0].lower().startswith("sep="):
            title_row(row, findings)
            aside.append((row, top[row - 1].rstrip(b"\r")))
    return aside


def _line_start(data: bytes, line: int) -> int:
    """Offset of the 0-based ``line``; the length of ``data`` when it has fewer lines."""
    at = 0
    for _ in range(line):
        at = data.find(b"\n", at) + 1
        if at == 0:
            return len(data)
    return at


def _cells(
    body: memoryview, records: Records, sound: Ints, start: _Start, positions: Mapping[str, int]
) -> dict[str, pa.Array]:
    """Columns at ``positions`` of the ``sound`` records, as text."""
    if not len(sound) or not positions:
        return {name: pa.array([], pa.string()) for name in positions}
    whole = len(sound) == len(records)
    text = body if whole else b"\n".join(line_of(body, records, i) for i in sound)
    places = [f"{i}" for i in range(len(start.header.names))]
    table = pa_csv.read_csv(
        pa.BufferReader(text),
        read_options=pa_csv.ReadOptions(column_names=places, block_size=_BLOCK_BYTES),
        parse_options=pa_csv.ParseOptions(
            delimiter=start.delimiter,
            quote_char='"' if records.quoted else False,
            newlines_in_values=records.joined,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(places, pa.string()),
            include_columns=[places[i] for i in positions.values()],
            strings_can_be_null=False,
        ),
    )
    if table.num_rows != len(sound):
        raise AssertionError(f"{table.num_rows} rows parsed, {len(sound)} scanned")
    cells = {}
    for name, i in positions.items():  # one column at a time, so that memory is freed
        cells[name] = table[places[i]].combine_chunks()
        table = table.drop_columns([places[i]])
    return cells
