"""``microscore data``: check files against a contract, generate the synthetic portfolio."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import BAD_DATA, JsonOption, emit, out, progress_bar, table
from api.cli.targets import folder_target

if TYPE_CHECKING:
    from data.reading import Decimal, Portfolio

app = typer.Typer(help="Check files, or generate a synthetic portfolio.", no_args_is_help=True)

DataPath = Annotated[
    Path,
    typer.Option("--data", exists=True, help="Folder with one file a table, or the one file."),
]
Encoding = Annotated[
    str | None, typer.Option(help="Encoding of CSV files that are not UTF-8, such as latin-1.")
]
DecimalSign = Annotated[
    str,
    typer.Option(
        "--decimal",
        metavar="SIGN",
        help="Sign before the fraction of numbers in CSV files: a point, or a comma as in 1500,25. "
        "With a comma, points in numbers are errors: they may part thousands.",
    ),
]
SHOWN = 20


@app.command()
def check(
    contract: Annotated[str, typer.Argument(help="A contract's name or YAML file.")],
    path: Annotated[Path, typer.Argument(exists=True, help="Folder of files, or one file.")],
    report: Annotated[
        Path | None,
        typer.Option(
            "--out",
            callback=folder_target,
            help="Folder for the report; default: under the home folder.",
        ),
    ] = None,
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    as_json: JsonOption = False,
) -> None:
    """Check files row by row. Exit code 2 when anything is wrong; good rows are kept apart."""
    from data.contract_loading import load_contract
    from data.reading import read_portfolio

    loaded = load_contract(contract)
    with progress_bar() as progress:
        portfolio = read_portfolio(
            loaded, path, encoding=encoding, decimal=decimal_named(decimal), progress=progress
        )
    payload = report_findings(portfolio, report)
    emit(as_json, payload, lambda: show_findings(portfolio, payload))
    if not payload["ok"]:
        raise typer.Exit(BAD_DATA)


def decimal_named(sign: str) -> "Decimal":
    """The sign of ``--decimal``. Raises BadParameter for another than a point or a comma."""
    if sign == ".":
        return "."
    if sign == ",":
        return ","
    raise typer.BadParameter("--decimal is a point or a comma")


def report_findings(portfolio: "Portfolio", folder: Path | None) -> dict[str, Any]:
    """Write the report when a row or file is wrong; return the summary with its paths."""
    from api.settings import Settings
    from data.reading import summary, write_report

    payload = summary(portfolio)
    payload["ok"] = not portfolio.errors
    if portfolio.errors or folder is not None:
        target = folder or Settings().home / "reports" / portfolio.contract.contract
        payload["report"] = {k: str(v) for k, v in write_report(portfolio, target).paths().items()}
    return payload


def show_findings(portfolio: "Portfolio", payload: dict[str, Any]) -> None:
    """Print counts, the first findings and where the whole report is."""
    counts = [[t, str(read), str(kept)] for t, (read, kept) in portfolio.counts.items()]
    out.print(table("Rows", ["table", "read", "kept"], counts))
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for f in portfolio.findings:
        rows = groups.setdefault((f.file, f.field or "", f.rule, f.message), [])
        rows.append("" if f.row is None else str(f.row))
    shown = [
        [file, field, rule, message, str(len(rows)), ", ".join(rows[:3])]
        for (file, field, rule, message), rows in list(groups.items())[:SHOWN]
    ]
    if shown:
        more = f"; {len(groups) - SHOWN} more kinds in the report" if len(groups) > SHOWN else ""
        columns = ["file", "field", "rule", "what is wrong", "times", "first rows"]
        out.print(table(f"Findings ({len(portfolio.findings)}{more})", columns, shown))
    if "report" in payload:
        out.print(f"report: {payload['report']['report']}", markup=False, soft_wrap=True)
    if payload["ok"]:
        out.print("no mistakes")


@app.command()
def generate(
    folder: Annotated[
        Path, typer.Option("--out", callback=folder_target, help="Folder to write the tables to.")
    ],
    applications: Annotated[int, typer.Option(min=100, help="Number of applications.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    approval_bias: Annotated[
        float,
        typer.Option(min=-5, max=5, help="Added to the log-odds that a woman was approved."),
    ] = -0.8,
    record_bias: Annotated[
        float,
        typer.Option(
            min=-5, max=5, help="Added, in standard deviations, to what records show of women."
        ),
    ] = 0.0,
    equal_groups: Annotated[
        bool, typer.Option("--equal-groups", help="No difference in risk between groups.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Generate a synthetic West and East African microfinance portfolio (contract: microloan).

    A world without any disparity: --approval-bias 0 --equal-groups. The truth is in truth/.
    """
    from data.synthetic import Bias, generate_portfolio

    with progress_bar() as progress:
        made = generate_portfolio(
            applications,
            seed,
            folder,
            lambda share: progress("generating", share),
            bias=Bias(approval_bias, record_bias, equal_groups),
        )
    payload = {"folder": str(folder), "applications": applications, "seed": seed, "rows": made.rows}
    shown = [[name, str(count)] for name, count in made.rows.items()]
    emit(as_json, payload, lambda: out.print(table(str(folder), ["table", "rows"], shown)))
