"""Parquet files and Excel workbooks: the same tables as from CSV, and their own kinds of damage."""

import datetime as dt
import random
from contextlib import suppress
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import DataFileError
from data.reading import read_portfolio, write_report
from tests.data.bad_files import (
    BOTH,
    CONTRACT,
    CSV,
    HEADER,
    NAMES,
    PAYMENTS,
    ROWS,
    places,
    read,
)

NOT_A_NUMBER = [float("nan")]


def typed() -> pa.Table:
    """The good rows as other programs would store them."""
    moments = ["2024-03-01 09:15", "2024-03-02", "2024-03-03 10:00", "2024-03-04 11:30"]
    return pa.table(
        {
            "loan": pa.array([1001.0, 1002, 1003, 1004, 1005]),
            "client": ["C1", "C2", "C3", "C4", "C5"],
            "applied_at": pa.array(
                [dt.datetime.fromisoformat(m) for m in (*moments, "2024-03-05 08:00")],
                pa.timestamp("ns"),
            ),
            "born": [
                None if day is None else dt.date.fromisoformat(day)
                for day in ("1990-02-28", "1985-12-31", None, "1979-06-15", "2001-01-01")
            ],
            "amount": [150000.5, 250000.0, 90000.0, NOT_A_NUMBER[0], 310000.25],
            "term": pa.array([12, 6, 24, 18, 3], pa.int16()),
            "sector": pa.array(
                ["Trade", "Farming", "Café", "Trade", "Farming"]
            ).dictionary_encode(),
            "repeat": [True, False, False, True, None],
            "outcome": ["Good", "Bad", "Good", "Good", "Bad"],
        }
    )


def write_sheet(path: Path, table: pa.Table, above: int = 0) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "loans"
    for i in range(above):
        sheet.append([f"Branch report {i}"])
    sheet.append(table.column_names)
    for row in table.to_pylist():
        sheet.append([None if value in NOT_A_NUMBER else value for value in row.values()])
    book.save(path)


def test_csv_parquet_and_excel_give_the_same_table(tmp_path: Path) -> None:
    plain = read(tmp_path, CSV).tables["loans"]
    pq.write_table(typed(), tmp_path / "other.parquet")
    write_sheet(
        tmp_path / "other.xlsx",
        typed().set_column(2, "applied_at", typed()["applied_at"].cast("timestamp[us]")),
    )
    (tmp_path / "other.xls").write_bytes((tmp_path / "other.xlsx").read_bytes())
    for name in ("other.parquet", "other.xlsx", "other.xls"):
        portfolio = read_portfolio(CONTRACT, tmp_path / name)
        assert portfolio.findings == []
        assert portfolio.tables["loans"].equals(plain)


def test_wrong_values_in_parquet_are_named_by_data_row(tmp_path: Path) -> None:
    table = typed().set_column(5, "term", pa.array([12.5, 6, 24, float("inf"), 3]))
    table = table.set_column(7, "repeat", pa.array([1, 0, 2, 1, 0]))
    pq.write_table(table, tmp_path / "loans.parquet")
    portfolio = read_portfolio(CONTRACT, tmp_path)
    assert places(portfolio.errors) == [
        ("type", 1, "term"),
        ("type", 3, "repeat"),
        ("type", 4, "term"),
    ]
    bad = write_report(portfolio, tmp_path / "out").bad["loans"].read_text("utf-8").splitlines()
    assert bad[1] == "1001,C1,2024-03-01 09:15:00.000000,1990-02-28,150000.5,12.5,Trade,1,Good"
    nested = typed().set_column(4, "amount", pa.array([[1.0]] * 5))
    pq.write_table(nested, tmp_path / "loans.parquet")
    portfolio = read_portfolio(CONTRACT, tmp_path)
    assert places(portfolio.errors) == [("type", None, "amount")]
    assert portfolio.counts["loans"] == (5, 0)


def test_damaged_parquet_and_excel_are_named(tmp_path: Path) -> None:
    pq.write_table(typed(), tmp_path / "whole.parquet")
    write_sheet(tmp_path / "whole.xlsx", pa.table({n: ["x"] for n in NAMES}))
    whole = {p.suffix: p.read_bytes() for p in tmp_path.iterdir()}
    middle = len(whole[".parquet"]) // 2
    for name, content, rule in (
        ("a.parquet", whole[".parquet"][:middle], "cut-file"),
        (
            "b.parquet",
            whole[".parquet"][:4] + bytes(middle) + whole[".parquet"][-middle:],
            "cut-file",
        ),
        ("c.parquet", CSV.encode(), "wrong-format"),
        ("d.parquet", b"", "empty-file"),
        ("e.xlsx", whole[".xlsx"][: len(whole[".xlsx"]) // 2], "cut-file"),
        ("f.xlsx", b"<html><table></table></html>", "wrong-format"),
        ("g.xls", b"<html><table></table></html>", "wrong-format"),
        ("h.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), "wrong-format"),
        ("i.xlsx", b"", "empty-file"),
    ):
        (tmp_path / name).write_bytes(content)
        portfolio = read_portfolio(CONTRACT, tmp_path / name)
        assert [f.rule for f in portfolio.errors] == [rule], name
        assert portfolio.counts["loans"] == (0, 0)


@pytest.mark.parametrize("suffix", ["parquet", "xlsx"])
def test_random_damage_to_bytes_never_escapes_as_another_error(suffix: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    file = tmp_path / f"loans.{suffix}"
    if suffix == "parquet":
        pq.write_table(typed(), file)
    else:
        write_sheet(file, pa.table({name: ["x"] for name in NAMES}))
    whole, named = file.read_bytes(), 0
    for _ in range(100):
        damaged = bytearray(whole)
        for place in chance.sample(range(len(whole)), 3):
            damaged[place] ^= chance.randrange(1, 256)
        file.write_bytes(damaged)
        with suppress(DataFileError):
            named += bool(read_portfolio(CONTRACT, tmp_path).errors)
    assert named > 80


def test_excel_titles_failed_formulas_and_rows_in_one_cell_are_named(tmp_path: Path) -> None:
    us = typed().set_column(2, "applied_at", typed()["applied_at"].cast("timestamp[us]"))
    write_sheet(tmp_path / "loans.xlsx", us, above=1)
    book = openpyxl.load_workbook(tmp_path / "loans.xlsx")
    sheet = book["loans"]
    sheet["E4"], sheet["F5"], sheet["A9"] = "#N/A", "=SUM(1,2)", ROWS[0]
    book.save(tmp_path / "loans.xlsx")
    portfolio = read_portfolio(CONTRACT, tmp_path)
    assert places(portfolio.errors) == [
        ("two-headers", 1, None),
        ("type", 4, "amount"),
        ("type", 5, "term"),
        ("wrapped-row", 9, None),
    ]
    assert portfolio.counts["loans"] == (7, 3)
    book = openpyxl.Workbook()
    for line in (HEADER, *ROWS):
        book.worksheets[0].append([line])
    book.save(tmp_path / "loans.xlsx")
    portfolio = read_portfolio(CONTRACT, tmp_path)
    assert places(portfolio.errors) == [("wrapped-row", row, None) for row in range(1, 7)]
    assert portfolio.counts["loans"] == (5, 0)


def test_a_workbook_may_hold_a_sheet_for_each_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, text in (("Loans", CSV), ("payments", PAYMENTS), ("notes", "x\n")):
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            sheet.append(line.split(","))
    book.save(tmp_path / "book.xlsx")
    portfolio = read_portfolio(BOTH, tmp_path / "book.xlsx")
    assert portfolio.errors == []
    assert portfolio.counts == {"loans": (5, 5), "payments": (3, 3)}
    assert {f.file for f in portfolio.findings} == {"book.xlsx[payments]"}
    book.remove(book["payments"])
    book.save(tmp_path / "book.xlsx")
    with pytest.raises(DataFileError, match="no table 'payments'"):
        read_portfolio(BOTH, tmp_path / "book.xlsx")
