"""Reading a whole portfolio: all files of a contract, checked, with a finding for every fault."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.contract import Contract
from data.errors import DataFileError
from data.reading.cells import Decimal
from data.reading.checking import check_table, empty_table
from data.reading.csv_file import read_csv
from data.reading.excel_file import read_sheet
from data.reading.findings import Finding, Rule
from data.reading.layout import Place, ending, locate
from data.reading.needs import happened_columns, needed_columns
from data.reading.parquet_file import read_parquet
from data.reading.raw import AsideRows, FileFindings, RawTable

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The files of one contract after all checks.

    ``tables``: good rows, typed, all columns of the contract in its order; a table without a
    file has no rows. Dates are date32; times are timestamp('us') in the contract's time zone,
    without a zone. ``rows``: where each of them stood in its file, as findings count rows.
    ``aside``: the rows kept apart. ``counts``: table to (rows read, rows kept).
    ``files`` and ``sha256``: path and checksum of each table's file. ``unusable``: the first
    error of each file that gave no row at all.
    """

    contract: Contract
    tables: dict[str, pa.Table]
    findings: list[Finding]
    counts: dict[str, tuple[int, int]]
    aside: dict[str, AsideRows]
    files: dict[str, Path]
    sha256: dict[str, str]
    rows: dict[str, np.ndarray]
    unusable: list[Finding] = field(default_factory=list)

    @property
    def sums(self) -> dict[str, str]:
        """``sha256`` in the order of the tables' names, as the lineage of a model has it."""
        return dict(sorted(self.sha256.items()))

    @property
    def errors(self) -> list[Finding]:
        """Findings that make the files differ from the contract; notes left out."""
        return [finding for finding in self.findings if finding.severity == "error"]


def read_portfolio(
    contract: Contract,
    path: Path,
    *,
    encoding: str | None = None,
    decimal: Decimal = ".",
    need_label: bool = False,
    progress: Progress | None = None,
) -> Portfolio:
    """Read and check the files of ``contract`` under ``path``.

    ``path``: a folder with one file a table, a workbook with one sheet a table, or the file of
    the only table that is needed. ``encoding`` is for CSV files that are not UTF-8,
    ``decimal`` the sign before the fractions of their numbers. Without ``need_label`` the columns
    and tables of the outcome may be absent. ``progress`` is told what is being done and the share
    that is done. Raises DataFileError when a file is absent, cannot be opened, or two files claim
    one table; what is wrong inside a file is a finding.
    """
    places = locate(contract, path, need_label=need_label)
    read = Portfolio(contract, {}, [], {}, {}, {}, {}, {})
    for done, (name, table) in enumerate(contract.tables.items()):
        place = places.get(name)
        if place is None:
            message = "the optional table has no file; it is taken as missing"
            read.findings.append(
                Finding(name, None, None, "", Rule.ABSENT_FILE, message, severity="note")
            )
            read.tables[name] = empty_table(table)
            read.counts[name] = (0, 0)
            continue
        if progress is not None:
            progress(f"reading {place.name}", done / len(contract.tables))
        needed = needed_columns(contract, name, need_label=need_label)
        wanted = {column: column in needed for column in table.columns}
        raw = _read(place, wanted, encoding, decimal)
        past = happened_columns(contract, name)
        sign: Decimal = decimal if place.csv else "."
        checked = check_table(raw, table, contract.timezone, past, sign)
        read.tables[name] = checked.good
        read.rows[name] = checked.rows
        read.aside[name] = checked.aside
        read.counts[name] = (checked.read, checked.good.num_rows)
        read.findings.extend(checked.findings)
        if not checked.good.num_rows:
            read.unusable.extend([f for f in checked.findings if f.severity == "error"][:1])
        read.files[name] = place.path
        with place.path.open("rb") as stream:
            read.sha256[name] = hashlib.file_digest(stream, "sha256").hexdigest()
    read.findings.extend(_orphans(contract, read.tables, places))
    if progress is not None:
        progress("files read", 1.0)
    return read


def _read(
    place: Place, columns: dict[str, bool], encoding: str | None, decimal: Decimal
) -> RawTable:
    findings = FileFindings(place.name)
    try:
        if place.sheet is not None:
            return read_sheet(place.path, place.sheet, findings, columns)
        if ending(place.path) == ".parquet":
            return read_parquet(place.path, findings, columns)
        return read_csv(place.path, findings, columns, encoding, decimal)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise DataFileError(f"{place.name}: the file cannot be opened: {reason}") from None


def _orphans(
    contract: Contract, tables: dict[str, pa.Table], places: dict[str, Place]
) -> list[Finding]:
    """A note for each table with rows whose key no application has."""
    applications = contract.tables[contract.applications]
    notes = []
    for name, table in contract.tables.items():
        roles = [r for r in ("application", "applicant") if r in table.keys]
        role = next((r for r in roles if r in applications.keys), None)
        if name == contract.applications or role is None or name not in places:
            continue
        mine = tables[name][table.keys[role]].cast(pa.string())
        theirs = tables[contract.applications][applications.keys[role]].cast(pa.string())
        count = int(np.sum(~pc.is_in(mine, theirs).to_numpy()))
        if count:
            message = f"{count} of {len(mine)} rows belong to no application in the files"
            notes.append(
                Finding(
                    places[name].name,
                    None,
                    table.keys[role],
                    "",
                    Rule.ORPHAN_ROWS,
                    message,
                    severity="note",
                )
            )
    return notes
