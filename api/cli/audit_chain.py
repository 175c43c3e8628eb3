"""``microscore audit``: the chain over all decisions, its signed heads and the vault's keys."""

import getpass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from api.cli.output import JsonOption, emit, err, out, progress_bar

app = typer.Typer(
    help="The tamper-evident record of decisions: verify it, sign its head, rotate its keys.",
    no_args_is_help=True,
)
BROKEN = 1
_MOST_SHOWN = 100


@app.command()
def verify(as_json: JsonOption = False) -> None:
    """Walk the whole chain and name every row that was changed, deleted, put in or moved.

    Compares with the signed heads in HOME/audit/heads and opens all sealed content. Servers may
    go on writing. Exit code 0 when the chain is intact, 1 when it is broken.
    """
    from api.wiring import open_audit
    from data.store.verify import verify as walk

    with open_audit() as audit, progress_bar() as report:
        heads, unsigned = audit.book.read()
        verdict = walk(audit.store, audit.vault, heads, lambda share: report("verifying", share))
    intact = not verdict.faults and not unsigned
    payload: dict[str, Any] = {
        "intact": intact,
        "rows": verdict.rows,
        "decisions": verdict.decisions,
        "heads": verdict.heads,
        "unsigned_heads": [str(path) for path in unsigned],
        "faults": [fault._asdict() for fault in verdict.faults],
    }

    def text() -> None:
        for path in unsigned:
            out.print(f"{path}: not a head signed here", markup=False, soft_wrap=True)
        for fault in verdict.faults[:_MOST_SHOWN]:
            row = f"{fault.position}" + (f" ({fault.ref})" if fault.ref else "")
            line = f"position {row}: {fault.what}: {fault.detail}"
            out.print(line, markup=False, highlight=False, soft_wrap=True)
        if len(verdict.faults) > _MOST_SHOWN:
            out.print(f"and {len(verdict.faults) - _MOST_SHOWN} more; see --json")
        word = "intact" if intact else "BROKEN"
        counted = f"{verdict.rows} rows, {verdict.decisions} decisions, {len(heads)} signed heads"
        out.print(f"{word}: {counted}")

    emit(as_json, payload, text)
    if not heads:
        err.print("no signed head yet: whoever has the database could write the chain anew")
    if not intact:
        raise typer.Exit(BROKEN)


@app.command()
def head(as_json: JsonOption = False) -> None:
    """Sign where the chain stands today and keep it in HOME/audit/heads, once a day.

    A server does it by itself; copy the folder to where nobody with the database can write.
    """
    from api.heads import sign_head
    from api.wiring import open_audit
    from data.errors import StoreError

    with open_audit() as audit:
        written = sign_head(audit.ledger, audit.book, datetime.now(UTC).date())
    if written is None:
        raise StoreError("the chain is empty; there is nothing to sign yet")
    payload = {
        "day": str(written.day),
        "position": written.position,
        "link": written.link.hex(),
    }
    emit(as_json, payload, lambda: out.print(f"{written.day}: position {written.position}"))


@app.command("rotate-keys")
def rotate_keys(
    key_id: Annotated[
        str | None, typer.Option(help="Id of the new key; default: the next number.")
    ] = None,
    remove_old: Annotated[
        bool, typer.Option("--remove-old", help="Then delete the keys that no row needs.")
    ] = False,
    actor: Annotated[str | None, typer.Option(help="Who; default: this machine's user.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a new master key and wrap all row keys with it, while servers go on.

    Sealed content stays as it is. A rotation that was stopped is finished by the same command.
    """
    from api.wiring import open_audit
    from data.store.rotation import Rotation

    by = actor or getpass.getuser()
    with open_audit() as audit, progress_bar() as report:
        rotation = Rotation(audit.store, audit.ledger, audit.vault, audit.ring)
        done = rotation.run(key_id, by, lambda share: report("wrapping row keys", share))
        gone, needed = rotation.remove_old(by) if remove_old else ([], [])
    payload = {**done._asdict(), "removed": gone, "still_needed": needed}

    def text() -> None:
        verb = "finished" if done.resumed else "made"
        out.print(f"key {done.key_id} {verb}: {done.rewrapped} row keys wrapped anew")
        if done.unreadable:
            out.print(f"{done.unreadable} rows cannot be opened: run microscore audit verify")
        if gone or needed:
            out.print(f"removed: {', '.join(gone) or '-'}; needed: {', '.join(needed) or '-'}")

    emit(as_json, payload, text)
