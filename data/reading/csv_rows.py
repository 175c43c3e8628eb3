"""Sorting the records of a CSV text into sound rows and rows that stay apart, with reasons."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from data.reading.csv_records import MAX_ROW_BYTES, Records, parse
from data.reading.findings import Rule
from data.reading.header import unwrap, wrapped_row
from data.reading.raw import FileFindings

SAVE_AS_UTF8 = "bytes that are not UTF-8; save the file as UTF-8 or say --encoding latin-1"

_COMPARED_ROWS = 1000

Ints = npt.NDArray[np.int64]


def line_of(data: memoryview, records: Records, i: int) -> bytes:
    """The raw text of record ``i``."""
    return bytes(data[records.starts[i] : records.ends[i]])


class RowSorter:
    """Finds the sound records; reports the others and collects them in ``aside``."""

    def __init__(
        self,
        body: memoryview,
        records: Records,
        delimiter: str,
        names: Sequence[str],
        first_row: int,
        findings: FileFindings,
    ) -> None:
        self.body = body
        self.records = records
        self.delimiter = delimiter
        self.names = names
        self.first_row = first_row
        self.findings = findings
        self.aside: list[tuple[int, bytes]] = []
        self.no_final_line_end = bytes(body[-1:]) != b"\n"
        self.shortened = False

    def sound(self, not_utf8: list[int]) -> Ints:
        """Indices of the sound records; blank ones are left out without a word.

        ``not_utf8``: offsets of bytes that are not UTF-8.
        """
        records = self.records
        if not len(records):
            return np.empty(0, np.int64)
        buffer = np.frombuffer(self.body, np.uint8)
        marked = {
            Rule.NUL_BYTE: set(records.of(np.flatnonzero(buffer == 0)).tolist()),
            Rule.LINE_ENDS: set(records.of(_lone_returns(buffer)).tolist()),
            Rule.ENCODING: set(records.of(not_utf8).tolist()),
        }
        lengths = records.ends - records.starts
        sound = (records.fields == len(self.names)) & ~records.broken & (lengths <= MAX_ROW_BYTES)
        sound &= (lengths > 0) & (lengths != records.fields - 1)  # as long as its delimiters: blank
        for rows in marked.values():
            sound[list(rows)] = False
        if self.no_final_line_end and sound[-1]:
            self.shortened = self._last_field_is_short(np.flatnonzero(sound))
            sound[-1] = not self.shortened
        for i in np.flatnonzero(~sound).tolist():
            line = line_of(self.body, records, i)
            if line.strip(b" \t\r" + self.delimiter.encode()):
                rule = next((rule for rule, rows in marked.items() if i in rows), None)
                self._report(i, line, rule)
                self.aside.append((self.first_row + i, line))
        if self.no_final_line_end and sound[-1]:
            row = self.first_row + len(records) - 1
            message = "the last row has no line end; make sure that the file is whole"
            self.findings.add(Rule.FINAL_LINE_END, message, row=row, severity="note")
        return np.flatnonzero(sound)

    def _report(self, i: int, line: bytes, marked: Rule | None) -> None:
        row = self.first_row + i
        if marked is Rule.NUL_BYTE:
            self._add(i, marked, "the row holds zero bytes; export it again", "zero bytes")
        elif marked is Rule.LINE_ENDS:
            message = "a lone carriage return stands in this row; remove it"
            self._add(i, marked, message, "a carriage return")
        elif len(line) > MAX_ROW_BYTES:
            message = "the row is longer than 1 MiB; export it again"
            self._add(i, Rule.LONG_ROW, message, "a long row")
        elif self._wrapped(line):
            wrapped_row(row, self.findings)
        elif self._cut(i):
            message = "the last row stops early, so the file looks cut; copy or export it again"
            self._add(i, Rule.CUT_FILE, message, "a part of a row")
        elif marked is Rule.ENCODING:
            self._not_utf8(row, line)
        elif self.records.broken[i]:
            message = "quotation marks do not close or stand inside a field; mend the quoting"
            self._add(i, Rule.QUOTES, message, "a broken quotation")
        else:
            self._field_count(i)

    def _add(self, i: int, rule: Rule, message: str, value_class: str) -> None:
        self.findings.add(rule, message, row=self.first_row + i, value_class=value_class)

    def _field_count(self, i: int) -> None:
        fields, expected = int(self.records.fields[i]), len(self.names)
        message = f"the row has {fields} fields, but the header has {expected}; mend the row"
        value_class = "too few fields" if fields < expected else "too many fields"
        self._add(i, Rule.FIELD_COUNT, message, value_class)

    def _cut(self, i: int) -> bool:
        """Whether record ``i`` is the last one and stops early."""
        if i != len(self.records) - 1:
            return False
        if self.records.broken[i]:
            return self.no_final_line_end
        return self.shortened or 0 < int(self.records.fields[i]) < len(self.names)

    def _last_field_is_short(self, sound: Ints) -> bool:
        """Whether the last field of the last row is shorter than all before it, of one length."""
        mark = self.delimiter.encode()
        *others, last = (
            len(line_of(self.body, self.records, i).rpartition(mark)[2])
            for i in sound[-_COMPARED_ROWS:].tolist()
        )
        return len(others) > 2 and len(set(others)) == 1 and last < others[0]

    def _wrapped(self, line: bytes) -> bool:
        cells = parse(line, self.delimiter)
        inner = unwrap(cells) if cells and line.lstrip().startswith(b'"') else None
        return inner is not None and len(inner) == len(self.names)

    def _not_utf8(self, row: int, line: bytes) -> None:
        cells = parse(line, self.delimiter) or []
        named = zip(self.names, cells, strict=False)
        wrong: list[str | None] = [name for name, cell in named if not _is_utf8(cell)]
        for name in wrong or [None]:
            self.findings.add(
                Rule.ENCODING,
                SAVE_AS_UTF8,
                row=row,
                column=name,
                value_class="bytes that are not UTF-8",
            )


def _is_utf8(cell: str) -> bool:
    """Whether the bytes behind ``cell``, which was decoded as Latin-1, are UTF-8."""
    try:
        cell.encode("latin-1").decode()
    except UnicodeDecodeError:
        return False
    return True


def _lone_returns(buffer: npt.NDArray[np.uint8]) -> Ints:
    """Offsets of carriage returns that no line feed follows, but for one at the very end."""
    at = np.flatnonzero(buffer == 13)
    at = at[at < len(buffer) - 1]
    lone: Ints = at[buffer[at + 1] != 10]
    return lone
