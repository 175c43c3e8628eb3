"""``microscore fairness audit``: the audit of a model, as JSON and as a report to read."""

import getpass
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.data_files import DataPath, Encoding
from api.cli.output import JsonOption, emit, out, progress_bar, table
from api.cli.protected import Actor
from api.cli.training import load

if TYPE_CHECKING:
    import pandas as pd

    from data.contract import Contract
    from data.features.applications import Applications
    from fairness.sample import Rows
    from fairness.schema import Audit, Range
    from scoring.scorer import Scorer

POLICY = "policy"


def audit(  # noqa: PLR0913, PLR0917 - the options of one command
    model: Annotated[str, typer.Option(help="A version, an alias or a bundle's folder.")],
    data: DataPath,
    profile: Annotated[
        str, typer.Option(help="us, eu, kenya, uemoa, india or a profile's YAML file.")
    ],
    by: Annotated[
        list[str] | None, typer.Option(help="Protected attribute; again for more. Default: all.")
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for audit.json and report.html; default: in the home."),
    ] = None,
    stored: Annotated[
        bool,
        typer.Option(
            "--stored", help="Protected attributes from their own store; the access is logged."
        ),
    ] = False,
    actor: Actor = None,
    flips: Annotated[
        bool, typer.Option(help="Rerun everything with other protected values in the files.")
    ] = True,
    encoding: Encoding = None,
    as_json: JsonOption = False,
) -> None:
    """Audit a model's fairness on labelled files; protected attributes from them or the store.

    On the files it was trained from, only the applicants of its test period count; on any others
    all do. Exit code 0 whatever the verdict is: it stands in audit.json and in the report.
    """
    from api.settings import Settings
    from api.wiring import open_registry
    from data.features.protected import protected_groups
    from fairness.audit import audit as make_audit
    from fairness.flip_test import flip_test
    from fairness.profiles import load_profile
    from fairness.sample import draw, held_out, strata_of

    law = load_profile(profile)
    with open_registry() as registry:
        scorer = registry.load(model, threads=2)
    loaded = load(scorer.contract, data, labelled=True, encoding=encoding)
    if loaded.y is None:
        raise AssertionError("labelled data was asked for")
    applications, sums = loaded.applications, dict(sorted(loaded.portfolio.sha256.items()))
    contract = _narrowed(scorer.contract, by)
    own = sums == scorer.bundle.lineage.get("data")
    rows = held_out(scorer, applications, loaded.y) if own else None
    if stored:
        groups = _stored_groups(contract, applications, rows, actor or getpass.getuser())
    else:
        groups = protected_groups(
            contract, loaded.portfolio.tables, applications.keys, applications.as_of
        )
    with progress_bar() as progress:
        progress("auditing", 0.0)
        sample = draw(scorer, applications, loaded.y, groups, strata_of(applications), rows)
        moved = flip_test(_narrow(scorer, contract), loaded.portfolio.tables) if flips else []
        today = datetime.now(UTC).date()
        made = make_audit(scorer, sample, law, data=sums, on=today, flips=moved)
        progress("auditing", 1.0)
    home = Settings().home / "audits" / scorer.version
    folder = _written(made, target or home / f"{made.inputs.on}-{made.inputs.profile}")
    payload = {**made.model_dump(mode="json"), "folder": str(folder)}
    emit(as_json, payload, lambda: _show(made, folder))


def _written(made: "Audit", folder: Path) -> Path:
    """The folder with audit.json and report.html in it."""
    from api.reports.fairness import render

    folder.mkdir(parents=True, exist_ok=True)
    text = made.model_dump_json(indent=1)
    (folder / "audit.json").write_text(text + "\n", encoding="utf-8")
    (folder / "report.html").write_text(render(made), encoding="utf-8")
    return folder


def schema() -> None:
    """Print the JSON Schema of audit.json."""
    from fairness.schema import json_schema

    emit(True, json_schema(), lambda: None)


def _narrowed(contract: "Contract", by: Sequence[str] | None) -> "Contract":
    """The contract with those protected attributes alone that were asked for."""
    unknown = [name for name in by or () if name not in contract.protected]
    if unknown:
        known = ", ".join(contract.protected) or "none"
        raise typer.BadParameter(f"'{unknown[0]}' is not protected in the contract: {known}")
    kept = {n: a for n, a in contract.protected.items() if not by or n in by}
    return contract.model_copy(update={"protected": kept})


def _narrow(scorer: "Scorer", contract: "Contract") -> "Scorer":
    """The same model, with the protected attributes of ``contract`` alone."""
    from scoring.scorer import Scorer

    return Scorer(replace(scorer.bundle, contract=contract), scorer.version, threads=2)


def _stored_groups(
    contract: "Contract", applications: "Applications", rows: "Rows | None", actor: str
) -> "pd.DataFrame":
    """Groups from the store, read for the audited ``rows`` alone; empty elsewhere."""
    from api.audits import open_protected

    keys, as_of = applications.keys, applications.as_of
    at = keys.index if rows is None else keys.index[rows]
    with open_protected() as (store, _):
        groups = store.read_groups(
            contract,
            keys.loc[at, "applicant"].tolist(),
            None if as_of is None else as_of.loc[at],
            purpose="fairness audit",
            actor=actor,
        )
    return groups.set_axis(at).reindex(keys.index)


def _show(made: "Audit", folder: Path) -> None:
    shown = [f for f in made.findings if f.rule in {None, POLICY}]
    rows = [
        [
            f.verdict.value,
            f.metric.replace("_", " "),
            f"{f.attribute}: {f.group or 'all'}",
            _shown(f.estimate),
            "legal duty" if f.duties else "good practice",
        ]
        for f in shown
    ]
    columns = ["verdict", "metric", "group", "estimate", "why"]
    out.print(f"[bold]{made.verdict.value}[/] {made.inputs.version} under {made.inputs.profile}")
    out.print(table("Verdicts (at the policy in force)", columns, rows))
    out.print(f"report: {folder / 'report.html'}", markup=False, soft_wrap=True)


def _shown(estimate: "Range") -> str:
    """``1.08 (1.03 to 1.13)``; nothing where it is not defined."""
    if estimate.low is None or estimate.high is None:
        return ""
    value = "" if estimate.value is None else f"{estimate.value:.3g} "
    return f"{value}({estimate.low:.3g} to {estimate.high:.3g})"
