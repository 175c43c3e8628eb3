"""``microscore models``: list, show, promote, roll back, suspend and resume."""

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.model_card import card
from api.cli.output import JsonOption, emit, out, plain_rows, table
from api.cli.training import metric_table

if TYPE_CHECKING:
    from api.promoting import Person, Promotion
    from api.settings import Settings
    from data.store import Store
    from data.store.models import AliasEvent

app = typer.Typer(help="Versions of the model, and which one is champion.", no_args_is_help=True)
app.command()(card)
Ref = Annotated[str, typer.Argument(help="A version, an alias or a bundle's folder.")]
Alias = Annotated[str, typer.Option(help="champion or challenger.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the change.")]
Actor = Annotated[str | None, typer.Option(help="Who; default: the user of this machine.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(help="File with your API key (mlops or admin); default: MICROSCORE_API_KEY."),
]


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
            _say(f"SUSPENDED by {suspended.actor}: {suspended.reason}")
        if proposed is not None:
            _say(f"{proposed.to_version} is proposed by {proposed.actor}: {proposed.reason}")

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
        if history:
            out.print(_history_table([e for e in events if e.to_version == version]))

    emit(as_json, payload, tables)


@app.command()
def history(alias: Alias = "champion", as_json: JsonOption = False) -> None:
    """Show all that was done to an alias: proposals, promotions, rollbacks, suspensions."""
    from api.wiring import open_registry

    with open_registry() as registry:
        events = registry.events(alias)
    payload = {"alias": alias, "events": [_plain(event) for event in events]}
    emit(as_json, payload, lambda: out.print(_history_table(events)))


@app.command()
def promote(
    ref: Ref,
    alias: Alias = "champion",
    reason: Reason = "",
    actor: Actor = None,
    key_file: KeyFile = None,
    as_json: JsonOption = False,
) -> None:
    """Propose a version as champion, or agree to it; its signature and golden rows are checked.

    Four gates: on the held-out loans of its test period it ranks no worse than the champion
    (MICROSCORE_PROMOTION_MARGIN, AUC 0.02); a fairness audit of all protected attributes that is
    not too old (MICROSCORE_AUDIT_DAYS, 30) under each of MICROSCORE_AUDIT_PROFILES, a FAIL only
    when two people accepted it (microscore fairness accept); the newest shadow report says BETTER
    or NOT WORSE; and two different people give this same command within 7 days, each with an API
    key of their own and a reason. The first champion of all needs one person and no shadow.
    """
    from api.settings import Settings
    from api.wiring import open_registry
    from scoring.registry import CHAMPION

    settings, now = Settings(), datetime.now(UTC)
    if alias == CHAMPION:
        _promote_champion(ref, reason, actor, key_file, settings, as_json)
        return
    with open_registry(settings) as registry:
        version = registry.resolve(ref)[0]
        registry.promote(version, [], actor or getpass.getuser(), alias, reason)
    payload = {"alias": alias, "version": version, "state": "promoted", "at": now}
    emit(as_json, payload, lambda: _say(f"{alias} is now {version}"))


def _promote_champion(
    ref: str,
    reason: str,
    actor: str | None,
    key_file: Path | None,
    settings: "Settings",
    as_json: bool,
) -> None:
    from api.promoting import Person
    from api.promoting import promote as promote_champion
    from api.wiring import open_registry

    with open_registry(settings) as registry:
        if registry.champion() is None:
            who = Person(actor or getpass.getuser(), "this machine")
        else:
            who = _owner(registry.store, settings, key_file)
        now = datetime.now(UTC)
        done = promote_champion(registry, ref, who, reason, settings, now)
    payload = {"alias": "champion", **asdict(done)}
    emit(as_json, payload, lambda: _show_promotion(done))


def _owner(store: "Store", settings: "Settings", key_file: Path | None) -> "Person":
    from api.api_keys import Pepper
    from api.people import given_key, owner
    from api.promoting import person_of

    pepper = Pepper.load_or_create(settings.keys_folder)
    key = owner(store, pepper, given_key(key_file), ("mlops", "admin"), datetime.now(UTC))
    return person_of(store, key.key_id)


def _show_promotion(done: "Promotion") -> None:
    for passed in done.gates:
        _say(f"{passed.name}: {passed.detail}")
    if done.state == "promoted":
        _say(f"champion is now {done.version}")
    elif done.state == "proposed":
        _say(f"{done.version} is proposed; another person has to give the same command")
    else:
        _say(f"{done.version} is champion already")


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
    emit(as_json, payload, lambda: _say(f"{alias} is now {version}"))


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
    emit(as_json, {"version": version, "suspended": True}, lambda: _say(f"{version} is suspended"))


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
    emit(as_json, {"version": version, "suspended": False}, lambda: _say(f"{version} decides"))


def _given(reason: str) -> str:
    if not reason.strip():
        raise typer.BadParameter("--reason: must not be empty")
    return reason.strip()


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)


def _plain(event: "AliasEvent | None") -> dict[str, Any] | None:
    return None if event is None else asdict(event)


def _history_table(events: "list[AliasEvent]") -> Any:
    columns = ["at", "what", "from", "to", "who", "why"]
    rows = [
        [f"{e.at:%Y-%m-%d %H:%M}", e.action, e.from_version or "", e.to_version, e.actor, e.reason]
        for e in events
    ]
    return table("History", columns, rows)
