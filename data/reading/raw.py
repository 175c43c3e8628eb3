"""What every reader hands to the checks: text, row numbers and what was wrong with the file."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from data.reading.findings import Finding, Rule, Severity


class FileFindings:
    """Collects the findings of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.all: list[Finding] = []

    def add(
        self,
        rule: Rule,
        message: str,
        *,
        row: int | None = None,
        column: str | None = None,
        value_class: str = "",
        severity: Severity = "error",
    ) -> None:
        """Add one finding."""
        self.all.append(Finding(self.file, row, column, value_class, rule, message, severity))


@dataclass(frozen=True, slots=True)
class AsideRows:
    """Rows kept apart as they stood: row numbers and raw lines (bytes, no line end)."""

    header: bytes
    rows: list[int]
    lines: list[bytes]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass
class RawTable:
    """One file before its values are checked.

    ``text``: column name to array of n texts, only columns of the contract that the file has.
    ``rows``: int64 (n,), the row numbers. ``lines(indices)``: raw lines of these of the n rows.
    ``aside``: rows whose structure is broken, which are not among the n.
    ``usable``: False when something about the whole file keeps every row apart.
    """

    findings: FileFindings
    text: dict[str, pa.Array] = field(default_factory=dict)
    rows: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    lines: Callable[[Sequence[int]], list[bytes]] = lambda _: []
    header: bytes = b""
    aside: list[tuple[int, bytes]] = field(default_factory=list)
    usable: bool = True

    @property
    def read(self) -> int:
        """Number of rows in the file."""
        return len(self.rows) + len(self.aside)


def csv_line(cells: Sequence[str | None]) -> bytes:
    """One CSV line, as UTF-8 without a line end, for rows that came from no text file."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(["" if c is None else c for c in cells])
    return out.getvalue().encode()
