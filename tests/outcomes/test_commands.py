"""``microscore outcomes`` and its daily job, from an institution's files to a report."""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from api.audits import AuditSettings
from api.log import Log
from api.schedule import KINDS
from api.wiring import open_ledger
from api.worker import Done, Worker
from data.store.performance import newest_report
from tests.decisions import decision
from tests.outcomes.champion import lending_bundle
from tests.outcomes.lending import LENT
from tests.story.conftest import Outcome, run_command
from tests.web.world import home_settings, promote

Row = Mapping[str, Any]
DUES = [LENT + timedelta(days=30 * n) for n in (1, 2, 3)]
N = 40
SEEN = LENT + timedelta(days=230)


def loans(n: int = N) -> list[Row]:
    return [{"loan_id": f"L-{i}", "client_id": f"C-{i}", "lent_on": LENT} for i in range(n)]


def instalments(n: int = N) -> list[Row]:
    return [
        {"loan_id": f"L-{i}", "number": k, "due_on": due, "agreed_on": LENT, "owed": 100}
        for i in range(n)
        for k, due in enumerate(DUES, 1)
    ]


def repayments(n: int = N) -> list[Row]:
    """Every fourth loan is never repaid; the last payment shows until when."""
    rows = [
        {"loan_id": f"L-{i}", "paid_on": due, "posted_on": due, "paid": 100}
        for i in range(n)
        if i % 4
        for due in DUES
    ]
    return [*rows, {"loan_id": "L-0", "paid_on": SEEN, "posted_on": SEEN, "paid": 1}]


COLUMNS = {
    "loans": ("loan_id", "client_id", "lent_on", "written_off_on", "rescheduled_on"),
    "instalments": ("loan_id", "number", "due_on", "agreed_on", "owed"),
    "repayments": ("loan_id", "paid_on", "posted_on", "reversed_on", "paid"),
}


def write(folder: Path, table: str, rows: Sequence[Row]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{table}.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS[table])
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a champion whose label is computed."""
    monkeypatch.setenv("MICROSCORE_HOME", str(tmp_path / "home"))
    promote(home_settings(tmp_path / "home"), lending_bundle())
    return tmp_path / "home"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    write(folder, "loans", loans())
    write(folder, "instalments", instalments())
    write(folder, "repayments", repayments())
    return folder


def outcomes(*arguments: object) -> Outcome:
    return run_command("outcomes", *map(str, arguments), "--json")


def test_files_are_taken_in_once(home: Path, files: Path) -> None:
    done = outcomes("import", files)
    assert done.code == 0, done.errors
    events = N + len(repayments())
    counts = {"loans": N, "instalments": 3 * N, "events": events, "known": 0, "erased": 0}
    assert {name: done.json[name] for name in counts} == counts
    again = outcomes("import", files).json
    assert (again["loans"], again["events"], again["known"]) == (0, 0, 3 * N + events)
    (status,) = outcomes("status").json["contracts"]
    assert (status["loans"], status["seen_until"]) == (N, f"{SEEN}")


def test_bad_rows_are_told_and_good_ones_kept(home: Path, files: Path) -> None:
    wrong: list[Row] = [
        {"loan_id": "L-1", "paid_on": "yesterday", "posted_on": LENT, "paid": 7},
        {"loan_id": "L-77", "paid_on": LENT, "posted_on": LENT, "paid": 7},
        {"loan_id": "L-2", "paid_on": LENT, "posted_on": LENT, "paid": 7},
    ]
    write(files, "repayments", wrong)
    done = outcomes("import", files)
    assert done.code == 2
    assert done.json["events"] == N + 1
    assert [text.split(":")[0] for text in done.json["bad_rows"]] == [
        "repayments.csv, row 2, paid_on"
    ]
    assert done.json["refused"] == [
        "repayments.csv, row 3, application_id: no loan of this application is stored"
    ]


def test_a_file_by_itself_and_in_any_format(home: Path, files: Path, tmp_path: Path) -> None:
    book = Workbook()
    book.remove(book.active)
    for table, rows in (("loans", loans()), ("instalments", instalments())):
        sheet = book.create_sheet(table)
        sheet.append(COLUMNS[table])
        for row in rows:
            sheet.append([row.get(name) for name in COLUMNS[table]])
    book.save(tmp_path / "branch.xlsx")
    full = [{name: None, **row} for row in repayments() for name in ["reversed_on"]]
    table = pa.Table.from_pylist(full)
    as_days = table.schema.get_field_index("reversed_on")
    table = table.set_column(as_days, "reversed_on", table["reversed_on"].cast(pa.date32()))
    pq.write_table(table, tmp_path / "repayments.parquet")
    late = outcomes("import", tmp_path / "repayments.parquet")
    assert (late.code, late.json["events"]) == (2, 0)
    done = outcomes("import", tmp_path / "repayments.parquet", tmp_path / "branch.xlsx")
    assert done.code == 0, done.errors
    assert done.json["events"] == N + len(repayments())
    assert outcomes("import", files).json["known"] == 3 * N + done.json["events"]


def test_two_payments_that_are_alike_are_two(home: Path, files: Path) -> None:
    write(files, "repayments", [*repayments(), *repayments()[:1]])
    assert outcomes("import", files).json["events"] == N + len(repayments()) + 1


def test_a_reversal_in_a_longer_file_is_an_event_of_its_own(home: Path, files: Path) -> None:
    outcomes("import", files)
    back = [dict(repayments()[0]) | {"reversed_on": SEEN}, *repayments()[1:]]
    write(files, "repayments", back)
    done = outcomes("import", files)
    assert (done.code, done.json["events"]) == (0, 1)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("something.csv", "must be named after its table"),
        ("empty", "holds none of the tables"),
        ("loans.txt", "must end in one of"),
    ],
)
def test_what_is_no_outcome_is_refused(home: Path, tmp_path: Path, name: str, error: str) -> None:
    path = tmp_path / name
    path.mkdir() if name == "empty" else path.write_text("loan_id\n1\n")
    done = outcomes("import", path)
    assert done.code == 2
    assert error in done.errors.replace("\n", " ")


def test_a_label_in_a_column_cannot_mature(home: Path, files: Path) -> None:
    done = outcomes("import", files, "--contract", "taiwan_cards")
    assert done.code == 1
    assert "stands in a column" in done.errors.replace("\n", " ")


def decide() -> None:
    """Each loan was scored before it was lent, at 9 %."""
    at = datetime(LENT.year, LENT.month, LENT.day, 7, tzinfo=UTC)
    version = run_command("models", "list", "--json").json["models"][0]["version"]
    made = [
        decision(
            i,
            application_id=f"L-{i}",
            applicant_id=f"C-{i}",
            created_at=at,
            model_version=version,
            pd=0.09,
        )
        for i in range(N)
    ]
    with open_ledger() as (store, ledger), store.write() as connection:
        ledger.append(connection, made)


def test_performance_from_files_to_html(home: Path, files: Path) -> None:
    decide()
    outcomes("import", files)
    done = outcomes("performance", "--day", f"{SEEN}")
    assert done.code == 0, done.errors
    assert done.json["loans"] == {"stored": N, "decided": N, "matured": N, "whole": N}
    (year,) = done.json["years"]
    assert (year["n"], year["observed"], year["alarm"]) == (N, N // 4, False)
    assert year["ratio"]["value"] == pytest.approx(N / 4 / (N * 0.09))
    assert year["e_value"] > 1
    folder = Path(done.json["folder"])
    assert folder == home / "outcomes" / done.json["model"] / f"{SEEN}"
    assert "<svg" in (folder / "performance.html").read_text()
    early = outcomes("performance", "--day", f"{SEEN - timedelta(days=1)}").json
    assert (early["loans"]["matured"], early["years"]) == (0, [])
    assert run_command("outcomes", "performance", "--day", f"{SEEN}").code == 0
    assert run_command("outcomes", "schema").json["title"] == "Performance"


def job(home: Path, now: datetime) -> Done:
    settings = AuditSettings(home=home, store_url=None)
    kinds = [kind for kind in KINDS if kind.name == "outcomes"]
    with open_ledger() as (store, _):
        (done,) = Worker(store, settings, Log(), kinds, clock=lambda: now).once()
        kept = newest_report(store)
    assert done.error is None
    assert (kept.report_id if kept else None) == (done.result or {}).get("report")
    return done


def test_the_daily_job_keeps_a_report_as_known_yesterday(home: Path, files: Path) -> None:
    decide()
    outcomes("import", files)
    tomorrow = datetime.combine(SEEN + timedelta(days=1), datetime.min.time(), UTC)
    result = job(home, tomorrow).result or {}
    assert (result["matured"], result["alarm"]) == (N, False)
    assert date.fromisoformat(Path(result["folder"]).name) == SEEN
