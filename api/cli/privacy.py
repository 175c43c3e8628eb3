"""``microscore privacy``: export and erase what is held on a person, keep to retention periods."""

import getpass
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import JsonOption, emit, err, out, progress_bar
from api.cli.targets import new_file_target
from data.contract import Language
from data.store.ledger import Ground

app = typer.Typer(
    help="Duties towards people: hand out what is held on them, erase it, keep no longer than "
    "promised.",
    no_args_is_help=True,
)
_STDIN = "-"

Applicant = Annotated[
    str,
    typer.Argument(
        help="The applicant's id, or - to read it from standard input: on a command line it stays "
        "in the shell's history and is seen in the list of processes."
    ),
]
Actor = Annotated[str | None, typer.Option(help="Who; default: the user of this machine.")]


@app.command()
def export(
    applicant: Applicant,
    to: Annotated[
        Path,
        typer.Option(
            "--out", callback=new_file_target, help="JSON file to write; it must not exist."
        ),
    ],
    language: Annotated[Language, typer.Option(help="Language of the titles.")] = "en",
    actor: Actor = None,
    as_json: JsonOption = False,
) -> None:
    """Write all that is held on a person to a file that only you can read.

    Decisions with what was asked and told, consents, loans and how they were repaid, events, and
    the protected attributes if there are any. Handing them out is put on the audit chain, and
    reading protected attributes into their own log. [bold]microscore privacy schema[/] describes
    the file. Exit code 1, and no file, when nothing is held on the id.
    """
    from api.subjects import export_person
    from data.durable import write_new
    from data.errors import DataFileError

    if to.exists():
        raise DataFileError(f"{to}: is there already; name another file")
    document = export_person(_id(applicant), language, _name(actor))
    write_new(to, document.model_dump_json(indent=2).encode() + b"\n", 0o600)
    counts = {
        "decisions": len(document.decisions),
        "consents": len(document.consents),
        "loans": len(document.loans),
        "events": len(document.events),
        "protected": len(document.protected or {}),
    }
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    payload = {"out": str(to), **counts}
    emit(as_json, payload, lambda: out.print(f"{to}: {told}", markup=False, highlight=False))


@app.command()
def schema() -> None:
    """Print the JSON Schema of the files that [bold]export[/] writes."""
    from api.exporting import PersonExport

    emit(True, PersonExport.model_json_schema())


@app.command()
def erase(
    applicant: Applicant,
    reason: Annotated[
        Ground,
        typer.Option(help="Why; kept for ever on the audit chain, so a list and no free text."),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed with -.")] = False,
    actor: Actor = None,
    as_json: JsonOption = False,
) -> None:
    """Make all that is personal of a person unreadable for ever, here and in the audit's store.

    Decisions keep score, band and recommendation under a pseudonym, what is known of loans is
    deleted, and the audit chain still verifies. The history of consents stays, as the proof of
    what was allowed. Backups keep what they have until they are overwritten. Exit code 1 when
    nothing is held on the id: look whether it is the right one.
    """
    from api.subjects import erase_person

    if not yes:
        if applicant == _STDIN or not sys.stdin.isatty():
            raise typer.BadParameter("--yes is needed where nobody can be asked")
        typer.confirm("Nothing brings it back. Erase?", abort=True, err=True)
    done = erase_person(_id(applicant), reason, _name(actor))
    text = f"{done.decisions} decisions and {done.protected} protected attributes erased"
    emit(as_json, asdict(done), lambda: out.print(text, highlight=False))


@app.command()
def retain(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what is past its period.")
    ] = False,
    actor: Actor = None,
    as_json: JsonOption = False,
) -> None:
    """Empty the decisions that are past a retention period of their contract.

    A decision is sealed as one piece, so it goes when the first of the sources that it used is
    past its period. Servers may go on; a run that was stopped is finished by the next one. The
    worker does this each day.
    """
    from api.retaining import retain_stored
    from api.settings import Settings
    from api.wiring import open_home_store

    settings = Settings()
    with open_home_store(settings) as store, progress_bar() as report:
        done = retain_stored(
            settings,
            store,
            datetime.now(UTC),
            _name(actor),
            dry_run=dry_run,
            progress=lambda share: report("looking at periods", share),
        )

    def text() -> None:
        out.print(f"{done.due} decisions past their period, {done.emptied} emptied")
        out.print(f"{done.loans} loans past their period")
        for source, count in sorted(done.by_source.items()):
            out.print(f"{count} by {source}", markup=False)

    emit(as_json, asdict(done), text)
    if done.unknown:
        err.print(f"{done.unknown} old decisions stay: the model that knows their periods is gone")
        raise typer.Exit(1)


def _id(applicant: str) -> str:
    """The id as the API takes it, from standard input if asked. Raises typer.BadParameter."""
    from re import fullmatch

    from api.problem_rules import KEY
    from api.request_schema import KEY_PATTERN

    given = sys.stdin.readline().strip() if applicant == _STDIN else applicant
    if not fullmatch(KEY_PATTERN, given):
        raise typer.BadParameter(f"the applicant's id {KEY.of()}")
    return given


def _name(actor: str | None) -> str:
    return actor or getpass.getuser()
