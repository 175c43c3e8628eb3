"""``microscore drift history``, ``show``, ``episodes``, ``alerts``: what was kept."""

import json
from typing import Annotated, Any

import typer

from api.cli.drift_told import LanguageOption, asked_language, show_check
from api.cli.output import JsonOption, emit, out, table

ModelOption = Annotated[
    str | None, typer.Option("--model", help="Of this model alone: a version or an alias.")
]
Limit = Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")]


def history(model: ModelOption = None, limit: Limit = 50, as_json: JsonOption = False) -> None:
    """List the checks that were kept, with what was estimated and what came of it."""
    from api.drifting_replies import CheckReply, EstimateReply
    from api.wiring import open_registry
    from data.store.estimates import estimates_of
    from data.store.monitoring import checks_of

    with open_registry() as registry:
        version = None if model is None else registry.resolve(model)[0]
        found: list[dict[str, Any]] = []
        for entry in checks_of(registry.store, version, limit):
            estimates = estimates_of(registry.store, entry.check_id)
            told = [EstimateReply.of(e).model_dump(mode="json") for e in estimates]
            found.append({**CheckReply.of(entry).model_dump(mode="json"), "estimates": told})
    columns = ["check", "model", "window", "source", "rows", "level", "estimates (realised)"]
    rows = [
        [c["check"][:12], c["model"], f"{c['first_day']}..{c['last_day']}", c["source"],
         f"{c['rows']}", c["level"], ", ".join(map(_estimate, c["estimates"]))]
        for c in found
    ]  # fmt: skip
    emit(as_json, {"checks": found}, lambda: out.print(table("Drift checks", columns, rows)))


def show(
    ref: Annotated[str, typer.Argument(help="The check's id, or how it begins.")],
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a kept check, whole with --json."""
    from api.drifting_replies import EstimateReply
    from api.wiring import open_registry
    from data.store.estimates import estimates_of
    from data.store.monitoring import find_check
    from drift.record import read

    with open_registry() as registry:
        entry = find_check(registry.store, ref)
        contract = registry.open(entry.model_version)[1].contract
        estimates = estimates_of(registry.store, entry.check_id)
    told = [EstimateReply.of(e).model_dump(mode="json") for e in estimates]
    payload = {"check": entry.check_id, "estimates": told, **json.loads(entry.result)}
    emit(as_json, payload, lambda: show_check(read(entry.result), contract, language))


def episodes(
    model: ModelOption = None,
    open_only: Annotated[bool, typer.Option("--open", help="Those alone that are open.")] = False,
    limit: Limit = 50,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the episodes of alarm: what, how severe, from which window to which."""
    from api.drifting_replies import EpisodeReply
    from api.drifting_words import told
    from api.wiring import open_registry
    from data.store.monitoring import episodes_of

    with open_registry() as registry:
        version = None if model is None else registry.resolve(model)[0]
        found = episodes_of(registry.store, version, open_only=open_only, limit=limit)
    spoken = asked_language(language)
    known = [EpisodeReply.of(e, told(e, spoken)) for e in found]
    columns = ["episode", "model", "level", "what", "severity", "windows", "state"]
    rows = [
        [f"{e.episode}", e.model, e.level, e.text, f"{e.severity:.3f}",
         f"{e.first_window}..{e.last_window} ({e.windows})",
         "open" if e.closed_at is None else f"closed {e.closed_at:%Y-%m-%d}"]
        for e in known
    ]  # fmt: skip
    payload = {"episodes": [e.model_dump(mode="json") for e in known]}
    emit(as_json, payload, lambda: out.print(table("Episodes", columns, rows)))


def alerts(
    model: ModelOption = None,
    limit: Limit = 50,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the alerts: when somebody was told of what, at which level."""
    from api.drifting_replies import AlertReply
    from api.drifting_words import told
    from api.wiring import open_registry
    from data.store.monitoring import alerts_of

    with open_registry() as registry:
        version = None if model is None else registry.resolve(model)[0]
        found = alerts_of(registry.store, version, limit)
    spoken = asked_language(language)
    known = [AlertReply.of(a, told(a, spoken)) for a in found]
    rows = [[f"{a.alert}", f"{a.at:%Y-%m-%d %H:%M}", a.model, a.level, a.text] for a in known]
    payload = {"alerts": [a.model_dump(mode="json") for a in known]}
    columns = ["alert", "at (UTC)", "model", "level", "what"]
    emit(as_json, payload, lambda: out.print(table("Alerts", columns, rows)))


def schema() -> None:
    """Print the JSON Schema of drift.json."""
    from drift.record import json_schema

    emit(True, json_schema())


def _estimate(told: dict[str, Any]) -> str:
    came = "" if told["realised"] is None else f" ({told['realised']:.3f})"
    return f"{told['measure'].replace('_', ' ')} {told['value']:.3f}{came}"
