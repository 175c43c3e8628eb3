"""``microscore retrain``: a new challenger from what has become of the loans since."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import JsonOption, emit, err, out, table


def retrain(
    reason: Annotated[str, typer.Option(help="Why; kept with the new version.")] = "asked for",
    data: Annotated[
        Path | None,
        typer.Option(help="Labelled files to learn from as well; MICROSCORE_RETRAIN_HISTORY."),
    ] = None,
    if_due: Annotated[
        bool,
        typer.Option("--if-due", help="Only when monitoring or the calendar calls for it."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Retrain the champion on its own decisions with matured outcomes; end as a challenger.

    Four steps, each a job under a lease: data check; training, calibration and evaluation;
    fairness audit beside the champion; start in shadow. Nothing is promoted. A run that was
    stopped is taken up by the next [bold]microscore retrain[/] or [bold]microscore worker[/],
    where it was. Monitoring calls for it when realised defaults leave what was expected (layer 5)
    or the estimated harm does so twice (layer 4), never by drift alone; MICROSCORE_RETRAIN_DAYS
    sets a calendar. Exit code 1 when a step failed.
    """
    from api.audits import AuditSettings
    from api.log import Log
    from api.retraining import STEPS, begin
    from api.retraining_job import Trigger, due
    from api.schedule import KINDS, Work
    from api.wiring import open_registry
    from api.worker import Worker, stoppable
    from data.errors import RegistryError
    from data.store.jobs import all_jobs

    settings, now = AuditSettings(), datetime.now(UTC)
    with open_registry(settings) as registry, stoppable():
        champion = registry.champion()
        if champion is None:
            raise RegistryError("no version is champion yet; train and promote one first")
        store = registry.store
        asked = Trigger(f"{champion[-12:]}-asked-{now:%Y%m%dT%H%M%S}", reason)
        trigger = due(store, champion, settings, now) if if_due else asked
        if trigger is not None:
            work = Work(settings, store, {}, now)
            begin(work, trigger.run, champion, trigger.why, data or settings.retrain_history)
        kinds = [kind for kind in KINDS if kind.name in STEPS]
        done = Worker(store, settings, Log(), kinds).once()
        steps = [job for kind in STEPS for job in all_jobs(store, kind)]
    mine = [job for job in steps if trigger is not None and job.slot == trigger.run]
    payload: dict[str, Any] = {
        "run": trigger.run if trigger else None,
        "why": trigger.why if trigger else "nothing calls for it",
        "steps": [{"step": j.kind, "state": j.state, "result": j.result, "error": j.error}
                  for j in mine],
        "done": [asdict(d) for d in done],
    }  # fmt: skip

    def text() -> None:
        if trigger is None:
            out.print("nothing calls for a retraining")
        rows = [[d.kind, d.slot, d.error or str(d.result)] for d in done]
        if rows:
            out.print(table("Retraining", ["step", "run", "result"], rows))

    emit(as_json, payload, text)
    if any(job.state in {"waiting", "running"} for job in mine):
        err.print("another worker is at it; see microscore worker")
    if any(d.error for d in done):
        raise typer.Exit(1)
