"""``microscore evaluate``: a model on labelled files, and how metrics are shown."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.data_files import DataPath, DecimalSign, Encoding, decimal_named
from api.cli.loading import load
from api.cli.output import JsonOption, emit, out, table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from data.loading import LoadedApplications
    from scoring.scorer import Scorer

OWN_FILES = (
    "the model was trained from these very files, so the figures are those of its test, "
    "{rows} of {all} applications, which it did not learn from"
)


def evaluate(
    ref: Annotated[str, typer.Argument(help="A version, an alias or a bundle's folder.")],
    data: DataPath,
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    as_json: JsonOption = False,
) -> None:
    """Test a model on labelled files; the contract is the model's own.

    On the files it was trained from, only the applications of its test count; on any others all
    that have an outcome do.
    """
    import numpy as np

    from api.wiring import open_registry
    from scoring.evaluation import evaluate as evaluate_model

    with open_registry() as registry:
        scorer = registry.load(ref, threads=2)
    sign = decimal_named(decimal)
    loaded = load(scorer.contract, data, labelled=True, encoding=encoding, decimal=sign)
    if loaded.y is None:
        raise AssertionError("labelled data was asked for")
    own = scorer.bundle.made_from(loaded.portfolio.sums)
    rows = _test_rows(scorer, loaded, loaded.y) if own else np.arange(len(loaded))
    metrics = evaluate_model(scorer, loaded.applications.inputs.iloc[rows], loaded.y[rows])
    told = [OWN_FILES.format(rows=len(rows), all=len(loaded))] if own else []
    notes = [*told, *calibration_notes(metrics)]
    payload = {
        "version": scorer.version,
        "rows": len(rows),
        "own_files": own,
        "test": metrics,
        "notes": notes,
    }

    def show() -> None:
        out.print(metric_table("Test", {"model": metrics}))
        show_notes(notes)

    emit(as_json, payload, show)


def _test_rows(
    scorer: "Scorer", loaded: "LoadedApplications", y: "NDArray[np.float64]"
) -> "NDArray[np.intp]":
    """Positions of the test rows of training, whose split is made again."""
    from scoring.preparing import prepare

    a, seed = loaded.applications, int(scorer.bundle.lineage["seed"])
    rows = prepare(scorer.contract, a.inputs, a.keys, a.as_of, y, seed)
    return rows.order[rows.parts.test]


def metric_table(title: str, columns: dict[str, dict[str, Any]]) -> Any:
    """Metrics with 95 % intervals, a column a model."""
    from api.reports.card_words import METRICS

    rows = [
        [label, *(_cell(metrics[name]) for metrics in columns.values())]
        for name, label in METRICS["en"].items()
    ]
    return table(title, ["95 % intervals", *columns], rows)


def calibration_notes(test: dict[str, Any]) -> list[str]:
    """What a reader of these metrics must be told about the PDs, in plain words."""
    notes = []
    mean, observed, slope = test["mean_pd"], test["observed_rate"], test["calibration_slope"]
    if not observed["low"] <= mean["value"] <= observed["high"]:
        side = "more" if mean["value"] > observed["value"] else "less"
        notes.append(f"on these loans the model predicts {side} risk than was observed")
    if slope["value"] is not None and not slope["low"] <= 1 <= slope["high"]:
        side = "too far apart" if slope["value"] < 1 else "too close together"
        notes.append(f"its probabilities stand {side} (the slope's interval leaves out 1)")
    return notes


def show_notes(notes: list[str]) -> None:
    """Print them below a table."""
    for note in notes:
        out.print(f"[bold]note[/]: {note}", highlight=False)


def _cell(value: dict[str, float | None]) -> str:
    shown = [
        "n/a" if v is None else f"{v:.3f}" for v in (value["value"], value["low"], value["high"])
    ]
    return f"{shown[0]} [{shown[1]}, {shown[2]}]"
