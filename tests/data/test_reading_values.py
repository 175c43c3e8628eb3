"""Wrong values in sound files: the report names row, field, rule and kind, never the value."""

import csv
import math
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.contract import Column
from data.reading import summary, write_report
from data.reading.cells import check_column
from tests.data.bad_files import CSV, HEADER, NAMES, ROWS, places, read, with_cell, with_row

# Field, value, rule and the kind of value that is told to people.
WRONG = (
    ("amount", "lots", "type", "a text"),
    ("amount", "12a4b6", "type", "a text"),
    ("amount", "1 234", "type", "a number with thousands separators"),
    ("amount", "1.234.567", "type", "a number with thousands separators"),
    ("amount", "150'000", "type", "a number with thousands separators"),
    ("amount", "UGX 150000", "type", "a number with a currency or unit"),
    ("amount", "150000/=", "type", "a number with a currency or unit"),
    ("amount", "nan", "type", "a word for 'missing'"),
    ("amount", "N/A", "type", "a word for 'missing'"),
    ("amount", "null", "type", "a word for 'missing'"),
    ("amount", "-Infinity", "type", "an infinite number"),
    ("amount", "1e400", "type", "a number too large to hold"),
    ("amount", "0x1F", "type", "a text"),
    ("amount", "1_000", "type", "a text"),
    ("amount", "٣٠٠٠", "type", "a text"),
    ("amount", "25%", "type", "a percentage"),
    ("amount", "(5000)", "type", "a number in brackets"),
    ("amount", "#VALUE!", "type", "a spreadsheet error such as #N/A"),
    ("amount", "2024-03-01", "type", "a date"),
    ("amount", "999.99", "range", "a number below the range"),
    ("amount", "1000000.01", "range", "a number above the range"),
    ("term", "3.5", "type", "a number with a fraction"),
    ("term", "99999999999999999999", "type", "a number too large to hold"),
    ("term", "-3", "range", "a number below the range"),
    ("loan", "", "required", "empty"),
    ("client", "  ", "required", "empty"),
    ("client", "#N/A", "type", "a spreadsheet error such as #N/A"),
    ("applied_at", "31/03/2024", "date", "a day-first date"),
    ("applied_at", "03/31/2024 10:00", "date", "a month-first date"),
    ("applied_at", "03/04/2024", "date", "a day-first or month-first date"),
    ("applied_at", "45352", "date", "a number (Excel serial date?)"),
    ("applied_at", "20240301", "date", "a number"),
    ("applied_at", "2024-02-30", "date", "an impossible date"),
    ("applied_at", "2024-03-01 25:00", "date", "a year-first date in another form"),
    ("applied_at", "2024/03/01", "date", "a year-first date in another form"),
    ("applied_at", "1 March 2024", "date", "a date with the name of a month"),
    ("applied_at", "yesterday", "date", "a text"),
    ("applied_at", "31/02/2024", "date", "an impossible date"),
    ("applied_at", "0025-02-01 09:30:00", "range", "a date before 1900"),
    ("born", "1899-12-31", "range", "a date before 1900"),
    ("born", "1990-02-28 10:30:00", "date", "a date with a time of day"),
    ("sector", "trade", "category", "a category in other letter case"),
    ("sector", "Fishing", "category", "a value that is no category"),
    ("repeat", "maybe", "type", "a text"),
    ("repeat", "2", "type", "a number"),
)


@pytest.mark.parametrize(("field", "value", "rule", "value_class"), WRONG)
def test_a_wrong_value_is_named(
    field: str, value: str, rule: str, value_class: str, tmp_path: Path
) -> None:
    portfolio = read(tmp_path, with_cell(4, field, value))
    assert places(portfolio.findings) == [(rule, 4, field)]
    finding = portfolio.findings[0]
    assert finding.value_class == value_class
    assert not value.strip() or value not in str(finding).replace(value_class, "")
    assert str(finding).startswith(f"loans.csv, row 4, {field}: must ")
    assert portfolio.counts["loans"] == (5, 4)
    assert "1003" not in map(str, portfolio.tables["loans"]["loan"].to_pylist())


@pytest.mark.parametrize(
    ("value", "value_class"),
    [("1,234", "a number with thousands separators"), ("12,5", "a number with a decimal comma")],
)
def test_a_comma_in_a_number_is_named(value: str, value_class: str, tmp_path: Path) -> None:
    row = f'1003,C3,2024-03-03,,"{value}",24,Trade,false,Good'
    findings = read(tmp_path, with_row(4, row)).findings
    assert [(f.row, f.field, f.value_class) for f in findings] == [(4, "amount", value_class)]


def test_every_wrong_field_of_a_row_is_named(tmp_path: Path) -> None:
    portfolio = read(tmp_path, with_row(3, "1002,,02/03/2024,x,y,1.5,z,w,Bad"))
    assert places(portfolio.errors) == [
        ("required", 3, "client"),
        ("date", 3, "applied_at"),
        ("date", 3, "born"),
        ("type", 3, "amount"),
        ("type", 3, "term"),
        ("category", 3, "sector"),
        ("type", 3, "repeat"),
    ]
    assert portfolio.aside["loans"].rows == [3]


def test_an_ambiguous_date_is_judged_by_its_column(tmp_path: Path) -> None:
    dates = ["01/02/2024", "25/02/2024", "03/02/2024", "2024-03-04", "2024-03-05"]
    lines = [line.replace(line.split(",")[2], day) for line, day in zip(ROWS, dates, strict=True)]
    portfolio = read(tmp_path, "\n".join((HEADER, *lines)) + "\n")
    assert [(f.row, f.value_class) for f in portfolio.errors] == [
        (row, "a day-first date") for row in (2, 3, 4)
    ]


def test_good_values_come_out_typed(tmp_path: Path) -> None:
    portfolio = read(tmp_path, CSV)
    assert portfolio.findings == []
    table = portfolio.tables["loans"]
    assert table["loan"].to_pylist() == [1001, 1002, 1003, 1004, 1005]
    assert table["applied_at"].to_pylist()[:2] == [
        datetime.fromisoformat("2024-03-01 09:15:00"),
        datetime.fromisoformat("2024-03-02 00:00:00"),
    ]
    assert table["born"].to_pylist()[1:3] == [date(1985, 12, 31), None]
    assert table["amount"].to_pylist() == [150000.5, 250000.0, 90000.0, None, 310000.25]
    assert table["repeat"].to_pylist() == [True, False, False, True, None]


def test_missing_codes_are_missing(tmp_path: Path) -> None:
    for field, code in (("term", "-9"), ("term", "-9.0"), ("born", "1900-01-01")):
        portfolio = read(tmp_path, with_cell(3, field, code))
        assert portfolio.findings == []
        assert portfolio.tables["loans"][field][1].as_py() is None


def check(text: list[str], timezone: str = "Africa/Lagos", **column: object) -> list[object]:
    checked = check_column(pa.array(text), Column.model_validate(column), timezone)
    assert checked.problems == []
    values: list[object] = checked.values.to_pylist()
    return values


def test_times_with_an_offset_become_local(tmp_path: Path) -> None:
    texts = ["2024-03-01T09:00:00Z", "2024-03-01 09:00:00.5 +03:00", "2024-03-01 09:00:00.1234567"]
    assert check(texts, type="datetime") == [
        datetime.fromisoformat("2024-03-01 10:00:00"),
        datetime.fromisoformat("2024-03-01 07:00:00.500000"),
        datetime.fromisoformat("2024-03-01 09:00:00.123456"),
    ]
    assert check(["2024-02-29", "2024-03-01T23:00Z"], type="date") == [
        date(2024, 2, 29),
        date(2024, 3, 2),
    ]


def test_the_contract_may_give_another_form_of_dates() -> None:
    assert check(["31/03/2024"], type="date", format="%d/%m/%Y") == [date(2024, 3, 31)]
    checked = check_column(pa.array(["2024-03-31"]), Column(type="date", format="%d/%m/%Y"), "UTC")
    assert checked.values.to_pylist() == [None]
    assert checked.problems[0].message == (
        "must be a date in the contract's form %d/%m/%Y, "
        "but holds a year-first date in another form"
    )


def test_looser_forms_that_leave_no_doubt_are_read() -> None:
    assert check(["3.0", "+7", "007", "1e3"], type="integer") == [3, 7, 7, 1000]
    assert check(["+1.5", ".5", "2.", "1E-3"], type="number") == [1.5, 0.5, 2.0, 0.001]
    assert check(["Yes", "NO", "TRUE", "0", "1.0"], type="boolean") == [
        *(True, False, True, False, True),
    ]
    assert check(["2.0", "1"], type="category", categories=("1", "2")) == ["2", "1"]
    assert check(["NA", " x\u00a0", ""], type="string") == ["NA", "x", None]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_keep_every_bit(values: list[float]) -> None:
    assert check([repr(v) for v in values], type="number") == values


@given(st.lists(st.integers(-(10**18) + 1, 10**18 - 1), min_size=1, max_size=20))
def test_integers_keep_every_digit(values: list[int]) -> None:
    assert check([str(v) for v in values], type="integer") == values


@given(
    st.lists(st.datetimes(min_value=datetime.fromisoformat("1900-01-01")), min_size=1, max_size=20)
)
def test_moments_keep_every_microsecond(values: list[datetime]) -> None:
    assert check([v.isoformat() for v in values], type="datetime") == values
    days = [v.date() for v in values]
    assert check([d.isoformat() for d in days], type="date") == days


@given(st.text("0123456789+-.,eE xnaif_٣", min_size=1, max_size=8))
def test_a_number_is_what_a_person_would_write_as_one(text: str) -> None:
    checked = check_column(pa.array([text]), Column(type="number"), "UTC")
    value = checked.values[0].as_py()
    if value is None:
        assert checked.problems or not text.strip()
    else:
        assert value == float(text)
        assert math.isfinite(value)
        assert set(text.strip()) <= set("0123456789+-.eE")


def test_the_report_and_the_summary_hold_all_findings_and_no_value(tmp_path: Path) -> None:
    portfolio = read(tmp_path, with_row(3, "1002,,02/03/2024,x,secret,1.5,z,w,Bad"))
    files = write_report(portfolio, tmp_path / "out")
    with files.report.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(r["rule"], int(r["row"]), r["field"]) for r in rows] == places(portfolio.findings)
    assert "secret" not in files.report.read_text("utf-8")
    assert files.bad["loans"].read_text("utf-8").splitlines()[1].count("secret") == 1
    told = summary(portfolio)
    assert told["ok"] is False
    assert told["tables"]["loans"]["bad"] == 1
    assert told["errors"] == {"type": 3, "date": 2, "required": 1, "category": 1}
    assert set(files.paths()) == {"report", "loans.good", "loans.bad"}
    assert len(NAMES) == len(portfolio.tables["loans"].column_names)


def test_an_application_from_the_future_is_put_aside(tmp_path: Path) -> None:
    late = read(tmp_path, with_cell(3, "applied_at", "2099-04-03"))
    assert [(f.row, f.field, f.rule) for f in late.findings] == [(3, "applied_at", "future-date")]
    assert "2099" not in str(late.findings[0])
