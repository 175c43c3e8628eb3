"""``microscore fairness search``: a less discriminatory alternative to a model, or none."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.data_files import DataPath, DecimalSign, Encoding, decimal_named
from api.cli.loading import load
from api.cli.output import JsonOption, emit, out, progress_bar, table
from api.cli.targets import folder_target

if TYPE_CHECKING:
    import pandas as pd

    from data.contract import Contract
    from data.loading import LoadedApplications
    from fairness.search import Found
    from fairness.search_schema import Search
    from scoring.scorer import Scorer

VERDICTS = {
    "FOUND": "a model as good and fairer by more than noise, on data nobody had looked at",
    "NOT_FOUND": "no candidate beat the incumbent within the margins on the validation part",
    "REFUTED": "a candidate looked better on the validation part, and not on the later data",
}


def search(  # noqa: PLR0913, PLR0917 - the options of one command
    model: Annotated[str, typer.Option(help="A version, an alias or a bundle's folder.")],
    data: DataPath,
    trials: Annotated[int, typer.Option(min=1, help="How many candidates to try.")] = 60,
    seconds: Annotated[
        float | None, typer.Option(min=0, help="Try no more candidates after so many seconds.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Only attributes that this jurisdiction protects.")
    ] = None,
    attribute: Annotated[
        list[str] | None, typer.Option(help="Protected attribute; again for more. Default: all.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed and trials: same search.")] = 1,
    reductions: Annotated[
        bool, typer.Option("--reductions", help="Try fairlearn's reductions too; they cost more.")
    ] = False,
    register: Annotated[
        bool, typer.Option("--register", help="Register a FOUND model and make it challenger.")
    ] = False,
    target: Annotated[
        Path | None,
        typer.Option(
            "--out", callback=folder_target, help="Folder for the results; default: in the home."
        ),
    ] = None,
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    as_json: JsonOption = False,
) -> None:
    """Search for a less discriminatory alternative to a model, on the files it was trained from.

    Candidates learn from the model's training part and compete on its validation part; few
    finalists, chosen by a rule fixed beforehand, are judged once on its test period. Ctrl-C ends
    the trials and judges what was tried. Exit code 0 whatever the verdict is.
    """
    from api.settings import Settings
    from api.wiring import open_registry
    from data.features.protected import protected_groups
    from fairness.search import SearchOptions
    from fairness.search import search as run
    from fairness.search_publishing import published

    with open_registry() as registry:
        scorer = registry.load(model)
    names = _attributes(scorer.contract, attribute, profile)
    sign = decimal_named(decimal)
    loaded = load(scorer.contract, data, labelled=True, encoding=encoding, decimal=sign)
    sums = _same_data(scorer, loaded)
    applications = loaded.applications
    groups: pd.DataFrame = protected_groups(
        scorer.contract, loaded.portfolio.tables, applications.keys, applications.as_of
    )[names]
    options = SearchOptions(trials, seed, seconds, reductions)
    if loaded.y is None:
        raise AssertionError("labelled data was asked for")
    with progress_bar() as progress:
        found = run(scorer, applications, loaded.y, groups, options, data=sums, progress=progress)
    today = datetime.now(UTC).date()
    home = Settings().home / "searches" / scorer.version
    folder = target or home / f"{today}-{seed}"
    made = published(
        found,
        scorer,
        options,
        data=sums,
        on=today,
        profile=profile,
        earlier_looks=_earlier_looks(home, folder),
    )
    _write(made, folder)
    version = register_found(found, scorer.version) if register else None
    payload = {**made.model_dump(mode="json"), "folder": str(folder), "registered": version}
    emit(as_json, payload, lambda: _show(made, folder, version))


def schema() -> None:
    """Print the JSON Schema of search.json."""
    from fairness.search_schema import json_schema

    emit(True, json_schema())


def _attributes(contract: "Contract", wanted: list[str] | None, profile: str | None) -> list[str]:
    """The attributes that were asked for, or all (that the profile protects)."""
    from fairness.profiles import load_profile

    unknown = [name for name in wanted or () if name not in contract.protected]
    if unknown:
        known = ", ".join(contract.protected) or "none"
        raise typer.BadParameter(f"'{unknown[0]}' is not protected in the contract: {known}")
    names = list(dict.fromkeys(wanted or contract.protected))
    if profile is not None:
        law = load_profile(profile)
        names = [n for n in names if law.ground_of(n) is not None]
    if not names:
        raise typer.BadParameter("no protected attribute of the contract is left to search by")
    return names


def _same_data(scorer: "Scorer", loaded: "LoadedApplications") -> dict[str, str]:
    """Hashes of the files, which must be those that the model was trained from."""
    from data.errors import DataFileError

    sums = loaded.portfolio.sums
    if not scorer.bundle.made_from(sums):
        raise DataFileError(
            "--data: a search needs the files that the model was trained from, because only their "
            "test period has not been looked at; train on these files first"
        )
    return sums


def _earlier_looks(home: Path, folder: Path) -> int:
    """Searches of the same model, in other folders, that judged finalists."""
    from fairness.search_schema import Search

    others = [p for p in sorted(home.glob("*/search.json")) if p.parent != folder]
    kept = (Search.model_validate_json(p.read_text("utf-8")) for p in others)
    return sum(bool(one.finalists) for one in kept)


def _write(made: "Search", folder: Path) -> None:
    """search.json, candidates.jsonl and report.html."""
    from api.reports.search import render

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "search.json").write_text(made.model_dump_json(indent=1) + "\n", encoding="utf-8")
    lines = "".join(c.model_dump_json() + "\n" for c in made.candidates)
    (folder / "candidates.jsonl").write_text(lines, encoding="utf-8")
    (folder / "report.html").write_text(render(made), encoding="utf-8")


def register_found(found: "Found", parent: str) -> str | None:
    """Seal and register a FOUND model, and let the alias challenger point to it."""
    from api.settings import Settings
    from api.wiring import open_registry
    from fairness.search import found_bundle
    from scoring.sealing import write_bundle
    from scoring.signing import SigningKey

    bundle = found_bundle(found)
    if bundle is None:
        return None
    settings, actor = Settings(), getpass.getuser()
    note = f"less discriminatory alternative to {parent}"
    key = SigningKey.load_or_create(settings.keys_folder)
    with open_registry(settings) as registry:
        sealed = write_bundle(bundle, registry.models_folder, key)
        registry.register(sealed, actor="search", note=note)
        registry.promote(sealed.version, [], actor, alias="challenger", reason=note)
    return sealed.version


def _show(made: "Search", folder: Path, version: str | None) -> None:
    out.print(f"[bold]{made.verdict.value}[/]: {VERDICTS[made.verdict.value]}", highlight=False)
    goal, budget = made.goal, made.budget
    out.print(
        f"{budget.done} of {budget.trials} candidates ({budget.ended}); group named on validation: "
        f"{goal.attribute} {goal.group}, against {goal.reference}",
        highlight=False,
    )
    rows = [
        [
            str(f.number),
            next(c.kind for c in made.candidates if c.number == f.number),
            _shown(f.auc_change, "+.4f"),
            _shown(f.loss_ratio, ".3f"),
            _shown(f.air_change, ".3f"),
            f"{f.p_corrected:.3f}",
            ", ".join(f.failed) or "none",
        ]
        for f in made.finalists
    ]
    columns = ["finalist", "kind", "AUC change", "loss ratio", "AIR change", "p", "failed checks"]
    if rows:
        out.print(table("Later data, against the incumbent", columns, rows))
    out.print(f"report: {folder / 'report.html'}", markup=False, soft_wrap=True)
    if version is not None:
        out.print(f"challenger is now {version}", markup=False, soft_wrap=True)


def _shown(estimate: Any, form: str) -> str:
    return f"{estimate.value:{form}} ({estimate.low:{form}} to {estimate.high:{form}})"
