"""A database administrator who means ill: owns every table, and has no key of the vault."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from data.store import Store
from data.store.chain import decision_digest, link, moment
from data.store.tables import audit_chain, decisions

TABLES = (decisions, audit_chain)
FAR = 1_000_000
Row = dict[str, Any]


@contextmanager
def at_work(store: Store) -> Iterator[Connection]:
    """A transaction in which nothing is append-only any more."""
    with store.write() as connection:
        if connection.dialect.name == "sqlite":
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.execute(text(query)).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            query = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
            for table in connection.execute(text(query)).scalars().all():
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield connection


def renumber(connection: Connection, first: int, by: int) -> None:
    """Move every row from ``first`` on by ``by`` positions."""
    for table in TABLES:
        place = table.c.position
        for step in (FAR, by - FAR):  # by way of positions that nobody has
            here = place >= (first if step == FAR else FAR)
            connection.execute(update(table).where(here).values(position=place + step))


def swap(connection: Connection, one: int, other: int) -> None:
    """Let two rows change places, on the chain and in the decisions."""
    for table in TABLES:
        for before, after in ((one, FAR), (other, one), (FAR, other)):
            change = update(table).where(table.c.position == before).values(position=after)
            connection.execute(change)


def forge(connection: Connection, position: int, like: int, **change: Any) -> None:
    """Put in a decision at a free ``position``, like the one at ``like``, with a good link."""
    row = _row(connection, decisions, like) | {"decision_id": "forged"} | change
    row["position"] = position
    connection.execute(insert(decisions), row)
    before = _row(connection, audit_chain, position - 1)["link"]
    connection.execute(insert(audit_chain), _chained(before, row))


def rewrite(connection: Connection, first: int, change: Callable[[Row], Row]) -> None:
    """Change the decision at ``first`` and make all digests and links from there on good."""
    changed = change(_row(connection, decisions, first))
    connection.execute(update(decisions).where(decisions.c.position == first).values(changed))
    before = _row(connection, audit_chain, first - 1)["link"]
    query = select(decisions).where(decisions.c.position >= first).order_by(decisions.c.position)
    for found in connection.execute(query).mappings().all():
        row = _chained(before, dict(found))
        here = audit_chain.c.position == row["position"]
        connection.execute(update(audit_chain).where(here).values(row))
        before = row["link"]


def _row(connection: Connection, table: Any, position: int) -> Row:
    query = select(table).where(table.c.position == position)
    return dict(connection.execute(query).mappings().one())


def _chained(before: bytes, row: Row) -> Row:
    at, position, ref = moment(row["created_at"]), row["position"], row["decision_id"]
    values = tuple(row[c.name] for c in decisions.columns)
    digest = decision_digest(at, values)
    made = link(before, position, "decision", at, ref, digest)
    about = {"position": position, "kind": "decision", "at": row["created_at"], "ref": ref}
    return about | {"entry": None, "digest": digest, "link": made}
