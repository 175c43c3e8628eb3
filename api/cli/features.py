"""``microscore features``: inputs as they were known on the day, as files or kept for requests."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from api.cli.data_files import DataPath, DecimalSign, Encoding, decimal_named
from api.cli.loading import check_files
from api.cli.output import JsonOption, emit, out, progress_bar
from api.cli.targets import folder_target
from api.problem_rules import DAY

if TYPE_CHECKING:
    from data.features.engine import EngineName

app = typer.Typer(
    help="Features as they were known at the time: for training and batch scoring of portfolios "
    "beyond one machine, or kept for applicants so that requests need not send them.",
    no_args_is_help=True,
)
EngineOption = Annotated[
    str,
    typer.Option(
        envvar="MICROSCORE_ENGINE",
        help="Where features are computed: duckdb or spark; the same numbers.",
    ),
]
ContractArgument = Annotated[str, typer.Argument(help="A contract's name or YAML file.")]


def engine_named(name: str) -> "EngineName":
    """The engine called ``name``. Raises BadParameter for another one."""
    from data.features.engine import ENGINES, engine_name

    if name not in ENGINES:
        raise typer.BadParameter(f"must be one of {', '.join(ENGINES)}", param_hint="--engine")
    return engine_name(name)


@app.command()
def export(  # noqa: PLR0913, PLR0917
    contract: ContractArgument,
    data: DataPath,
    target: Annotated[
        Path, typer.Option("--out", callback=folder_target, help="New folder for Parquet files.")
    ],
    rows: Annotated[int, typer.Option(min=1, help="Applications in a file.")] = 100_000,
    labelled: Annotated[bool, typer.Option(help="With outcomes, as training needs them.")] = True,
    engine: EngineOption = "duckdb",
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    as_json: JsonOption = False,
) -> None:
    """Write every application with its inputs and outcome, a file for each part.

    `microscore train CONTRACT --data FOLDER --engine dask` trains on them with a cluster, and
    `microscore score-file` scores them part by part.
    """
    from data.contract_loading import load_contract
    from data.features.parts import write_parts
    from data.loading import load_applications

    described, where = load_contract(contract), engine_named(engine)
    with progress_bar() as progress:
        loaded = load_applications(
            described,
            data,
            labelled=labelled,
            encoding=encoding,
            decimal=decimal_named(decimal),
            progress=progress,
            engine=where,
        )
    check_files(loaded.portfolio)
    paths = write_parts(loaded.applications, loaded.y, target, rows)
    payload: dict[str, Any] = {
        "contract": described.contract,
        "applications": len(loaded),
        "parts": len(paths),
        "findings": len(loaded.portfolio.errors),
        "out": str(target),
    }
    text = f"{len(loaded)} applications in {len(paths)} files: {target}"
    emit(as_json, payload, lambda: out.print(text, soft_wrap=True, markup=False))


@app.command()
def build(
    contract: ContractArgument,
    data: DataPath,
    day: Annotated[
        str | None,
        typer.Option(
            help="Day they stand for, such as 2026-03-31: what was known when it began. "
            "Default: today, in the contract's time zone."
        ),
    ] = None,
    engine: EngineOption = "duckdb",
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    as_json: JsonOption = False,
) -> None:
    """Keep, sealed, what each source says of every applicant, for requests that do not bring it.

    `POST /score` then takes nothing for such a source: what was built within 31 days stands in,
    under the same consent. How lenient observers were is kept as well, for requests that bring
    observations as rows. A new build replaces the one before; run it every night.
    """
    from api.materialising import build_features
    from api.wiring import open_ledger
    from data.contract_loading import load_contract
    from data.reading import read_portfolio

    described, where = load_contract(contract), engine_named(engine)
    on = _day(day, described.timezone)
    with progress_bar() as progress:
        portfolio = read_portfolio(
            described,
            data,
            encoding=encoding,
            decimal=decimal_named(decimal),
            need_label=False,
            progress=progress,
        )
        check_files(portfolio)
        with open_ledger() as (store, ledger):
            built = build_features(described, portfolio.tables, on, (store, ledger), where)
    payload = {"contract": described.contract, "day": str(on), **built}
    text = f"{built['rows']} sources of {built['applicants']} applicants kept for {on}"
    emit(as_json, payload, lambda: out.print(text, markup=False, highlight=False))


def _day(text: str | None, timezone: str) -> date:
    if text is None:
        return datetime.now(ZoneInfo(timezone)).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(str(DAY.of()), param_hint="--day") from None
