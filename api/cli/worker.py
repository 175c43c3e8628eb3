"""``microscore worker``: the jobs that run by themselves."""

from dataclasses import asdict
from typing import Annotated

import typer

from api.cli.output import JsonOption, emit, out, table


def worker(
    once: Annotated[
        bool, typer.Option("--once", help="Do what is due now, then end; for cron.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Do the jobs that are due, and go on until the process is asked to end.

    Jobs: [bold]fairness[/], every MICROSCORE_AUDIT_WEEKS (13) weeks: audits the champion's
    decisions of those weeks under each of MICROSCORE_AUDIT_PROFILES;
    [bold]retention[/], each day: empties decisions that are past a period of their contract;
    [bold]drift[/], each day: checks the champion's decisions of the last MICROSCORE_DRIFT_DAYS
    (28) days, and posts alerts to MICROSCORE_DRIFT_WEBHOOK_URL;
    [bold]shadow[/], each hour: lets challengers score what was decided since (microscore shadow
    run does it at once); [bold]shadow-report[/], each day: compares each with the champion;
    [bold]portfolio[/], each day: sums up decisions and loans for the risk team's pages (microscore
    portfolio does it at once);
    [bold]data-quality[/], each day: how old kept features are, and how many outcomes came;
    [bold]today[/], each hour, and [bold]management[/], each day: figures of the last day, of weeks
    and of quarters for the overview; the latter verifies the whole audit chain;
    [bold]probe[/], every 5 minutes: asks the server at MICROSCORE_PROBE_URL whether it is ready;
    [bold]follow-ups[/], each day: lists running loans that are late, for officers;
    [bold]retrain[/], each day: makes a new challenger when monitoring or the calendar calls for
    it (see microscore retrain), in four steps of their own.

    Any number of workers may run: a job is done once, and taken up by another when its worker
    was killed. It has the processor when the server does not want it. SIGTERM ends the worker
    and gives its job back. With --once the exit code is 1 when a job failed; --json prints what
    came of each and needs --once.
    """
    from api.audits import AuditSettings
    from api.log import Log
    from api.wiring import open_home_store
    from api.worker import Worker, stoppable
    from data.processes import stand_back

    if as_json and not once:
        raise typer.BadParameter("--json: only with --once")
    settings = AuditSettings()
    stand_back()
    with open_home_store(settings) as store, stoppable():
        working = Worker(store, settings, Log())
        if not once:
            working.run()
        done = working.once()
        rows = [[d.kind, d.slot, d.error or str(d.result)] for d in done]
        payload = {"jobs": [asdict(d) for d in done]}
        emit(as_json, payload, lambda: out.print(table("Jobs", ["kind", "slot", "result"], rows)))
        if any(d.error for d in done):
            raise typer.Exit(1)
