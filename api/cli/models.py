"""``microscore models``: list, show, promote and roll back."""

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli.output import JsonOption, emit, out, plain_rows, table
from api.cli.training import metric_table

app = typer.Typer(help="Versions of the model, and which one is champion.", no_args_is_help=True)
Ref = Annotated[str, typer.Argument(help="A version, an alias or a bundle's folder.")]
Alias = Annotated[str, typer.Option(help="champion or challenger.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the change.")]
Actor = Annotated[str | None, typer.Option(help="Who; default: the user of this machine.")]


@app.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """List all versions, newest first, with their aliases."""
    from api.wiring import open_registry

    with open_registry() as registry:
        aliases = registry.aliases()
        models = [
            {
                "version": m.version,
                "contract": m.contract,
                "created_at": m.created_at.isoformat(timespec="seconds"),
                "aliases": sorted(a for a, v in aliases.items() if v == m.version),
                "auc": m.metrics.get("test", {}).get("auc"),
            }
            for m in registry.versions()
        ]
    rows = [
        [
            m["version"],
            m["created_at"],
            ", ".join(m["aliases"]),
            "" if m["auc"] is None else f"{m['auc']['value']:.3f}",
        ]
        for m in models
    ]
    columns = ["version", "created", "alias", "test AUC"]
    emit(as_json, {"models": models}, lambda: out.print(table("Models", columns, rows)))


@app.command()
def show(ref: Ref, as_json: JsonOption = False) -> None:
    """Show a version: where it is, its test metrics and its lineage."""
    from api.wiring import open_registry

    with open_registry() as registry:
        version, bundle = registry.open(ref)
    policy = bundle.rules.model_dump(mode="json")
    payload = {
        "version": version,
        "contract": bundle.contract.contract,
        "policy": policy,
        "calibration": bundle.calibration.model_dump(mode="json"),
        "metrics": bundle.metrics,
        "lineage": bundle.lineage,
    }

    def tables() -> None:
        out.print(f"[bold]{version}[/]", highlight=False)
        if "test" in bundle.metrics:
            out.print(metric_table("Test", {"model": bundle.metrics["test"]}))
        rules = plain_rows(policy)
        out.print(table("Policy", ["rule", "value"], rows=rules))
        lineage = plain_rows(bundle.lineage)
        out.print(table("Lineage", ["what", "value"], rows=lineage))

    emit(as_json, payload, tables)


@app.command()
def promote(
    ref: Ref,
    alias: Alias = "champion",
    reason: Reason = "",
    actor: Actor = None,
    as_json: JsonOption = False,
) -> None:
    """Let a version serve under an alias. Its signature and golden rows are checked first.

    A champion needs a fairness audit of all protected attributes that is not too old
    (MICROSCORE_AUDIT_DAYS, 30) under each of MICROSCORE_AUDIT_PROFILES; one that says FAIL must
    have been accepted by two people (microscore fairness accept).
    """
    from api.audits import AuditSettings
    from api.wiring import open_registry
    from fairness.gate import Terms, gate
    from scoring.registry import CHAMPION

    settings = AuditSettings()
    with open_registry(settings) as registry:
        version, bundle = registry.open(ref)
        terms = Terms(tuple(bundle.contract.protected), settings.audit_profiles, settings.audit_age)
        now = datetime.now(UTC)
        gates = [gate(registry.store, version, terms, now)] if alias == CHAMPION else []
        registry.promote(version, gates, actor or getpass.getuser(), alias, reason)
    payload = {"alias": alias, "version": version, "gates": [asdict(g) for g in gates]}

    def text() -> None:
        for passed in gates:
            out.print(f"{passed.name}: {passed.detail}", markup=False, highlight=False)
        out.print(f"{alias} is now {version}", markup=False, highlight=False)

    emit(as_json, payload, text)


@app.command()
def rollback(
    alias: Alias = "champion",
    reason: Reason = "",
    actor: Actor = None,
    as_json: JsonOption = False,
) -> None:
    """Go back to the version that served under the alias before."""
    from api.wiring import open_registry

    with open_registry() as registry:
        version = registry.rollback(alias, actor or getpass.getuser(), reason)
    payload = {"alias": alias, "version": version}
    emit(as_json, payload, lambda: out.print(f"{alias} is now {version}", markup=False))
