"""Reading files for a command that computes from them, and when it must not."""

from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.data_files import report_findings
from api.cli.output import err, progress_bar

if TYPE_CHECKING:
    from data.contract import Contract
    from data.features.engine import EngineName
    from data.loading import LoadedApplications
    from data.reading import Decimal, Portfolio

MOST_BAD_SHARE = 0.05


def load(
    contract: "Contract",
    path: Path,
    *,
    labelled: bool,
    encoding: str | None = None,
    decimal: "Decimal" = ".",
    engine: "EngineName" = "duckdb",
) -> "LoadedApplications":
    """Read and join files with a progress bar; say what was put aside.

    Raises DataFileError when a file gave no row, or too many applications are bad.
    """
    from data.errors import DataFileError
    from data.loading import load_applications

    with progress_bar() as progress:
        loaded = load_applications(
            contract,
            path,
            labelled=labelled,
            encoding=encoding,
            decimal=decimal,
            progress=progress,
            engine=engine,
        )
    portfolio = loaded.portfolio
    if portfolio.errors:
        payload = report_findings(portfolio, None)
        err.print(
            f"{len(portfolio.errors)} findings; bad rows were put aside. "
            f"Report: {payload['report']['report']}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    check_files(portfolio)
    read, kept = portfolio.counts[contract.applications]
    if read and 1 - kept / read > MOST_BAD_SHARE:
        raise DataFileError(
            f"{read - kept} of {read} applications are bad, more than {MOST_BAD_SHARE:.0%}: "
            "mend the files (see the report) before anything is computed from the rest"
        )
    return loaded


def check_files(portfolio: "Portfolio") -> None:
    """Raise DataFileError, which names file and rule, if a file is there but gave no row."""
    from data.errors import DataFileError

    if portfolio.unusable:
        told = "; ".join(map(str, portfolio.unusable))
        raise DataFileError(f"no row of the file can be used: {told}")
