"""``microscore features``: inputs as they were known on the day, as files or kept for requests."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.data_files import DataPath, Encoding
from api.cli.output import JsonOption, emit, out, progress_bar

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
    target: Annotated[Path, typer.Option("--out", help="New folder for Parquet files.")],
    rows: Annotated[int, typer.Option(min=1, help="Applications in a file.")] = 100_000,
    labelled: Annotated[bool, typer.Option(help="With outcomes, as training needs them.")] = True,
    engine: EngineOption = "duckdb",
    encoding: Encoding = None,
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
            described, data, labelled=labelled, encoding=encoding, progress=progress, engine=where
        )
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
