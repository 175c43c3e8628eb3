"""``microscore keys``: create, list and revoke API keys."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from api.cli.output import JsonOption, emit, out, table

app = typer.Typer(help="Keys for the applications that call the service.", no_args_is_help=True)


@app.command()
def create(
    role: Annotated[str, typer.Option(help="officer, risk, mlops, auditor or admin.")],
    branch: Annotated[str | None, typer.Option(help="Branch of an officer.")] = None,
    name: Annotated[str, typer.Option(help="Which application or person it is for.")] = "",
    days: Annotated[int, typer.Option(min=1, help="Days until it expires.")] = 365,
    as_json: JsonOption = False,
) -> None:
    """Create a key. It is printed once and never stored; send it as a bearer token."""
    from api.auth import Pepper, create_key
    from api.settings import Settings
    from api.wiring import open_home_store

    settings = Settings()
    expires = datetime.now(UTC) + timedelta(days=days)
    with open_home_store(settings) as store:
        pepper = Pepper.load_or_create(settings.keys_folder)
        key, row = create_key(store, pepper, role, branch, name, expires)
    payload = {
        "key": key,
        "key_id": row.key_id,
        "role": role,
        "branch": branch,
        "expires_at": expires.isoformat(timespec="seconds"),
    }

    def text() -> None:
        out.print(key, markup=False, highlight=False, soft_wrap=True)
        out.print(f"role {role}; keep it secret: it is not shown again", highlight=False)

    emit(as_json, payload, text)


@app.command("list")
def list_keys(as_json: JsonOption = False) -> None:
    """List keys, without the secret."""
    from api.wiring import open_home_store
    from data.store.keys import all_keys

    with open_home_store() as store:
        keys = [
            {
                "key_id": k.key_id,
                "role": k.role,
                "branch": k.branch,
                "name": k.name,
                "expires_at": k.expires_at,
                "revoked_at": k.revoked_at,
            }
            for k in all_keys(store)
        ]
    columns = ["key_id", "role", "branch", "name", "expires_at", "revoked_at"]
    rows = [[str(k[c] or "") for c in columns] for k in keys]
    emit(as_json, {"keys": keys}, lambda: out.print(table("Keys", columns, rows)))


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
