"""Which file, or which sheet of a workbook, holds which table of the contract."""

from dataclasses import dataclass
from pathlib import Path

from data.contract import Contract
from data.errors import DataFileError
from data.reading.excel_file import open_workbook
from data.reading.needs import needed_tables
from data.reading.raw import FileFindings

WORKBOOKS = (".xlsx", ".xls")
ENDINGS = (".csv", ".csv.gz", ".parquet", *WORKBOOKS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands; ``sheet`` is None unless the file is a workbook."""

    path: Path
    sheet: str | None = None

    @property
    def name(self) -> str:
        """The file as findings call it."""
        return self.path.name if self.sheet is None else f"{self.path.name}[{self.sheet}]"

    @property
    def csv(self) -> bool:
        """Whether numbers in it are texts that people or programs wrote."""
        return self.sheet is None and ending(self.path) != ".parquet"


def ending(path: Path) -> str | None:
    """The ending of ``path`` that we can read, in small letters, or None."""
    name = path.name.lower()
    return next((e for e in sorted(ENDINGS, key=len, reverse=True) if name.endswith(e)), None)


def locate(contract: Contract, path: Path, *, need_label: bool) -> dict[str, Place]:
    """Find the file of each table of ``contract``; optional tables may be left out.

    ``path`` is a folder with one file a table, a workbook with one sheet a table, or the file
    of the only table that is needed. Raises DataFileError naming what is absent or ambiguous.
    """
    if path.is_dir():
        found = _in_folder(contract, path)
    elif not path.is_file():
        raise DataFileError(f"{path}: no such file or folder")
    elif ending(path) is None:
        raise DataFileError(f"{path.name}: must end in one of {', '.join(ENDINGS)}")
    elif ending(path) in WORKBOOKS:
        found = _in_workbook(contract, path, need_label=need_label)
    else:
        found = {_only_table(contract, path, need_label=need_label): Place(path)}
    for table in contract.tables:
        if table not in found and table in needed_tables(contract, need_label=need_label):
            kind = "folder" if path.is_dir() else "file"
            raise DataFileError(
                f"{path}: the {kind} holds no table '{table}'; "
                f"add {_stem(contract, table)}.csv, .parquet or .xlsx"
            )
    return found


def _stem(contract: Contract, table: str) -> str:
    return contract.tables[table].file or table


def _in_folder(contract: Contract, folder: Path) -> dict[str, Place]:
    files: dict[str, list[Path]] = {}
    for entry in sorted(folder.iterdir()):
        known = ending(entry)
        if known is not None and entry.is_file():
            files.setdefault(entry.name[: -len(known)].lower(), []).append(entry)
    found = {}
    for table in contract.tables:
        candidates = files.get(_stem(contract, table).lower(), [])
        if len(candidates) > 1:
            names = " and ".join(c.name for c in candidates)
            raise DataFileError(f"{folder}: {names} both hold table '{table}'; keep one of them")
        if candidates:
            place = candidates[0]
            found[table] = Place(place, _sheet_of(place, _stem(contract, table)))
    return found


def _sheet_of(path: Path, stem: str) -> str | None:
    """The sheet of a workbook for one table: the one of its name, or the only one."""
    if ending(path) not in WORKBOOKS:
        return None
    book = open_workbook(path, FileFindings(path.name))
    if book is None:
        return stem
    named = [s for s in book.sheet_names if s.lower() == stem.lower()]
    if named:
        return str(named[0])
    if len(book.sheet_names) == 1:
        return str(book.sheet_names[0])
    raise DataFileError(f"{path.name}: no sheet is called '{stem}'; rename the sheet that holds it")


def _in_workbook(contract: Contract, path: Path, *, need_label: bool) -> dict[str, Place]:
    book = open_workbook(path, FileFindings(path.name))
    sheets = {} if book is None else {s.lower(): str(s) for s in book.sheet_names}
    found = {
        table: Place(path, sheets[_stem(contract, table).lower()])
        for table in contract.tables
        if _stem(contract, table).lower() in sheets
    }
    if found:
        return found
    if book is None:
        return {
            t: Place(path, _stem(contract, t))
            for t in needed_tables(contract, need_label=need_label)
        }
    table = _only_table(contract, path, need_label=need_label)
    return {table: Place(path, _sheet_of(path, _stem(contract, table)))}


def _only_table(contract: Contract, path: Path, *, need_label: bool) -> str:
    """The one table that must be there, which a single file then holds."""
    needed = [t for t in contract.tables if t in needed_tables(contract, need_label=need_label)]
    if len(needed) == 1:
        return needed[0]
    wanted = ", ".join(f"'{t}'" for t in needed)
    raise DataFileError(f"{path.name}: the contract needs tables {wanted}; give their folder")
