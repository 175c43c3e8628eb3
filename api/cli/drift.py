"""``microscore drift``: whether a model still sees what it was made for."""

import typer

from api.cli import drift_checking, drift_kept

app = typer.Typer(
    help="Compare what a model sees and decides with what it was made for.", no_args_is_help=True
)
app.command("check")(drift_checking.check)
app.command("compare")(drift_checking.compare)
app.command("report")(drift_checking.report)
app.command("history")(drift_kept.history)
app.command("show")(drift_kept.show)
app.command("episodes")(drift_kept.episodes)
app.command("alerts")(drift_kept.alerts)
app.command("schema")(drift_kept.schema)
