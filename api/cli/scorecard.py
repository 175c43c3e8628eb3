"""``microscore scorecard``: a points table beside the model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.data_files import DataPath, DecimalSign, Encoding, decimal_named
from api.cli.loading import load
from api.cli.output import JsonOption, emit, one_of, out, progress_bar, table
from api.cli.targets import file_target

if TYPE_CHECKING:
    from api.reports.points import Judged
    from data.contract import Contract
    from data.loading import LoadedApplications
    from scoring.scorecard import Scorecard
    from scoring.scorer import Scorer

Html = Annotated[
    Path | None,
    typer.Option("--html", callback=file_target, help="Write a page to print to this file."),
]
Lang = Annotated[str, typer.Option(help="Language of the page: en, fr or sw.")]
Model = Annotated[
    str | None, typer.Option(help="Say what the table costs beside this model, on the same test.")
]


def scorecard(  # noqa: PLR0913, PLR0917
    contract: Annotated[str, typer.Argument(help="A contract's name or YAML file.")],
    data: DataPath,
    model: Model = None,
    seed: Annotated[int, typer.Option(help="The seed of the split; the model's own.")] = 1,
    html: Html = None,
    lang: Lang = "en",
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    as_json: JsonOption = False,
) -> None:
    """Make a points table that a branch without connection can print and add up by hand.

    It learns from the same rows as `microscore train` with the same seed and is judged on the
    same test.
    """
    from api.reports.points import document
    from data.contract import LANGUAGES
    from data.contract_loading import load_contract

    language = one_of("--lang", lang, LANGUAGES)
    described = load_contract(contract)
    sign = decimal_named(decimal)
    loaded = load(described, data, labelled=True, encoding=encoding, decimal=sign)
    scorer = _model(model)
    with progress_bar() as progress:
        progress("binning", 0.0)
        card, judged = _made(described, loaded, seed, scorer)
        progress("binning", 1.0)
    if html is not None:
        html.write_text(document(described, card, judged, language).html(), encoding="utf-8")
    payload: dict[str, Any] = {
        "contract": described.contract,
        "scorecard": card.model_dump(mode="json"),
        "test": judged.card,
        "model": None if scorer is None else {"version": scorer.version, "test": judged.model},
        "difference_in_auc": judged.difference,
        "html": None if html is None else str(html),
    }
    emit(as_json, payload, lambda: _show(card, judged))


def _model(ref: str | None) -> "Scorer | None":
    from api.wiring import open_registry

    if ref is None:
        return None
    with open_registry() as registry:
        return registry.load(ref, threads=2)


def _made(
    contract: "Contract", loaded: "LoadedApplications", seed: int, scorer: "Scorer | None"
) -> "tuple[Scorecard, Judged]":
    from api.reports.points import Judged
    from data.errors import DataFileError
    from scoring.evaluation import Evaluation
    from scoring.intervals import delong_difference
    from scoring.preparing import prepare
    from scoring.scorecard import fit

    a = loaded.applications
    if loaded.y is None:
        raise AssertionError("labelled data was asked for")
    if scorer is not None and scorer.contract.model_features != contract.model_features:
        raise DataFileError("--model: the model is of another contract")
    rows = prepare(contract, a.inputs, a.keys, a.as_of, loaded.y, seed)
    card = fit(contract, rows)
    test = rows.sample("test")
    own = card.log_odds(test.matrix)
    report = Evaluation(own, test.y).report()
    if scorer is None:
        return card, Judged(report, None, None)
    theirs = scorer.score_matrix(test.matrix, explain=False).log_odds
    difference = delong_difference(test.y, own, theirs).plain()
    return card, Judged(report, Evaluation(theirs, test.y).report(), difference)


def _show(card: "Scorecard", judged: "Judged") -> None:
    rows = [
        [one.feature, f"{one.information:.3f}", str(min(p)), str(max(p))]
        for one in card.characteristics
        for p in [[b.points for b in one.bins]]
    ]
    heads = ["feature", "information value", "least points", "most points"]
    out.print(table(f"Points table, base {card.base}", heads, rows))
    auc = judged.card["auc"]
    line = f"AUC {auc['value']:.3f} [{auc['low']:.3f}, {auc['high']:.3f}]"
    if judged.difference is not None:
        d = judged.difference
        line += f"; less the model's: {d['value']:+.3f} [{d['low']:+.3f}, {d['high']:+.3f}]"
    out.print(line, markup=False, highlight=False)
