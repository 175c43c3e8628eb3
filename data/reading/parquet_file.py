"""Reading one Parquet file: its typed columns become text, so that one set of checks serves all."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.reading.findings import Rule
from data.reading.header import Header, check_header, matches, no_header
from data.reading.raw import FileFindings, RawTable, csv_line

_MAGIC = b"PAR1"


def read_parquet(path: Path, findings: FileFindings, columns: Mapping[str, bool]) -> RawTable:
    """Read ``path``, keeping ``columns``: name to whether the file must have it."""
    if not _whole(path, findings):
        return RawTable(findings, usable=False)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            header = Header(0, list(file.schema_arrow.names), wrapped=False)
            if not matches(header.names, columns):
                no_header(columns, findings)
                return RawTable(findings, usable=False)
            usable = check_header(header, 0, columns, findings)
            kept = [c for c in header.positions(columns) if header.names.count(c) == 1]
            table = file.read(columns=kept)
            table.validate(full=True)
            count = file.metadata.num_rows
    except (OSError, pa.ArrowException, UnicodeDecodeError):
        findings.add(Rule.CUT_FILE, "the file is damaged; copy or export it again")
        return RawTable(findings, usable=False)
    text: dict[str, pa.Array] = {}
    for name in kept:
        converted = as_text(table[name])
        if converted is None:
            message = "the column holds lists, records or bytes; store one value a cell"
            findings.add(Rule.TYPE, message, column=name, value_class=str(table[name].type)[:40])
            usable = False
        else:
            text[name] = converted

    def lines(indices: Sequence[int]) -> list[bytes]:
        cells = [column.take(pa.array(indices, pa.int64())).to_pylist() for column in text.values()]
        return [csv_line(row) for row in zip(*cells, strict=True)]

    return RawTable(
        findings,
        text=text,
        rows=np.arange(1, count + 1),
        lines=lines,
        header=csv_line(list(text)),
        usable=usable,
    )


def as_text(column: pa.ChunkedArray) -> pa.Array | None:
    """One text a cell, in the form that CSV would have; None for types that have no such form.

    A floating-point NaN is a missing cell. A time with a zone is given in UTC with a ``Z``.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_nested(kind):
        return None
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
    if pa.types.is_timestamp(kind):
        zone = "UTC" if kind.tz else None
        column = column.cast(pa.timestamp("us", zone), safe=False)
    try:
        text = column.cast(pa.string())
    except pa.ArrowException:
        return None
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def _whole(path: Path, findings: FileFindings) -> bool:
    with path.open("rb") as stream:
        head = stream.read(4)
        size = stream.seek(0, 2)
        stream.seek(max(size - 4, 0))
        tail = stream.read(4)
    if not size:
        findings.add(Rule.EMPTY_FILE, "the file is empty; export it again")
    elif head != _MAGIC:
        message = "the file is not Parquet; give it its right ending"
        findings.add(Rule.WRONG_FORMAT, message, value_class="not Parquet")
    elif tail != _MAGIC or size < 12:
        findings.add(Rule.CUT_FILE, "the end of the file is missing; copy or export it again")
    else:
        return True
    return False
