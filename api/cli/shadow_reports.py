"""``microscore shadow report``, ``reports`` and ``report-schema``."""

import getpass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.audit import days_of
from api.cli.output import JsonOption, emit, out, table
from api.cli.targets import folder_target

if TYPE_CHECKING:
    from api.audits import AuditSettings
    from api.shadowing import Kept, Period, Shop

STATES = {
    "BETTER": "the challenger is better",
    "NOT WORSE": "the challenger is not worse by more than the margin",
    "WORSE": "the challenger is worse",
    "KEEP WATCHING": "the outcomes so far do not decide it",
}


def report(
    challenger: Annotated[str, typer.Option(help="A version, or how it begins.")],
    champion: Annotated[str, typer.Option(help="A version or an alias.")] = "champion",
    decisions: Annotated[
        str | None, typer.Option(help="FROM..TO: of these days alone; default: all.")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(help="Audit both under this jurisdiction first, on the same decisions."),
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option(
            "--out", callback=folder_target, help="Folder for the report; default: in the home."
        ),
    ] = None,
    actor: Annotated[str | None, typer.Option(help="Who; default: this machine's user.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a challenger with the champion on all that both have scored, and keep the report.

    State: BETTER, NOT WORSE (within the margin fixed at the start), WORSE, or KEEP WATCHING, with
    what would settle it. Outcomes count once their window is over. One may look every day: the
    error of 5 % holds for all looks together. Fairness comes from the newest audit of the two on
    the same decisions; --profile makes one. Exit code 0 whatever the state is.
    """
    from api.audits import AuditSettings
    from api.shadowing import Shop, keep, make_report, own_folder, write
    from api.wiring import open_home_store

    settings, now = AuditSettings(), datetime.now(UTC)
    by = actor or getpass.getuser()
    with open_home_store(settings) as store:
        shop = Shop.of(settings, store)
        first, second = (shop.registry.resolve(ref)[0] for ref in (champion, challenger))
        period = _period(decisions)
        if profile is not None:
            _audit(settings, shop, (first, second), period, profile, by)
        record = make_report(shop, first, second, now, period)
        kept = keep(shop, record, now, by)
        done = write(kept, target or own_folder(settings.home, kept))
    payload = {"report": done.report_id, "folder": str(done.folder)}
    payload |= record.model_dump(mode="json")
    emit(as_json, payload, lambda: _show(done))


def reports(
    challenger: Annotated[str | None, typer.Option(help="Of this version alone.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the reports that were kept, with their states."""
    from api.wiring import open_registry
    from data.store.shadow_reports import reports_of

    with open_registry() as registry:
        version = None if challenger is None else registry.resolve(challenger)[0]
        found = [
            {
                "report": entry.report_id,
                "champion": entry.champion,
                "challenger": entry.challenger,
                "made_at": entry.made_at.isoformat(timespec="seconds"),
                "state": entry.state,
                "fairness": entry.fairness,
                "pairs": entry.pairs,
            }
            for entry in reports_of(registry.store, version, limit=limit)
        ]
    columns = ["report", "challenger", "champion", "state", "fairness", "pairs", "made_at"]
    rows = [[str(one[name] or "")[:40] for name in columns] for one in found]
    emit(as_json, {"reports": found}, lambda: out.print(table("Reports", columns, rows)))


def schema() -> None:
    """Print the JSON Schema of report.json."""
    from api.shadowing_records import json_schema

    emit(True, json_schema(), lambda: None)


def _period(text: str | None) -> "Period":
    from api.shadowing import Period
    from fairness.decided import limits

    days = days_of(text)
    return Period() if days is None else Period(*limits(*days))


def _audit(
    settings: "AuditSettings",
    shop: "Shop",
    versions: tuple[str, str],
    period: "Period",
    profile: str,
    actor: str,
) -> None:
    """Audit both on the decisions of the period, and keep and write that."""
    from api.audit_subjects import Reading, decided_between
    from api.auditing import keep, own_folder, write
    from fairness.profiles import load_profile

    if period.start is None or period.end is None:
        raise typer.BadParameter("--profile: needs --decisions FROM..TO")
    days = period.start.date(), (period.end - timedelta(days=1)).date()
    reading, sources = Reading(actor, stored=True), (shop.registry, shop.ledger)
    (subject,) = decided_between(days, versions[0], reading, settings, sources).subjects
    rival = subject.by(shop.registry.load(versions[1], threads=2))
    for made in keep(shop.store, subject, load_profile(profile), datetime.now(UTC), rival):
        write(made, own_folder(settings.home, made))


def _show(kept: "Kept") -> None:
    record = kept.record
    out.print(f"[bold]{record.state}[/]: {STATES[record.state]}", highlight=False)
    if record.outcomes == "approved":
        out.print("[bold]biased[/]: outcomes are known only of those whom the champion approved")
    rows: list[list[Any]] = [
        [
            j.part,
            j.state.value,
            j.why.replace("_", " "),
            str(j.bads),
            str(j.bads_needed or ""),
            str(j.settled_on or ""),
        ]
        for j in record.judged
    ]
    columns = ["measure", "state", "why", "bad loans", "would settle it", "by about"]
    out.print(table("Decided and open", columns, rows))
    fair = record.fairness.verdict.value if record.fairness else "no audit of both is kept"
    out.print(f"fairness: {fair}", markup=False, highlight=False)
    page = kept.folder / "report.html"
    out.print(f"report: {page}", markup=False, soft_wrap=True, highlight=False)
