"""``microscore fairness protect-...``: the protected attributes of people, for audits alone."""

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli.data_files import DataPath, Encoding, show_findings
from api.cli.output import BAD_DATA, JsonOption, emit, out, progress_bar, table

Actor = Annotated[str | None, typer.Option(help="Who; default: the user of this machine.")]


def protect_import(
    contract: Annotated[str, typer.Argument(help="A contract's name or YAML file.")],
    data: DataPath,
    actor: Actor = None,
    encoding: Encoding = None,
    as_json: JsonOption = False,
) -> None:
    """Take protected attributes from files into their own store; no other column is read.

    Exit code 2 when a row is wrong: the good rows are in the store, and no report is written
    that would hold values.
    """
    from api.audits import open_protected
    from data.contract_loading import load_contract
    from data.protected.files import read_protected
    from data.reading import summary

    loaded = load_contract(contract)
    with progress_bar() as progress:
        portfolio = read_protected(loaded, data, encoding=encoding, progress=progress)
        progress("storing", 0.0)
        with open_protected() as (store, _):
            now = datetime.now(UTC)
            people = store.import_tables(loaded, portfolio.tables, _name(actor), now)
        progress("storing", 1.0)
    payload = summary(portfolio) | {
        "people": people,
        "findings": [asdict(finding) for finding in portfolio.findings],
    }

    def show() -> None:
        show_findings(portfolio, payload)
        out.print(f"{people} people in the store of protected attributes", highlight=False)

    emit(as_json, payload, show)
    if not payload["ok"]:
        raise typer.Exit(BAD_DATA)


def protect_inbox(as_json: JsonOption = False) -> None:
    """Take in what the server has collected; the first time, make the key that it seals with."""
    from api.audits import open_protected

    with open_protected() as (_, found):
        payload = asdict(found)
    text = f"{found.taken} statements taken in"
    if found.unreadable:
        text += f"; {found.unreadable} files were not sealed to this store's key and stay there"
    emit(as_json, payload, lambda: out.print(text, highlight=False))
    if found.unreadable:
        raise typer.Exit(BAD_DATA)


def protect_erase(
    applicant: Annotated[str, typer.Argument(help="The applicant's id.")],
    actor: Actor = None,
    as_json: JsonOption = False,
) -> None:
    """Delete all protected attributes of a person, also those that wait in the inbox."""
    from api.audits import open_protected

    with open_protected() as (store, _):
        erased = store.erase(applicant, _name(actor), datetime.now(UTC))
    emit(
        as_json, {"erased": erased}, lambda: out.print(f"{erased} attributes erased", markup=False)
    )


def protect_log(as_json: JsonOption = False) -> None:
    """Show who read or erased protected attributes, when, what for and of how many people."""
    from api.audits import open_protected

    with open_protected() as (store, _):
        accesses = store.accesses()
    rows = [[f"{a.at:%Y-%m-%d %H:%M:%S}", a.actor, a.purpose, str(a.people)] for a in accesses]
    shown = table("Accesses", ["at (UTC)", "who", "what for", "people"], rows)
    payload = {"accesses": [asdict(a) | {"at": a.at.isoformat()} for a in accesses]}
    emit(as_json, payload, lambda: out.print(shown))


def protect_grants(
    scoring_role: Annotated[str, typer.Option(help="The server's role on PostgreSQL.")],
    audit_role: Annotated[str, typer.Option(help="The role that audits connect with.")],
    as_json: JsonOption = False,
) -> None:
    """Shut the scoring role out of the protected tables and prove it; run as their owner."""
    from api.audits import open_protected

    with open_protected() as (store, _):
        store.secure(scoring_role, audit_role)
    payload = {"shut_out": scoring_role, "let_in": audit_role}
    text = f"{scoring_role} cannot reach protected attributes; {audit_role} can"
    emit(as_json, payload, lambda: out.print(text, markup=False, highlight=False))


def _name(actor: str | None) -> str:
    return actor or getpass.getuser()
