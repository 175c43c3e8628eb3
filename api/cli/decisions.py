"""``microscore decisions``: look into stored decisions."""

from typing import Annotated

import typer

from api.cli.output import JsonOption, emit, out, table

app = typer.Typer(help="Stored decisions.", no_args_is_help=True)
DIFFERENT = 1


@app.command()
def replay(
    decision_id: Annotated[str, typer.Argument(help="The id in the reply to /score.")],
    as_json: JsonOption = False,
) -> None:
    """Compute a stored decision again with the very model that made it, and compare every bit.

    Prints SAME, or what differs. Exit code 0 when all is the same, 1 when not.
    """
    from api.replaying import replay_stored

    decision, differences = replay_stored(decision_id)
    payload = {
        "decision_id": decision.decision_id,
        "model": decision.model_version,
        "same": not differences,
        "differences": [d._asdict() for d in differences],
    }

    def text() -> None:
        if not differences:
            out.print(f"SAME: {decision.decision_id} by {decision.model_version}")
            return
        rows = [[d.field, str(d.stored), str(d.computed)] for d in differences]
        out.print(table("DIFFERENT", ["field", "stored", "computed again"], rows))

    emit(as_json, payload, text)
    if differences:
        raise typer.Exit(DIFFERENT)
