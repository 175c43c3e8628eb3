"""Idempotency keys: which request made what, so that sending it again makes nothing more.

The row is written in the transaction of what the request made: both stand or neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from data.store.engine import RowRefusedError, Store
from data.store.tables import idempotency

KEPT = timedelta(hours=24)
_MOST_DROPPED = 1_000


class ClaimTakenError(RowRefusedError):
    """Another request has this idempotency key already."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One request under an idempotency key.

    ``token`` is the SHA-256 of the key that the client sent, ``body`` a keyed digest of what was
    asked (a plain one could be guessed), both in hexadecimal.
    """

    key_id: str
    token: str
    body: str
    at: datetime


class Made(NamedTuple):
    """What the first request under a claim made: ids, and the digest of what it asked."""

    body: str
    ids: list[str]


def find_made(store: Store, claim: Claim) -> Made | None:
    """What was made under the key of ``claim`` in the last 24 hours. Raises StoreError."""
    here = (idempotency.c.key_id == claim.key_id) & (idempotency.c.token == claim.token)
    recent = idempotency.c.created_at >= claim.at - KEPT
    query = select(idempotency.c.body, idempotency.c.decision_ids).where(here & recent)
    with store.read() as connection:
        row = connection.execute(query).one_or_none()
    return Made(*row) if row else None


def take_claims(connection: Connection, made: Sequence[tuple[Claim, Sequence[str]]]) -> list[bool]:
    """Insert claims with the ids of what they make, in the caller's transaction.

    Tells of each whether it is the first; another request came before the rest. Rows older than
    24 hours do not count, and some of them are dropped.
    """
    rows = {
        (claim.key_id, claim.token): {
            "key_id": claim.key_id,
            "token": claim.token,
            "body": claim.body,
            "decision_ids": list(ids),
            "created_at": claim.at,
        }
        for claim, ids in reversed(made)
    }
    oldest = max(claim.at for claim, _ in made) - KEPT
    _drop(connection, oldest)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = dialect.insert(idempotency).values([rows[name] for name in sorted(rows)])
    columns = ("body", "decision_ids", "created_at")
    upsert = new.on_conflict_do_update(
        index_elements=["key_id", "token"],
        set_={name: new.excluded[name] for name in columns},
        where=idempotency.c.created_at < oldest,
    ).returning(idempotency.c.key_id, idempotency.c.token)
    taken = {(row.key_id, row.token) for row in connection.execute(upsert)}
    first = []
    for claim, _ in made:
        first.append((claim.key_id, claim.token) in taken)
        taken.discard((claim.key_id, claim.token))  # of two alike in here the first counts
    return first


def take_claim(connection: Connection, claim: Claim | None, ids: Sequence[str]) -> None:
    """Insert ``claim``, if there is one, in the caller's transaction, which makes ``ids``.

    Raises ClaimTakenError when another request has it.
    """
    if claim is not None and not take_claims(connection, [(claim, ids)])[0]:
        raise ClaimTakenError("another request has this claim")


def _drop(connection: Connection, oldest: datetime) -> None:
    """Drop expired rows, not all at once; another process may be at it."""
    key = idempotency.c.key_id, idempotency.c.token
    expired = (
        select(*key)
        .where(idempotency.c.created_at < oldest)
        .order_by(idempotency.c.created_at)
        .limit(_MOST_DROPPED)
        .with_for_update(skip_locked=True)
    )
    connection.execute(delete(idempotency).where(tuple_(*key).in_(expired)))
