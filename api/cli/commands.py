"""The tree of commands."""

import typer

from api.cli import (
    audit_chain,
    contract,
    data_files,
    decisions,
    demo,
    demo_year,
    drift,
    evaluation,
    fairness,
    features,
    keys,
    models,
    outcomes,
    people,
    policy,
    portfolio,
    privacy,
    retrain,
    scorecard,
    scoring_file,
    serve,
    shadow,
    training,
    worker,
)

HELP = """Credit scoring for microfinance institutions, with fairness and drift audits.

Start with [bold]microscore demo[/], or with your own files: write a contract (see
[bold]microscore contract show microloan[/]), check the files, train, look at the test metrics,
promote, serve.
"""


def build_app() -> typer.Typer:
    """Put all commands together."""
    app = typer.Typer(
        help=HELP, rich_markup_mode="rich", no_args_is_help=True, pretty_exceptions_enable=False
    )
    app.add_typer(contract.app, name="contract")
    app.add_typer(data_files.app, name="data")
    app.command()(training.train)
    app.command()(evaluation.evaluate)
    app.command()(scorecard.scorecard)
    app.add_typer(models.app, name="models")
    app.add_typer(policy.app, name="policy")
    app.command()(portfolio.portfolio)
    app.command("score")(scoring_file.score)
    app.command("score-file")(scoring_file.score_file)
    app.add_typer(features.app, name="features")
    app.command()(serve.serve)
    app.command()(worker.worker)
    app.command()(retrain.retrain)
    app.add_typer(decisions.app, name="decisions")
    app.add_typer(audit_chain.app, name="audit")
    app.add_typer(fairness.app, name="fairness")
    app.add_typer(drift.app, name="drift")
    app.add_typer(outcomes.app, name="outcomes")
    app.add_typer(shadow.app, name="shadow")
    app.add_typer(privacy.app, name="privacy")
    app.add_typer(keys.app, name="keys")
    app.add_typer(people.app, name="people")
    app.command()(demo.demo)
    app.command()(demo_year.demo_year)
    return app
