"""``microscore score`` and ``score-file``: the same numbers as the server, for files."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.data_files import DataPath, DecimalSign, Encoding, decimal_named
from api.cli.loading import load
from api.cli.output import BAD_DATA, JsonOption, emit, out, progress_bar
from api.cli.targets import file_target, folder_target


def score(
    data: DataPath,
    target: Annotated[
        Path, typer.Option("--out", callback=file_target, help="Parquet file to write.")
    ],
    model: Annotated[
        str, typer.Option(help="A version, an alias or a bundle's folder.")
    ] = "champion",
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    as_json: JsonOption = False,
) -> None:
    """Score every application in files that the model's contract accepts.

    Exit code 2 when applications were put aside; the good ones are scored all the same.
    """
    from api.wiring import open_registry
    from scoring.batch import score_to_parquet

    with open_registry() as registry:
        scorer = registry.load(model, threads=2)
    sign = decimal_named(decimal)
    loaded = load(scorer.contract, data, labelled=False, encoding=encoding, decimal=sign)
    with progress_bar() as progress:
        score_to_parquet(
            scorer,
            loaded.applications.keys,
            loaded.applications.inputs,
            target,
            lambda share: progress("scoring", share),
        )
    read, kept = loaded.portfolio.counts[scorer.contract.applications]
    payload = {
        "version": scorer.version,
        "rows": len(loaded),
        "put_aside": read - kept,
        "findings": len(loaded.portfolio.errors),
        "out": str(target),
    }
    text = f"{len(loaded)} applications scored by {scorer.version}: {target}"
    emit(as_json, payload, lambda: out.print(text, soft_wrap=True, markup=False))
    if kept < read:
        raise typer.Exit(BAD_DATA)


def score_file(
    source: Annotated[
        Path,
        typer.Argument(
            exists=True, file_okay=False, help="Folder of `microscore features export`."
        ),
    ],
    target: Annotated[
        Path, typer.Option("--out", callback=folder_target, help="New folder for Parquet files.")
    ],
    model: Annotated[
        str, typer.Option(help="A version, an alias or a bundle's folder.")
    ] = "champion",
    as_json: JsonOption = False,
) -> None:
    """Score a folder of exported features part by part, in memory that does not grow with it.

    Each part becomes a file of the same name: keys, probability, points, band, recommendation
    and reasons, as `microscore score` gives them.
    """
    from api.wiring import open_registry
    from scoring.batch import score_parts

    with open_registry() as registry:
        scorer = registry.load(model, threads=2)
    with progress_bar() as progress:
        rows = score_parts(scorer, source, target, lambda share: progress("scoring", share))
    payload = {"version": scorer.version, "rows": rows, "out": str(target)}
    text = f"{rows} applications scored by {scorer.version}: {target}"
    emit(as_json, payload, lambda: out.print(text, soft_wrap=True, markup=False))
