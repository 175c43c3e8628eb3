"""``microscore people``: who may sign in at the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import JsonOption, emit, out, table

if TYPE_CHECKING:
    from api.api_keys import Pepper
    from data.store import Store
    from data.store.ledger import Ledger
    from data.store.people import Person

app = typer.Typer(
    help="People who sign in at the pages (/officer and others), with a password of their own.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="The name that the person signs in with.")]
LinkOption = Annotated[
    bool,
    typer.Option(
        "--link", help="Print a one-time link (72 hours) where the person chooses a password."
    ),
]
BaseOption = Annotated[str, typer.Option(help="Where the pages are, for the link.")]
BASE = "http://127.0.0.1:8000"
ACTOR = "command line"


@app.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="officer, risk, mlops, auditor or admin.")],
    branch: Annotated[str | None, typer.Option(help="Branch of an officer.")] = None,
    link: LinkOption = False,
    base: BaseOption = BASE,
    as_json: JsonOption = False,
) -> None:
    """Add a person. The password is asked for, or with --link chosen by the person.

    An officer sees and decides on the applications of the own branch alone.
    """
    from api.accounts import create_person, make_link, new_person

    person = new_person(name, role, branch, datetime.now(UTC))
    password = None if link else _asked_password()
    with _opened() as (store, ledger, pepper):
        person = create_person(store, ledger, person, password, ACTOR)
        path = make_link(store, ledger, pepper, person, ACTOR) if link else None
    _tell(as_json, person, None if path is None else base.rstrip("/") + path)


@app.command("list")
def list_people(as_json: JsonOption = False) -> None:
    """List all people with their role, branch and whether they can sign in."""
    from data.store.people import all_people

    with _opened() as (store, _, _pepper):
        found = all_people(store)
    people = [
        {
            "name": p.login,
            "role": p.role,
            "branch": p.branch,
            "state": _state(p),
            "added": p.created_at,
        }
        for p in found
    ]
    rows = [[str("" if value is None else value) for value in p.values()] for p in people]
    columns = ["name", "role", "branch", "state", "added"]
    emit(as_json, {"people": people}, lambda: out.print(table("People", columns, rows)))


@app.command()
def password(
    name: Name, link: LinkOption = False, base: BaseOption = BASE, as_json: JsonOption = False
) -> None:
    """Give a person a new password, or with --link a way to choose one; ends all sessions."""
    from api.accounts import change_password, make_link

    with _opened() as (store, ledger, pepper):
        person = _known(store, name)
        if link:
            path = make_link(store, ledger, pepper, person, ACTOR)
            _tell(as_json, person, base.rstrip("/") + path)
            return
        change_password(store, ledger, person, _asked_password(), ACTOR)
    _tell(as_json, person, None)


@app.command()
def end(name: Name, as_json: JsonOption = False) -> None:
    """Close an account and all its sessions. What the person decided stays."""
    from data.store.people import end_person

    with _opened() as (store, ledger, _):
        person = _known(store, name)
        end_person(store, ledger, person.person_id, datetime.now(UTC), ACTOR)
    emit(as_json, {"ended": name}, lambda: out.print(f"{name} cannot sign in any more"))


@contextmanager
def _opened() -> Iterator[tuple["Store", "Ledger", "Pepper"]]:
    from api.api_keys import Pepper
    from api.settings import Settings
    from api.wiring import open_ledger

    settings = Settings()
    with open_ledger(settings) as (store, ledger):
        yield store, ledger, Pepper.load_or_create(settings.keys_folder)


def _asked_password() -> str:
    from getpass import getpass

    from data.errors import AccessError

    first = getpass("Password (not shown): ")
    if getpass("Again: ") != first:
        raise AccessError("the two passwords are not the same; try again")
    return first


def _known(store: "Store", name: str) -> "Person":
    from data.errors import AccessError
    from data.store.people import find_person

    person = find_person(store, name)
    if person is None or person.ended_at is not None:
        raise AccessError("nobody with this name can sign in; see microscore people list")
    return person


def _state(person: "Person") -> str:
    if person.ended_at is not None:
        return "ended"
    return "active" if person.password else "no password yet"


def _tell(as_json: bool, person: "Person", link: str | None) -> None:
    payload = {
        "name": person.login,
        "person_id": person.person_id,
        "role": person.role,
        "branch": person.branch,
        "link": link,
    }

    def text() -> None:
        out.print(f"{person.login}: {person.role}", highlight=False, markup=False)
        if link is not None:
            out.print(link, markup=False, highlight=False, soft_wrap=True)
            out.print("good once, for 72 hours; give it to this person alone", highlight=False)

    emit(as_json, payload, text)
