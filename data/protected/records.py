"""What goes into the tables of protected attributes, and what comes out of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_
from sqlalchemy.dialects import postgresql, sqlite

from data.protected.tables import statements


@dataclass(frozen=True, slots=True)
class Access:
    """One reading or erasure: when, by whom, what for, and of how many people."""

    at: datetime
    actor: str
    purpose: str
    people: int


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Statements that came from the inbox, and files there that the store's key does not open."""

    taken: int
    unreadable: int


def access_row(at: datetime, actor: str, purpose: str, people: int) -> dict[str, Any]:
    """A row of the log of accesses."""
    return {"at": at, "actor": actor, "purpose": purpose, "people": people}


def upsert(connection: Connection) -> postgresql.Insert | sqlite.Insert:
    """Insert or replace a statement; the later stands, and no import replaces a declaration."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(statements)
    new, old = statement.excluded, statements.c
    changed = ("value", "recorded_at", "source", "actor")
    return statement.on_conflict_do_update(
        index_elements=["pseudonym", "attribute"],
        set_={name: new[name] for name in changed},
        where=and_(
            new.recorded_at >= old.recorded_at,
            or_(new.source == "self_declared", old.source == "imported"),
        ),
    )
