"""Repeated rows, several files, absent files, and real files with their known traps."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.contract import Definition, PerformanceLabel
from data.contract_loading import load_contract
from data.errors import DataFileError
from data.reading import read_portfolio, write_report
from tests.data.bad_files import (
    BOTH,
    CONTRACT,
    CSV,
    HEADER,
    PAYMENTS,
    ROWS,
    loans_table,
    make_contract,
    payments_table,
    places,
    read,
)


def lines(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"


def test_the_first_of_identical_rows_stays(tmp_path: Path) -> None:
    same = ROWS[1].replace("250000", "250000.00")
    portfolio = read(tmp_path, lines(*ROWS, ROWS[0], same))
    assert places(portfolio.errors) == [("duplicate-row", 7, "loan"), ("duplicate-row", 8, "loan")]
    assert portfolio.tables["loans"].equals(read(tmp_path, CSV).tables["loans"])
    assert "row 2" in portfolio.errors[0].message


def test_all_rows_of_one_key_that_differ_go(tmp_path: Path) -> None:
    other = ROWS[2].replace("90000", "91000")
    portfolio = read(tmp_path, lines(*ROWS, other, ROWS[2]))
    assert places(portfolio.errors) == [("conflicting-rows", row, "loan") for row in (4, 7, 8)]
    assert portfolio.tables["loans"]["loan"].to_pylist() == [1001, 1002, 1004, 1005]


def test_without_a_key_whole_rows_are_compared(tmp_path: Path) -> None:
    table = loans_table().model_copy(update={"unique": ()})
    (tmp_path / "loans.csv").write_text(lines(*ROWS, ROWS[3], ROWS[2].replace("90000", "1e5")))
    portfolio = read_portfolio(make_contract(loans=table), tmp_path)
    assert places(portfolio.errors) == [("duplicate-row", 7, None)]
    assert portfolio.counts["loans"] == (7, 6)


def test_events_may_repeat_and_orphans_get_a_note(tmp_path: Path) -> None:
    (tmp_path / "loans.csv").write_text(CSV)
    (tmp_path / "Payments.CSV").write_text(PAYMENTS)
    (tmp_path / "truth").mkdir()
    (tmp_path / "notes.txt").write_text("not a table")
    portfolio = read_portfolio(BOTH, tmp_path)
    assert portfolio.errors == []
    assert places(portfolio.findings) == [("orphan-rows", None, "client")]
    assert portfolio.tables["payments"].num_rows == 3
    assert portfolio.files["payments"].name == "Payments.CSV"
    assert all(len(checksum) == 64 for checksum in portfolio.sha256.values())


def test_attributes_stand_once_for_each_applicant(tmp_path: Path) -> None:
    kind = {"kind": "attributes", "known_at": None}
    contract = make_contract(people=payments_table().model_copy(update=kind))
    (tmp_path / "loans.csv").write_text(CSV)
    (tmp_path / "people.csv").write_text(PAYMENTS)
    errors = read_portfolio(contract, tmp_path).errors
    assert [(f.file, f.rule, f.row) for f in errors] == [("people.csv", "duplicate-row", 3)]


def test_an_optional_table_may_be_absent_and_a_needed_one_may_not(tmp_path: Path) -> None:
    (tmp_path / "loans.csv").write_text(CSV)
    with pytest.raises(DataFileError, match=r"no table 'payments'; add payments\.csv"):
        read_portfolio(BOTH, tmp_path)
    optional = make_contract(payments=payments_table().model_copy(update={"optional": True}))
    for path in (tmp_path, tmp_path / "loans.csv"):
        portfolio = read_portfolio(optional, path)
        assert [(f.rule, f.severity) for f in portfolio.findings] == [("absent-file", "note")]
        assert portfolio.tables["payments"].column_names == ["client", "paid_on", "paid"]
        assert portfolio.counts["payments"] == (0, 0)


def test_two_files_for_one_table_and_unknown_places_are_refused(tmp_path: Path) -> None:
    (tmp_path / "loans.csv").write_text(CSV)
    (tmp_path / "loans.parquet").write_bytes(b"")
    with pytest.raises(
        DataFileError, match=r"loans\.csv and loans\.parquet both hold table 'loans'"
    ):
        read_portfolio(CONTRACT, tmp_path)
    with pytest.raises(DataFileError, match="no such file or folder"):
        read_portfolio(CONTRACT, tmp_path / "nowhere")
    (tmp_path / "loans.docx").write_bytes(b"")
    with pytest.raises(DataFileError, match="must end in one of"):
        read_portfolio(CONTRACT, tmp_path / "loans.docx")
    with pytest.raises(DataFileError, match="needs tables 'loans', 'payments'"):
        read_portfolio(BOTH, tmp_path / "loans.csv")


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="no text encoding is called 'klingon'"):
        read(tmp_path, CSV.encode("latin-1"), encoding="klingon")


def test_the_label_may_be_absent_unless_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "loans.csv").write_text(CSV.replace("outcome", "remark"))
    scored = read_portfolio(CONTRACT, tmp_path)
    assert scored.errors == []
    assert scored.tables["loans"]["outcome"].null_count == 5
    trained = read_portfolio(CONTRACT, tmp_path, need_label=True)
    assert places(trained.errors) == [("missing-column", None, "outcome")]
    assert trained.counts["loans"] == (5, 0)


def test_tables_of_the_outcome_may_be_absent_unless_they_are_needed(tmp_path: Path) -> None:
    label = PerformanceLabel(
        kind="performance",
        disbursed_on="born",
        instalments="dues",
        due_on="paid_on",
        amount_due="paid",
        repayments="payments",
        paid_on="paid_on",
        amount_paid="paid",
        definition=Definition(days_past_due=30, window_days=180),
    )
    both = make_contract(payments=payments_table(), dues=payments_table())
    contract = both.model_copy(update={"label": label})
    (tmp_path / "loans.csv").write_text(CSV)
    with pytest.raises(DataFileError, match="no table 'payments'"):  # a feature is made of it
        read_portfolio(contract, tmp_path)
    (tmp_path / "payments.csv").write_text(PAYMENTS)
    assert read_portfolio(contract, tmp_path).errors == []
    with pytest.raises(DataFileError, match="no table 'dues'"):
        read_portfolio(contract, tmp_path, need_label=True)


def test_progress_ends_at_one(tmp_path: Path) -> None:
    (tmp_path / "loans.csv").write_text(CSV)
    told: list[tuple[str, float]] = []
    read_portfolio(CONTRACT, tmp_path, progress=lambda text, share: told.append((text, share)))
    assert told == [("reading loans.csv", 0.0), ("files read", 1.0)]


@pytest.mark.public_data
def test_superlender_traps(public_data: Callable[[str], Path], tmp_path: Path) -> None:
    portfolio = read_portfolio(
        load_contract("superlender"), public_data("superlender"), need_label=True
    )
    assert portfolio.counts["loans"] == (3030, 3030)
    assert portfolio.counts["previous_loans"] == (12809, 12809)
    assert {f.file for f in portfolio.errors} == {"demographics.csv"}
    read_rows, kept = portfolio.counts["demographics"]
    assert read_rows == 2287
    people = portfolio.tables["demographics"]
    assert len(set(people["customerid"].to_pylist())) == people.num_rows == kept
    assert {(f.rule, f.field) for f in portfolio.errors} == {
        ("duplicate-row", "customerid"),
        ("range", "longitude_gps"),
        ("range", "latitude_gps"),
    }
    assert len({f.row for f in portfolio.errors}) == read_rows - kept == 31
    written = write_report(portfolio, tmp_path)
    assert written.bad["demographics"].read_bytes().count(b"\n") == 1 + 31
    assert pq.read_metadata(written.good["demographics"]).num_rows == kept
