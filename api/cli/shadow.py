"""``microscore shadow``: challengers follow the champion's decisions, or replay past ones."""

import getpass
from contextlib import ExitStack
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli import shadow_reports
from api.cli.output import JsonOption, emit, err, out, progress_bar, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.store.shadow import Assignment
    from scoring.shadow.following import Follower, Step

app = typer.Typer(
    help="Let challengers score what the champion decided, and compare them.",
    no_args_is_help=True,
)
Model = Annotated[str, typer.Option(help="The challenger: a version, or how it begins.")]
Actor = Annotated[str | None, typer.Option(help="Who; default: the user of this machine.")]
PAUSE = 2.0
"""Seconds between two looks for decisions."""


@app.command()
def start(
    model: Model,
    share: Annotated[
        float, typer.Option(min=0.001, max=1, help="Share of the decisions that it scores.")
    ] = 1.0,
    plan: Annotated[
        Literal["daily", "fixed"],
        typer.Option(help="daily: look any day. fixed: look at 200, 400 and 800 bad loans."),
    ] = "daily",
    margin_auc: Annotated[
        float, typer.Option(min=0.001, max=0.2, help="AUC that it may lose and be NOT WORSE.")
    ] = 0.02,
    margin_brier: Annotated[
        float, typer.Option(min=0.0001, max=0.1, help="Brier score that it may lose.")
    ] = 0.002,
    actor: Actor = None,
    as_json: JsonOption = False,
) -> None:
    """Let a version follow all decisions from now on; its scores change no reply.

    Which decisions are its own is told by a hash, so a replay picks the same. Plan and margins
    are fixed now, before the data, and stand on the audit chain. Any number of challengers may
    run. They work while [bold]microscore shadow run[/] or [bold]microscore worker[/] does.
    """
    from api.shadowing import Shop, start_shadow
    from api.wiring import open_home_store

    settings = _settings()
    margins = {"auc": margin_auc, "brier": margin_brier}
    with open_home_store(settings) as store:
        made = start_shadow(
            Shop.of(settings, store),
            model,
            share,
            actor or getpass.getuser(),
            datetime.now(UTC),
            plan=plan,
            margins=margins,
        )
    line = f"{made.challenger} is in shadow with {made.share:.0%} of the decisions"
    emit(as_json, _plain(made), lambda: out.print(line, markup=False, highlight=False))


@app.command()
def stop(model: Model, actor: Actor = None, as_json: JsonOption = False) -> None:
    """End the shadow of a version; what it has scored stays."""
    from api.shadowing import Shop
    from api.wiring import open_home_store
    from data.store.shadow import stop as stop_shadow

    settings = _settings()
    with open_home_store(settings) as store:
        shop = Shop.of(settings, store)
        version = shop.registry.resolve(model)[0]
        by = actor or getpass.getuser()
        made = stop_shadow(store, shop.ledger, version, by, datetime.now(UTC))
    line = f"{made.challenger} is no longer in shadow"
    emit(as_json, _plain(made), lambda: out.print(line, markup=False, highlight=False))


@app.command("list")
def list_shadows(as_json: JsonOption = False) -> None:
    """List all challengers that run or ran in shadow, the newest first."""
    from api.wiring import open_home_store
    from data.store.shadow import assignments_of

    with open_home_store(_settings()) as store:
        found = [_plain(one) for one in assignments_of(store)]
    columns = ["challenger", "share", "plan", "started_at", "stopped_at"]
    rows = [[str(one[name] or "") for name in columns] for one in found]
    emit(as_json, {"shadows": found}, lambda: out.print(table("In shadow", columns, rows)))


@app.command()
def run(
    once: Annotated[
        bool, typer.Option("--once", help="Score what is there now, then end; for cron.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Score every new decision with the challengers that it belongs to.

    Any number of these may run: each decision is scored once by each challenger, and what a
    killed one left is taken up by another. A challenger that fails or hangs has no score for
    those decisions, and goes on. It has the processor when the server does
    not want it. --json prints what was done and needs --once.
    """
    from uuid import uuid4

    from api.shadowing import Shop
    from api.wiring import open_home_store
    from api.worker import stoppable
    from data.processes import stand_back
    from scoring.shadow.following import Follower

    if as_json and not once:
        raise typer.BadParameter("--json: only with --once")
    settings = _settings()
    stand_back()
    done: dict[str, dict[str, int]] = {}
    with ExitStack() as stack:
        store = stack.enter_context(open_home_store(settings))
        stack.enter_context(stoppable())
        store.hurry()
        shop = Shop.of(settings, store)
        name = f"run-{uuid4().hex[:12]}"
        follower = stack.enter_context(Follower(shop.registry, shop.vault, name))
        for step in _steps(follower, once=once):
            mine = done.setdefault(step.challenger, {"decisions": 0, "paired": 0, "errors": 0})
            mine["decisions"] += step.looked
            mine["paired"] += step.paired
            mine["errors"] += step.errors
            line = f"{step.challenger}: {step.paired} scored of {step.looked} to {step.position}"
            err.print(line, markup=False, highlight=False)
        rows = [[v, *(str(n) for n in counts.values())] for v, counts in done.items()]
        columns = ["challenger", "decisions", "paired", "errors"]
        payload = {"challengers": done}
        emit(as_json, payload, lambda: out.print(table("Scored", columns, rows)))


@app.command()
def replay(
    model: Model,
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day (UTC).")],
    share: Annotated[
        float, typer.Option(min=0.001, max=1, help="Share of them, as with start.")
    ] = 1.0,
    threads: Annotated[int, typer.Option(min=1, help="For the model.")] = 2,
    as_json: JsonOption = False,
) -> None:
    """Score past decisions with a version, as if it had been in shadow since that day.

    What is there already stays as it is, so stopping and starting again is harmless. Outcomes
    that the version may have learned from count in no report.
    """
    from api.shadowing import Shop
    from api.wiring import open_home_store
    from scoring.shadow.replaying import Past
    from scoring.shadow.replaying import replay as replay_past

    settings, now = _settings(), datetime.now(UTC)
    past = Past(_midnight(since.date()), share)
    with open_home_store(settings) as store, progress_bar() as bar:
        shop = Shop.of(settings, store)
        told = replay_past(
            shop.registry,
            shop.vault,
            model,
            past,
            now,
            threads=threads,
            progress=lambda fraction: bar("scoring", fraction),
        )
    payload = {"decisions": told.decisions, "paired": told.paired, "errors": told.errors}
    line = f"{told.paired} of {told.decisions} decisions scored, {told.errors} without a score"
    emit(as_json, payload, lambda: out.print(line, markup=False, highlight=False))


app.command("report")(shadow_reports.report)
app.command("reports")(shadow_reports.reports)
app.command("report-schema")(shadow_reports.schema)


def _steps(follower: "Follower", *, once: bool) -> "Iterator[Step]":
    """Step after step; with ``once`` until nothing is left, else for ever.

    Between small steps it waits: many decisions a transaction hold others up less than few.
    """
    import time as clock

    from data.errors import StoreError
    from scoring.shadow.following import BATCH

    while True:
        try:
            step = follower.step()
        except StoreError as error:
            if once:
                raise
            step = None
            err.print(str(error), markup=False, highlight=False)
        if step is not None:
            yield step
        elif once:
            return
        if not once and (step is None or step.looked < BATCH):
            clock.sleep(PAUSE)


def _settings() -> Any:
    from api.audits import AuditSettings

    return AuditSettings()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(tzinfo=UTC))


def _plain(made: "Assignment") -> dict[str, Any]:
    return {
        "challenger": made.challenger,
        "share": made.share,
        "plan": made.plan,
        "margins": dict(made.margins),
        "actor": made.actor,
        "started_at": made.started_at.isoformat(timespec="seconds"),
        "stopped_at": made.stopped_at and made.stopped_at.isoformat(timespec="seconds"),
        "position": made.position,
    }
