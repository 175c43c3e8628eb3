"""Reading and checking the files of a portfolio (a job dependency: needs pyarrow)."""

from data.reading.cells import Decimal
from data.reading.findings import Finding, Rule
from data.reading.portfolio import Portfolio, read_portfolio
from data.reading.report import ReportFiles, summary, write_report

__all__ = [
    "Decimal",
    "Finding",
    "Portfolio",
    "ReportFiles",
    "Rule",
    "read_portfolio",
    "summary",
    "write_report",
]
