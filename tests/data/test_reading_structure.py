"""Files that came damaged as a whole or in the structure of their rows: each is named exactly."""

import gzip
from pathlib import Path

import pytest

from data.reading import write_report
from tests.data.bad_files import CSV, HEADER, NAMES, ROWS, places, read, with_row

WRAPPED = [f'"{line}"' for line in (HEADER, *ROWS)]
PADDED = [line + "," * (len(NAMES) - 1) for line in WRAPPED]
UNITS = "number,text,date,date,UGX,months,name,yes/no,flag"
SHIFTED = CSV.replace(HEADER, "a,b,c,d,e,f,g,h,i")
Expected = list[tuple[str, int | None, str | None]]

# What is done to the file, what must be found, and the rows (of five) that stay good.
CASES: dict[str, tuple[bytes | str, Expected, int]] = {
    "all rows wrapped": (
        "\n".join(WRAPPED) + "\n",
        [("wrapped-row", row, None) for row in range(1, 7)],
        0,
    ),
    "all rows wrapped, padded with commas": (
        "\n".join(PADDED) + "\n",
        [("wrapped-row", row, None) for row in range(1, 7)],
        0,
    ),
    "one row wrapped": (with_row(3, WRAPPED[2]), [("wrapped-row", 3, None)], 4),
    "cut inside a row": (CSV[:-30], [("cut-file", 6, None)], 4),
    "cut inside quotes": (CSV[:-40] + '"Fa', [("cut-file", 6, None)], 4),
    "cut inside a last field of fixed width": (
        "\n".join(",".join(line.split(",")[::-1]) for line in (HEADER, *ROWS))[:-1],
        [("cut-file", 6, None)],
        4,
    ),
    "column names twice": (
        "\n".join((HEADER, HEADER.upper(), *ROWS)) + "\n",
        [("two-headers", 2, None)],
        5,
    ),
    "row of units": ("\n".join((HEADER, UNITS, *ROWS)) + "\n", [("two-headers", 2, None)], 5),
    "titles above the names": (
        f"Loan book,,,,,,,,\n\n{CSV}",
        [("two-headers", 1, None)],
        5,
    ),
    "names again in the middle": (
        "\n".join((HEADER, *ROWS[:2], HEADER, *ROWS[2:])) + "\n",
        [("two-headers", 4, None)],
        5,
    ),
    "latin-1": (CSV.encode("latin-1"), [("encoding", 4, "sector")], 4),
    "UTF-16": (CSV.encode("utf-16"), [("encoding", None, None)], 0),
    "UTF-16 without mark": (CSV.encode("utf-16-le"), [("encoding", None, None)], 0),
    "byte order mark": (CSV.encode("utf-8-sig"), [("byte-order-mark", 1, None)], 5),
    "semicolons": (CSV.replace(",", ";"), [("delimiter", 1, None)], 5),
    "tabs": (CSV.replace(",", "\t"), [("delimiter", 1, None)], 5),
    "Excel names the delimiter": (
        "sep=;\n" + CSV.replace(",", ";"),
        [("delimiter", 2, None)],
        5,
    ),
    "one row with semicolons": (
        with_row(3, ROWS[1].replace(",", ";")),
        [("field-count", 3, None)],
        4,
    ),
    "too many fields": (with_row(4, ROWS[2] + ",x"), [("field-count", 4, None)], 4),
    "too few fields": (with_row(4, "1003,C3"), [("field-count", 4, None)], 4),
    "a blank row with fields and a short last row": (
        CSV + ",,,,,,,,\n\n" + "Total,5\n",
        [("cut-file", 9, None)],
        5,
    ),
    "quotation mark never closed": (
        with_row(3, ROWS[1].replace("C2", '"C2')),
        [("quotes", 3, None)],
        4,
    ),
    "quotation mark inside a quoted field": (
        with_row(3, ROWS[1].replace("C2", '"C"2"')),
        [("quotes", 3, None)],
        4,
    ),
    "NUL bytes": (with_row(5, ROWS[3].replace("C4", "C\0")), [("nul-byte", 5, None)], 4),
    "carriage returns alone": (CSV.replace("\n", "\r"), [("line-ends", None, None)], 5),
    "one carriage return": (
        with_row(5, ROWS[3].replace("C4", "C\r4")),
        [("line-ends", 5, None)],
        4,
    ),
    "a very long row": (with_row(2, "x" * (1 << 21)), [("long-row", 2, None)], 4),
    "empty": ("", [("empty-file", None, None)], 0),
    "blank lines": ("\n \n\n", [("empty-file", None, None)], 0),
    "names only": (HEADER + "\n", [("no-rows", None, None)], 0),
    "no names": ("\n".join(ROWS) + "\n", [("no-header", None, None)], 0),
    "no names, but a value that is one": (
        "\n".join(ROWS).replace("Trade", "Loan") + "\n",
        [("no-header", None, None)],
        0,
    ),
    "other names": (SHIFTED, [("no-header", None, None)], 0),
    "web page": (
        "\n<HTML><table><tr><td>1001</td></tr></table>",
        [("wrong-format", None, None)],
        0,
    ),
    "workbook called CSV": (b"PK\x03\x04" + bytes(60), [("wrong-format", None, None)], 0),
    "column twice": (
        CSV.replace("client", "loan"),
        [("duplicate-column", 1, "loan"), ("missing-column", None, "client")],
        0,
    ),
    "column absent": (CSV.replace("amount", "amnt"), [("missing-column", None, "amount")], 0),
}


@pytest.mark.parametrize("name", CASES)
def test_damage_is_named_exactly(name: str, tmp_path: Path) -> None:
    content, expected, kept = CASES[name]
    portfolio = read(tmp_path, content)
    assert sorted(places(portfolio.errors), key=str) == sorted(expected, key=str)
    assert portfolio.counts["loans"][1] == kept
    assert all(f.file == "loans.csv" and f.message for f in portfolio.findings)
    told = " ".join(map(str, portfolio.findings))
    assert not [v for v in ("1001", "C2", "Café", "Farming") if v in told]


@pytest.mark.parametrize("name", CASES)
def test_every_row_is_in_the_good_or_the_bad_file(name: str, tmp_path: Path) -> None:
    content, _, kept = CASES[name]
    portfolio = read(tmp_path, content)
    files = write_report(portfolio, tmp_path / "out")
    bad = files.bad["loans"].read_bytes()
    read_rows, kept_rows = portfolio.counts["loans"]
    assert kept_rows == kept
    assert bad.count(b"\n") == 1 + read_rows - kept_rows + bad.count(b"loan,client,applied_at\n")
    raw = content.encode() if isinstance(content, str) else content
    for line in portfolio.aside["loans"].lines:
        assert line in raw


def test_values_are_not_touched_by_byte_order_mark_delimiter_or_encoding(tmp_path: Path) -> None:
    plain = read(tmp_path, CSV).tables["loans"]
    assert plain.num_rows == len(ROWS)
    for content, encoding in (
        (CSV.encode("utf-8-sig"), None),
        (CSV.replace(",", ";").encode(), None),
        (CSV.replace("\n", "\r\n").encode(), None),
        (CSV.replace("\n", "\r").encode(), None),
        (CSV.encode("latin-1"), "latin-1"),
        (CSV.encode("cp1252"), "cp1252"),
        (CSV.encode("utf-16"), "utf-16"),
        (CSV.encode(), "latin-1"),
    ):
        portfolio = read(tmp_path, content, encoding=encoding)
        assert portfolio.tables["loans"].equals(plain)


def test_quoted_fields_may_hold_anything(tmp_path: Path) -> None:
    nasty = [
        'a "quoted" name',
        "comma, inside",
        "two\nlines",
        "three\r\nlines",
        "5'' pipe",
        '"',
        "",
    ]
    rows = [
        f'{i},"{text.replace(chr(34), chr(34) * 2)} {i}",2024-01-01,,,6,Trade,,Good'
        for i, text in enumerate(nasty)
    ]
    portfolio = read(tmp_path, "\n".join((HEADER, *rows)) + "\n")
    assert portfolio.findings == []
    expected = [f"{text} {i}".strip() for i, text in enumerate(nasty)]
    assert portfolio.tables["loans"]["client"].to_pylist() == expected


def test_rows_after_a_quoted_line_break_count_as_in_a_spreadsheet(tmp_path: Path) -> None:
    lines = [HEADER, ROWS[0].replace("C1", '"C\n1"'), "", ROWS[1].replace("Bad", "Ugly")]
    assert places(read(tmp_path, "\n".join(lines) + "\n").errors) == [("category", 4, "outcome")]


def test_a_last_row_without_line_end_is_kept_with_a_note(tmp_path: Path) -> None:
    portfolio = read(tmp_path, CSV.rstrip("\n"))
    assert portfolio.errors == []
    assert places(portfolio.findings) == [("final-line-end", 6, None)]
    assert portfolio.counts["loans"] == (5, 5)


def test_a_packed_file_reads_like_a_plain_one_and_a_cut_one_is_named(tmp_path: Path) -> None:
    packed = gzip.compress(CSV.encode())
    assert read(tmp_path, packed, "loans.csv.gz").counts["loans"] == (5, 5)
    cut = read(tmp_path, packed[: len(packed) // 2], "loans.csv.gz")
    assert places(cut.errors) == [("cut-file", None, None)]


def test_unknown_columns_are_left_out_with_one_note(tmp_path: Path) -> None:
    lines = CSV.splitlines()
    wide = "\n".join(f"{line},{'note' if i == 0 else 'secret'}" for i, line in enumerate(lines))
    portfolio = read(tmp_path, wide + "\n")
    assert portfolio.errors == []
    assert [str(f.rule) for f in portfolio.findings] == ["unknown-column"]
    assert "'note'" in portfolio.findings[0].message
    assert portfolio.tables["loans"].column_names == list(NAMES)


def test_a_missing_column_names_the_nearest_one(tmp_path: Path) -> None:
    portfolio = read(tmp_path, CSV.replace("applied_at", "Applied At"))
    assert places(portfolio.errors) == [("missing-column", None, "applied_at")]
    assert "'Applied At'" in portfolio.errors[0].message
