"""What reading left behind: the report of findings, the good rows and the rows kept apart."""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from data.reading.portfolio import Portfolio

REPORT_COLUMNS = ("file", "row", "field", "value_class", "rule", "severity", "message")


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Paths of what was written: the report and, by table, good rows and rows kept apart."""

    report: Path
    good: dict[str, Path]
    bad: dict[str, Path]

    def paths(self) -> dict[str, Path]:
        """All paths by name: ``report``, ``<table>.good`` and ``<table>.bad``."""
        good = {f"{table}.good": path for table, path in self.good.items()}
        bad = {f"{table}.bad": path for table, path in self.bad.items()}
        return {"report": self.report, **good, **bad}


def write_report(portfolio: Portfolio, out: Path) -> ReportFiles:
    """Write ``report.csv``, ``<table>.good.parquet`` and ``<table>.bad.csv`` into ``out``.

    The bad rows stand as they stood in the file, under its header, ready to be mended and read
    again. Good and bad rows together are all rows that were read.
    """
    out.mkdir(parents=True, exist_ok=True)
    files = ReportFiles(out / "report.csv", {}, {})
    with files.report.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(REPORT_COLUMNS)
        writer.writerows([getattr(f, c) for c in REPORT_COLUMNS] for f in portfolio.findings)
    for name, table in portfolio.tables.items():
        files.good[name] = out / f"{name}.good.parquet"
        pq.write_table(table, files.good[name])
    for name, aside in portfolio.aside.items():
        files.bad[name] = out / f"{name}.bad.csv"
        with files.bad[name].open("wb") as target:
            target.writelines(line + b"\n" for line in (aside.header, *aside.lines))
    return files


def summary(portfolio: Portfolio) -> dict[str, Any]:
    """Counts by file and by rule, for people and for ``--json``."""
    errors = portfolio.errors
    return {
        "contract": portfolio.contract.contract,
        "ok": not errors,
        "tables": {
            name: {
                "file": portfolio.files[name].name if name in portfolio.files else None,
                "sha256": portfolio.sha256.get(name),
                "read": read,
                "kept": kept,
                "bad": read - kept,
            }
            for name, (read, kept) in portfolio.counts.items()
        },
        "errors": dict(Counter(str(f.rule) for f in errors).most_common()),
        "notes": [str(f) for f in portfolio.findings if f.severity == "note"],
    }
