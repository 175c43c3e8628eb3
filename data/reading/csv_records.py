"""Where each record of a CSV text starts and ends, and how many fields it has.

A vectorised scan of the bytes, because a parser that meets a broken quotation mark swallows
the rows that follow it. Quoted fields and doubled quotation marks are as in RFC 4180. A line
with an odd number of quotation marks is joined with the next such line only if both together
are one sound record; otherwise it is broken alone and the next line is a record again.
"""

import csv
import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_ROW_BYTES = 1 << 20
_MAX_JOINED_LINES = 200
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Records:
    """Records of a text, in order: byte spans, fields and soundness, each of shape (n,).

    ``starts`` to ``ends`` is the content without the line end; ``fields`` is 0 for a record
    whose quotation marks do not close (``broken``). ``quoted``: there are quotation marks;
    ``joined``: some record spans lines.
    """

    starts: Ints
    ends: Ints
    fields: Ints
    broken: Bools
    quoted: bool = True
    joined: bool = False

    def __len__(self) -> int:
        return len(self.starts)

    def of(self, offsets: npt.ArrayLike) -> Ints:
        """Index of the record that holds each byte offset."""
        return np.asarray(np.searchsorted(self.starts, offsets, side="right") - 1, dtype=np.int64)


def scan(data: memoryview, delimiter: str, expected: int) -> Records:
    """Scan ``data`` (UTF-8, lines end in LF or CR LF) into records of ``expected`` fields."""
    buffer = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(buffer == _NEWLINE)
    starts = np.concatenate(([0], breaks + 1)).astype(np.int64)
    stops = np.concatenate((breaks, [len(data)])).astype(np.int64)
    if starts[-1] == len(data):
        starts, stops = starts[:-1], stops[:-1]
    quotes = buffer == _QUOTE
    if not len(starts) or not quotes.any():
        fields = _count(buffer == ord(delimiter), starts) + 1
        return Records(starts, _content(buffer, starts, stops), fields, fields < 0, quoted=False)
    return _quoted(data, quotes, starts, stops, delimiter, expected)


def parse(record: bytes, delimiter: str) -> list[str] | None:
    """Fields of one record, or None if its quotation marks are wrong."""
    try:
        rows = list(csv.reader([record.decode("latin-1")], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if rows else []


def _quoted(
    data: memoryview, quotes: Bools, starts: Ints, stops: Ints, delimiter: str, expected: int
) -> Records:
    """The records of a text with quotation marks; ``starts`` to ``stops`` are its lines."""
    buffer = np.frombuffer(data, np.uint8)
    last, alone = _joined_lines(data, quotes, starts, stops, delimiter, expected)
    begins = np.ones(len(starts), bool)
    for first in np.flatnonzero(last > np.arange(len(starts))).tolist():
        begins[first + 1 : last[first] + 1] = False
    places = np.cumsum(begins) - 1
    starts, stops = starts[begins], stops[last[begins]]
    ends = _content(buffer, starts, stops)
    for place in places[alone].tolist():
        quotes[starts[place] : stops[place]] = False
    inside = (np.cumsum(quotes, dtype=np.uint8) & 1).astype(bool)
    fields = _count((buffer == ord(delimiter)) & ~inside, starts) + 1
    broken = np.zeros(len(starts), bool)
    records = Records(starts, ends, fields, broken, joined=not bool(begins.all()))
    doubtful = records.of(_misplaced(buffer, quotes, inside, delimiter))
    for record in {*doubtful.tolist(), *places[alone].tolist()}:
        cells = parse(bytes(data[starts[record] : ends[record]]), delimiter)
        broken[record] = cells is None
        fields[record] = 0 if cells is None else len(cells)
    return records


def _joined_lines(
    data: memoryview, quotes: Bools, starts: Ints, stops: Ints, delimiter: str, expected: int
) -> tuple[Ints, list[int]]:
    """The last line of the record that starts on each line, and lines whose quotes are odd."""
    last = np.arange(len(starts), dtype=np.int64)
    alone: list[int] = []
    odd = np.flatnonzero(_count(quotes, starts) % 2).tolist()
    i = 0
    while i < len(odd):
        first, then = odd[i], odd[min(i + 1, len(odd) - 1)]
        text = bytes(data[starts[first] : min(stops[then], starts[first] + MAX_ROW_BYTES)])
        if 0 < then - first <= _MAX_JOINED_LINES and _one_record(text, delimiter, expected):
            last[first] = then
            i += 2
        else:
            alone.append(first)
            i += 1
    return last, alone


def _one_record(text: bytes, delimiter: str, expected: int) -> bool:
    lines = io.StringIO(text.decode("latin-1"), newline="\n")
    try:
        parsed = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return len(parsed) == 1 and len(parsed[0]) == expected


def _misplaced(buffer: Bytes, quotes: Bools, inside: Bools, delimiter: str) -> Ints:
    """Offsets of quotation marks that neither open nor close a field nor stand in a pair."""
    at = np.flatnonzero(quotes)
    around = np.zeros(256, bool)
    around[[ord(delimiter), _NEWLINE, _RETURN, _QUOTE]] = True
    before = around[buffer[np.maximum(at - 1, 0)]] | (at == 0)
    after = around[buffer[np.minimum(at + 1, len(buffer) - 1)]] | (at == len(buffer) - 1)
    misplaced: Ints = at[np.where(inside[at], ~before, ~after)]
    return misplaced


def _count(mask: Bools, starts: Ints) -> Ints:
    """How often ``mask`` is true from each start to the next."""
    at = np.flatnonzero(mask)
    before: Ints = np.searchsorted(at, starts)
    return np.diff(before, append=len(at))


def _content(buffer: Bytes, starts: Ints, stops: Ints) -> Ints:
    """Where each record's content ends, before the carriage return if it has one."""
    returned = (stops > starts) & (buffer[np.maximum(stops - 1, 0)] == _RETURN)
    ends: Ints = stops - returned
    return ends
