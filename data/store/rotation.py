"""A new master key for the vault, and every row key wrapped by it, while servers go on.

The chain says what was begun and what is done, so that a rotation that was stopped goes on where
it was. Servers look at the ring inside the chain's lock: after ``begun`` is followed by a new
active key, no row is written under an old one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, bindparam, select, update

from data.errors import StoreError, VaultError
from data.store.engine import RowRefusedError, Store
from data.store.features import rewrap_features, row_keys
from data.store.ledger import Ledger
from data.store.tables import audit_chain, decisions
from data.vault import KeyRing, Vault

ROTATION = "rotation"
_BATCH = 500
_PAUSE = 0.005
"""Seconds between batches, for those who wait for the lock."""
_ATTEMPTS = 40
_CHANGE = (
    update(decisions)
    .where(decisions.c.position == bindparam("at"), decisions.c.row_key == bindparam("old"))
    .values(row_key=bindparam("new"))
)
"""Only over the very row key that was read: a row erased meanwhile stays erased."""


Answer = TypeVar("Answer")


class Rotated(NamedTuple):
    """The active key, how many row keys it took over and how many rows no key opens."""

    key_id: str
    resumed: bool
    rewrapped: int
    unreadable: int


class _Batch(NamedTuple):
    last: int | None
    changed: int
    unreadable: int


class Rotation:
    """Rotates the master key of ``ring`` for the rows of ``store``."""

    def __init__(self, store: Store, ledger: Ledger, vault: Vault, ring: KeyRing) -> None:
        self._store, self._ledger, self._vault, self._ring = store, ledger, vault, ring

    def run(self, key_id: str | None, actor: str, progress: Callable[[float], None]) -> Rotated:
        """Rotate to ``key_id`` (None: the next number), or finish what was begun.

        Raises StoreError, VaultError.
        """
        begun = self._begun()
        target = begun or key_id or self._next_id()
        self._ring.add(target)
        if begun is None:
            self._record(target, {"actor": actor, "state": "begun"})
        self._ring.activate(target)
        self._vault.refresh()
        rewrapped, unreadable = self._rewrap_all(progress)
        after: str | None = ""
        while after is not None:
            work = partial(rewrap_features, vault=self._vault, after=after)
            after, more, lost = self._write(work)
            rewrapped, unreadable = rewrapped + more, unreadable + lost
        counted = {"rewrapped": rewrapped, "unreadable": unreadable}
        self._record(target, {"actor": actor, "state": "done", **counted})
        return Rotated(target, begun is not None, rewrapped, unreadable)

    def remove_old(self, actor: str) -> tuple[list[str], list[str]]:
        """Delete keys that wrap no row; return those that went and those still needed.

        Raises VaultError while a rotation is not done, StoreError.
        """
        if self._begun() is not None:
            raise VaultError("a rotation is not done yet; run rotate-keys again first")
        needed = self._needed()
        old = self._ring.others()
        gone = [key_id for key_id in old if key_id not in needed]
        for key_id in gone:
            self._record(key_id, {"actor": actor, "state": "removed"})
            self._ring.remove(key_id)
        return gone, [key_id for key_id in old if key_id in needed]

    def _begun(self) -> str | None:
        """The key of a rotation that was begun and is not done."""
        query = (
            select(audit_chain.c.ref, audit_chain.c.entry)
            .where(audit_chain.c.kind == ROTATION)
            .order_by(audit_chain.c.position.desc())
        )
        with self._store.read() as connection:
            row = connection.execute(query.limit(1)).one_or_none()
        begun = row is not None and json.loads(row.entry)["state"] == "begun"
        return str(row.ref) if row is not None and begun else None

    def _next_id(self) -> str:
        known = [self._ring.active(), *self._ring.others()]
        return str(1 + max((int(k) for k in known if k.isdecimal()), default=0))

    def _record(self, key_id: str, entry: dict[str, Any]) -> None:
        self._write(lambda c: self._ledger.record(c, ROTATION, key_id, entry))

    def _write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do ``work`` in a transaction; servers that write all the time are waited for."""
        for _ in range(_ATTEMPTS - 1):
            try:
                with self._store.write() as connection:
                    return work(connection)
            except RowRefusedError:
                raise
            except StoreError:
                time.sleep(_PAUSE)
        with self._store.write() as connection:
            return work(connection)

    def _rewrap_all(self, progress: Callable[[float], None]) -> tuple[int, int]:
        last, after, changed, unreadable = self._write(self._ledger.lock).position, 0, 0, 0
        while True:
            batch = self._write(partial(self._rewrap, after, last))
            changed, unreadable = changed + batch.changed, unreadable + batch.unreadable
            if batch.last is None:
                return changed, unreadable
            after = batch.last
            progress(min(1.0, after / last))
            time.sleep(_PAUSE)

    def _rewrap(self, after: int, last: int, connection: Connection) -> _Batch:
        rows = _row_keys(connection, after, last)
        changes, unreadable = self._changes(rows)
        if changes:
            connection.execute(_CHANGE, changes)
        return _Batch(rows[-1][0] if rows else None, len(changes), unreadable)

    def _changes(self, rows: Sequence[Any]) -> tuple[list[dict[str, Any]], int]:
        changes, unreadable = [], 0
        for position, decision_id, old in rows:
            try:
                new = self._vault.rewrap(old, decision_id)
            except VaultError:
                unreadable += 1
                continue
            if new != old:
                changes.append({"at": position, "old": old, "new": new})
        return changes, unreadable

    def _needed(self) -> set[str]:
        """Ids of all keys that wrap a row."""
        needed: set[str] = set()
        last, after = self._ledger.tail().position, 0
        while True:
            with self._store.read() as connection:
                rows = _row_keys(connection, after, last)
                others = () if rows else row_keys(connection)
            if not rows:
                return needed | {key_id_of(row_key) for row_key in others}
            needed |= {key_id_of(row_key) for _, _, row_key in rows}
            after = rows[-1][0]


def key_id_of(row_key: bytes) -> str:
    """The id of the key that wraps ``row_key``."""
    return row_key[1 : 1 + row_key[0]].decode("ascii", "replace") if row_key else ""


def _row_keys(connection: Connection, after: int, last: int) -> Sequence[Any]:
    """Some rows behind ``after``, up to ``last``: later ones have the new key already.

    Without that end a rotation would run behind busy servers for ever.
    """
    position, row_key = decisions.c.position, decisions.c.row_key
    query = select(position, decisions.c.decision_id, row_key)
    query = query.where(position > after, position <= last, row_key.is_not(None))
    return connection.execute(query.order_by(position).limit(_BATCH)).all()
