"""``microscore train``."""

from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.data_files import DataPath, DecimalSign, Encoding, decimal_named
from api.cli.evaluation import calibration_notes, metric_table, show_notes
from api.cli.features import engine_named
from api.cli.loading import load
from api.cli.output import JsonOption, emit, out, progress_bar, table

if TYPE_CHECKING:
    from data.contract import Contract
    from data.loading import LoadedApplications
    from scoring.bundle import Bundle
    from scoring.training import TrainingOptions, TrainingResult

VouchFor = Annotated[
    list[str] | None,
    typer.Option(
        help="A feature that looks like a leak and that you answer for; the model's lineage "
        "names it. May be given several times."
    ),
]
TrainingEngine = Annotated[
    str,
    typer.Option(
        envvar="MICROSCORE_ENGINE",
        help="Where features are computed: duckdb or spark, the same numbers; or dask, to train "
        "on a cluster from exported features.",
    ),
]
Rejects = Annotated[
    float | None,
    typer.Option(
        min=0.1,
        max=20,
        help="Learn from declined applications too, as if their odds of default were so many "
        "times those of granted ones with the same features. An assumption: the model's lineage "
        "and card name it.",
    ),
]
Trials = Annotated[
    int,
    typer.Option(
        min=0,
        help="Look for better settings of the trees in so many trials (10 minutes at most) on "
        "folds by time or applicant; the shipped settings stay when they are as good.",
    ),
]


def train(  # noqa: PLR0913, PLR0917
    contract: Annotated[str, typer.Argument(help="A contract's name or YAML file.")],
    data: DataPath,
    seed: Annotated[int, typer.Option(help="Same data, seed and lock: same bundle.")] = 1,
    vouch_for: VouchFor = None,
    trials: Trials = 0,
    reject_factor: Rejects = None,
    engine: TrainingEngine = "duckdb",
    workers: Annotated[int, typer.Option(min=1, help="Processes that Dask starts.")] = 2,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a running Dask cluster, such as tcp://host:8786.")
    ] = None,
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    as_json: JsonOption = False,
) -> None:
    """Train, calibrate and test a model, and register it. Promoting it is your decision.

    With [bold]--engine dask[/], DATA is a folder of `microscore features export`, and the trees
    learn on a cluster: the same AUC within noise, but not the same bits each time.
    """
    from api.settings import Settings
    from api.wiring import open_registry
    from data.contract_loading import load_contract
    from scoring.sealing import write_bundle
    from scoring.signing import SigningKey
    from scoring.training import TrainingOptions

    described = load_contract(contract)
    if unknown := sorted({*(vouch_for or ())} - {*described.model_features}):
        raise typer.BadParameter(f"the model has no feature {', '.join(unknown)}")
    options = TrainingOptions(seed=seed, vouched=tuple(vouch_for or ()), trials=trials)
    if engine == "dask" and reject_factor is not None:
        raise typer.BadParameter("--reject-factor is for training on one machine")
    if engine == "dask":
        result = _train_on_cluster(described, data, options, workers, scheduler)
    else:
        loaded = load(
            described,
            data,
            labelled=True,
            encoding=encoding,
            decimal=decimal_named(decimal),
            engine=engine_named(engine),
        )
        result = _train_here(described, loaded, options, reject_factor)
    settings = Settings()
    key = SigningKey.load_or_create(settings.keys_folder)
    with open_registry(settings) as registry:
        sealed = write_bundle(result.bundle, registry.models_folder, key)
        registry.register(sealed, actor="train")
    payload = {"version": sealed.version, "bundle": str(sealed.path), **result.report}
    payload["notes"] = calibration_notes(result.report["test"])
    audited = settings.audit_profiles or ("NAME",) if described.protected else ()
    payload["next"] = _next_commands(sealed.version, "PATH" if engine == "dask" else data, audited)
    if engine == "dask":
        payload["notes"].append(str(result.bundle.lineage["reproducible"]))
    elif reject_factor is not None:
        payload["declined"] = _declined_band(loaded, result.bundle)
    emit(as_json, payload, lambda: _show_training(payload))


def _next_commands(version: str, data: Path | str, profiles: Sequence[str]) -> list[str]:
    """What leads to a champion: an audit under each profile, then its promotion."""
    audit = f"microscore fairness audit --model {version} --data {quote(str(data))} --profile"
    return [*(f"{audit} {p}" for p in profiles), f"microscore models promote {version}"]


def _train_here(
    contract: "Contract",
    loaded: "LoadedApplications",
    options: "TrainingOptions",
    reject_factor: float | None,
) -> "TrainingResult":
    from data.labels import declined
    from scoring.reject_inference import fitting
    from scoring.training import train as train_model

    if loaded.y is None:
        raise AssertionError("labelled data was asked for")
    fit = None
    if reject_factor is not None:
        fit = fitting(declined(contract, loaded.portfolio.tables), reject_factor)
    with progress_bar() as progress:
        return train_model(
            contract,
            loaded.applications.inputs,
            loaded.applications.keys,
            loaded.applications.as_of,
            loaded.y,
            options,
            {"data": loaded.portfolio.sums},
            progress,
            fit,
        )


def _declined_band(loaded: "LoadedApplications", bundle: "Bundle") -> list[dict[str, float]]:
    """What the model expects of the declined, under each factor that could be assumed."""
    from data.labels import declined
    from scoring.reject_inference import band
    from scoring.scorer import Scorer

    scorer = Scorer(bundle, "new")
    matrix = scorer.vectorizer.matrix(loaded.columns(), len(loaded))
    refused = declined(bundle.contract, loaded.portfolio.tables)
    return band(scorer, matrix[refused]) if refused.any() else []


def _train_on_cluster(
    contract: "Contract",
    folder: Path,
    options: "TrainingOptions",
    workers: int,
    scheduler: str | None,
) -> "TrainingResult":
    from data.features.parts import part_hashes
    from scoring.distributed import cluster_client, train_distributed

    lineage = {"data": part_hashes(contract, folder)}
    with progress_bar() as progress, cluster_client(workers, scheduler) as client:
        return train_distributed(contract, folder, options, lineage, client, progress)


def _show_training(payload: dict[str, Any]) -> None:
    rows = payload["rows"]
    out.print(", ".join(f"{name} {count}" for name, count in rows.items()), highlight=False)
    if rows["dropped"]:
        out.print("(dropped: later loans of clients whose first loan stands in an earlier part)")
    comparison = payload["imbalance"]["comparison"]
    names = ["rows", "log_loss", "auc", "brier", "ece"]
    out.print(
        table(
            f"Imbalance handling, on validation (chosen: {payload['imbalance']['chosen']})",
            ["handling", *names],
            [[k, *(_number(v[n]) for n in names)] for k, v in comparison.items()],
        )
    )
    out.print(
        metric_table(
            "Test",
            {"model": payload["test"], "logistic baseline": payload["baselines"]["logistic"]},
        )
    )
    show_notes(payload["notes"])
    out.print(f"version: {payload['version']}\nbundle:  {payload['bundle']}", soft_wrap=True)
    for command in payload["next"]:
        out.print(f"next: {command}", markup=False, highlight=False, soft_wrap=True)


def _number(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
