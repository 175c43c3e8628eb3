"""``microscore models``: list, show, evaluate, promote, roll back, suspend and resume."""

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.evaluation import metric_table
from api.cli.model_card import card
from api.cli.model_promotion import Actor, Alias, Ref, evaluate, promote, say
from api.cli.output import JsonOption, emit, out, plain_rows, table

if TYPE_CHECKING:
    from data.store.models import AliasEvent

app = typer.Typer(help="Versions of the model, and which one is champion.", no_args_is_help=True)
app.command()(card)


@app.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """List all versions, newest first, with their aliases, and what is under way."""
    from api.wiring import open_registry
    from scoring.switching import proposal, suspension

    with open_registry() as registry:
        aliases = registry.aliases()
        suspended = suspension(registry.store)
        proposed = proposal(registry.store, datetime.now(UTC))
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
    payload = {"models": models, "suspended": _plain(suspended), "proposed": _plain(proposed)}

    def text() -> None:
        out.print(table("Models", columns, rows))
        if suspended is not None:
            say(f"SUSPENDED by {suspended.actor}: {suspended.reason}")
        if proposed is not None:
            say(f"{proposed.to_version} is proposed by {proposed.actor}: {proposed.reason}")

    emit(as_json, payload, text)


@app.command()
def show(ref: Ref, as_json: JsonOption = False) -> None:
    """Show a version: where it is, its test metrics, its lineage and what was done with it."""
    from api.wiring import open_registry
    from scoring.registry import ALIASES

    with open_registry() as registry:
        version, bundle = registry.open(ref)
        events = [e for alias in ALIASES for e in registry.events(alias)]
    history = [_plain(event) for event in events if event.to_version == version]
    policy = bundle.rules.model_dump(mode="json")
    payload = {
        "version": version,
        "contract": bundle.contract.contract,
        "policy": policy,
        "calibration": bundle.calibration.model_dump(mode="json"),
        "metrics": bundle.metrics,
        "lineage": bundle.lineage,
        "history": history,
    }

    def tables() -> None:
        out.print(f"[bold]{version}[/]", highlight=False)
        if "test" in bundle.metrics:
            out.print(metric_table("Test", {"model": bundle.metrics["test"]}))
        rules = plain_rows(policy)
        out.print(table("Policy", ["rule", "value"], rows=rules))
        lineage = plain_rows(bundle.lineage)
        out.print(table("Lineage", ["what", "value"], rows=lineage))
        _show_history([event for event in events if event.to_version == version])

    emit(as_json, payload, tables)


@app.command()
def history(alias: Alias = "champion", as_json: JsonOption = False) -> None:
    """Show all that was done to an alias: proposals, promotions, rollbacks, suspensions."""
    from api.wiring import open_registry

    with open_registry() as registry:
        events = registry.events(alias)
    payload = {"alias": alias, "events": [_plain(event) for event in events]}
    emit(as_json, payload, lambda: _show_history(events))


app.command()(evaluate)
app.command()(promote)


@app.command()
def rollback(
    reason: Annotated[str, typer.Option(help="Why; kept with the change.")],
    alias: Alias = "champion",
    actor: Actor = None,
    as_json: JsonOption = False,
) -> None:
    """Go back to the version that served under the alias before; one person, no gates.

    Running servers load it within seconds.
    """
    from api.wiring import open_registry

    with open_registry() as registry:
        version = registry.rollback(alias, actor or getpass.getuser(), _given(reason))
    payload = {"alias": alias, "version": version}
    emit(as_json, payload, lambda: say(f"{alias} is now {version}"))


@app.command()
def suspend(
    reason: Annotated[str, typer.Option(help="Why; kept, and shown to whoever looks.")],
    actor: Actor = None,
    as_json: JsonOption = False,
) -> None:
    """Let no model decide from now on: every application is referred to a person.

    Running servers follow within seconds and say so on /readyz. A new champion or a rollback does
    not end it; microscore models resume does.
    """
    from api.wiring import open_registry
    from scoring import switching

    with open_registry() as registry:
        by, now = actor or getpass.getuser(), datetime.now(UTC)
        version = switching.suspend(registry.store, by, _given(reason), now)
    emit(as_json, {"version": version, "suspended": True}, lambda: say(f"{version} is suspended"))


@app.command()
def resume(
    reason: Annotated[str, typer.Option(help="Why; kept with the change.")],
    actor: Actor = None,
    as_json: JsonOption = False,
) -> None:
    """End a suspension: the champion decides again."""
    from api.wiring import open_registry
    from scoring import switching

    with open_registry() as registry:
        by, now = actor or getpass.getuser(), datetime.now(UTC)
        version = switching.resume(registry.store, by, _given(reason), now)
    emit(as_json, {"version": version, "suspended": False}, lambda: say(f"{version} decides"))


def _given(reason: str) -> str:
    if not reason.strip():
        raise typer.BadParameter("--reason: must not be empty")
    return reason.strip()


def _plain(event: "AliasEvent | None") -> dict[str, Any] | None:
    return None if event is None else asdict(event)


def _show_history(events: "list[AliasEvent]") -> None:
    for event in events:
        to = event.to_version
        moved = f"{event.from_version} -> {to}" if event.from_version not in {None, to} else to
        why = f": {event.reason}" if event.reason else ""
        say(f"{event.at:%Y-%m-%d %H:%M} {event.action} {moved} by {event.actor}{why}")
