"""``microscore keys``: create, list and revoke API keys."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from api.cli.output import JsonOption, emit, out, table

app = typer.Typer(help="Keys for the applications that call the service.", no_args_is_help=True)


@app.command()
def create(  # noqa: PLR0913, PLR0917  (each is an option)
    role: Annotated[str, typer.Option(help="officer, risk, mlops, auditor or admin.")],
    branch: Annotated[str | None, typer.Option(help="Branch of an officer.")] = None,
    name: Annotated[str, typer.Option(help="Which application or person it is for.")] = "",
    days: Annotated[int, typer.Option(min=1, help="Days until it expires.")] = 365,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="Only this scope of the role; may be given again. Default: all."),
    ] = None,
    scores_per_day: Annotated[
        int | None,
        typer.Option("--scores-per-day", min=1, help="Scores a day (UTC). Default: the server's."),
    ] = None,
    per_minute: Annotated[
        int | None,
        typer.Option("--per-minute", min=1, help="Requests a minute. Default: the server's."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Create a key. It is printed once and never stored; send it as a bearer token."""
    from api.api_keys import Narrowing, Pepper, create_key
    from api.settings import Settings
    from api.wiring import open_home_store

    settings = Settings()
    expires = datetime.now(UTC) + timedelta(days=days)
    with open_home_store(settings) as store:
        pepper = Pepper.load_or_create(settings.keys_folder)
        narrowing = Narrowing(scope or None, scores_per_day, per_minute)
        key, row = create_key(store, pepper, role, branch, name, expires, narrowing)
    payload = {
        "key": key,
        "key_id": row.key_id,
        "role": role,
        "scopes": row.scopes,
        "branch": branch,
        "scores_per_day": scores_per_day,
        "requests_per_minute": per_minute,
        "expires_at": expires.isoformat(timespec="seconds"),
    }

    def text() -> None:
        out.print(key, markup=False, highlight=False, soft_wrap=True)
        out.print(f"role {role}; keep it secret: it is not shown again", highlight=False)

    emit(as_json, payload, text)


@app.command("list")
def list_keys(as_json: JsonOption = False) -> None:
    """List keys, without the secret, and how many scores each has taken today (UTC)."""
    from api.wiring import open_home_store
    from data.store.keys import all_keys
    from data.store.usage import scores_of

    with open_home_store() as store:
        today = scores_of(store, datetime.now(UTC).date())
        keys = [
            {column: getattr(key, column) for column in _COLUMNS}
            | {"scores_today": today.get(key.key_id, 0)}
            for key in all_keys(store)
        ]
    rows = [[_cell(value) for value in key.values()] for key in keys]
    columns = [*_COLUMNS, "scores_today"]
    emit(as_json, {"keys": keys}, lambda: out.print(table("Keys", columns, rows)))


_COLUMNS = (
    "key_id",
    "role",
    "scopes",
    "branch",
    "name",
    "scores_per_day",
    "requests_per_minute",
    "expires_at",
    "revoked_at",
)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return " ".join(value) if isinstance(value, list) else str("" if value is None else value)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The id that `keys list` shows.")],
    as_json: JsonOption = False,
) -> None:
    """Revoke a key; the next request with it is refused."""
    from api.wiring import open_home_store
    from data.errors import AccessError
    from data.store.keys import revoke_key

    with open_home_store() as store:
        if not revoke_key(store, key_id, datetime.now(UTC)):
            raise AccessError("no key in force has this id; see microscore keys list")
    emit(as_json, {"revoked": key_id}, lambda: out.print(f"{key_id} revoked", markup=False))
