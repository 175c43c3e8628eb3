"""Decimal commas are read where a person says so, and never guessed."""

from pathlib import Path

import pytest

from data.reading import Decimal, Portfolio, read_portfolio
from tests.data.bad_files import CONTRACT, HEADER, ROWS


def french(amounts: list[str]) -> str:
    """The good file as a French spreadsheet saves it, with these amounts."""
    lines = [line.split(",") for line in (HEADER, *ROWS)]
    at = lines[0].index("amount")
    for cells, amount in zip(lines[1:], amounts, strict=True):
        cells[at] = amount
    return "\n".join(";".join(cells) for cells in lines) + "\n"


def read(folder: Path, content: str, decimal: Decimal) -> Portfolio:
    (folder / "loans.csv").write_text(content, "utf-8")
    return read_portfolio(CONTRACT, folder, decimal=decimal)


def test_a_decimal_comma_is_read_as_it_is_meant(tmp_path: Path) -> None:
    amounts = ["150000,5", "250000", "90000,0", "-0,25e3", "310000,25"]
    portfolio = read(tmp_path, french(amounts), ",")
    values = [float(a.replace(",", ".")) for a in amounts]
    if low_high := CONTRACT.tables["loans"].columns["amount"].range:
        values = [v for v in values if low_high[0] <= v <= low_high[1]]
    assert portfolio.tables["loans"]["amount"].to_pylist() == values
    assert not [f for f in portfolio.errors if f.field != "amount"], "semicolons are as usual"


@pytest.mark.parametrize(
    ("cell", "value_class"),
    [
        ("1.500", "a number with thousands separators"),
        ("1500.5", "a number with a decimal point"),
        ("1.500,25", "a number with thousands separators"),
    ],
)
def test_a_point_beside_decimal_commas_is_never_guessed(
    cell: str, value_class: str, tmp_path: Path
) -> None:
    portfolio = read(tmp_path, french([cell, "250000", "90000,0", "1000", "310000,25"]), ",")
    (finding,) = portfolio.errors
    assert (finding.row, finding.field, finding.value_class) == (2, "amount", value_class)
    assert "a decimal comma and no separators" in finding.message
    assert cell not in finding.message


def test_without_being_told_the_error_says_what_to_say(tmp_path: Path) -> None:
    portfolio = read(tmp_path, french(["150000,5", "250000", "90000", "1000", "310000"]), ".")
    told = [f.message for f in portfolio.errors if f.field == "amount"]
    assert told == [
        "must be a number with a decimal point and no separators, but holds a number with a "
        "decimal comma; say --decimal , if the numbers of all CSV files are written so"
    ]


def test_points_stay_points_where_nothing_is_said(tmp_path: Path) -> None:
    content = "\n".join((HEADER, *ROWS)) + "\n"
    assert read(tmp_path, content, ".").errors == []
