"""Arrow columns from arrays, and Parquet files whose bytes depend on their rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.synthetic.arrays import Bools, Ints
from data.synthetic.world import EXTRACT_DAY, Streams

DAY_SECONDS = 86_400
HASH_BYTES = 6


def words(names: Sequence[str], codes: Ints, empty: Bools | None = None) -> pa.Array:
    """Text column: ``names[code]``, and no value where ``empty``."""
    return pa.array(names, pa.string()).take(pa.array(codes, mask=empty))


def numbered(prefix: str, numbers: Ints, digits: int = 8) -> pa.Array:
    """Names such as A00000017."""
    text = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), digits, "0")
    return pc.binary_join_element_wise(prefix, text, "")


def ids(prefix: str, streams: Streams, n: int) -> pa.Array:
    """Names of ``n`` rows, different in every chunk and turn."""
    return numbered(f"{prefix}{streams.chunk:05d}{streams.turn}", np.arange(n))


def hashes(numbers: Ints, streams: Streams) -> pa.Array:
    """Twelve hexadecimal digits for each number, the same for the same number and chunk."""
    salt = np.uint64(streams.seed % 2**32 * 1_000_003 + streams.chunk)
    mixed = (numbers.astype(np.uint64) + salt) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    raw = np.ascontiguousarray(mixed.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :HASH_BYTES])
    ends = np.arange(len(numbers) + 1, dtype=np.int32) * 2 * HASH_BYTES
    text = pa.py_buffer(raw.tobytes().hex().encode())
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(ends), text)


def dates(days: Ints) -> pa.Array:
    """Date column; a day after the extract is not yet known and stays empty."""
    return pa.array(days.astype(np.int32), mask=days > EXTRACT_DAY).cast(pa.date32())


def calendar(days: Ints) -> pa.Array:
    """Date column of planned days, which may lie after the extract."""
    return pa.array(days.astype(np.int32)).cast(pa.date32())


def timestamps(seconds: Ints) -> pa.Array:
    """Local date and time from seconds since 1970-01-01."""
    return pa.array(seconds * 1000).cast(pa.timestamp("ms"))


class PortfolioWriter:
    """Appends chunks to one Parquet file a table: one row group a chunk.

    Files get their names when all is written; after an error nothing new is left behind.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, int] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}

    def append(self, name: str, table: pa.Table) -> None:
        """Write ``table`` as the next row group of ``name``.parquet (``a/b`` in folder a)."""
        if name not in self._writers:
            path = self._path(name, ".partial")
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writers[name] = pq.ParquetWriter(
                path,
                table.schema,
                version="2.6",
                compression="zstd",
                compression_level=1,
                write_page_checksum=True,
            )
            self.rows[name] = 0
        self._writers[name].write_table(table, row_group_size=max(table.num_rows, 1))
        self.rows[name] += table.num_rows

    def _path(self, name: str, ending: str = "") -> Path:
        return self.folder / f"{name}.parquet{ending}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name, writer in self._writers.items():
            writer.close()
            if error is None:
                self._path(name, ".partial").replace(self._path(name))
            else:
                self._path(name, ".partial").unlink()
