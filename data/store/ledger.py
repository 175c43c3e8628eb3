"""Decisions and events, appended to one hash chain; what is personal is sealed on the way in.

Writes take the chain's lock once a call: PostgreSQL's advisory lock until the transaction ends,
SQLite's one write lock, which ``Store.write`` holds already. Rows go to the driver as one
``executemany``; through SQLAlchemy's own insert a row costs four times as much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from itertools import chain
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from data.store.chain import DECISION, ERASURE, START, decision_digest, entry_bytes, link, moment
from data.store.decisions import Decision, about, decision_of, pack
from data.store.engine import AnyConnection, Store, driver_cursor, is_sqlite
from data.store.tables import audit_chain, decisions
from data.store.tables_shadow import shadow_pairs
from data.vault import Vault
from data.vault.vault import Kind

_LOCK = 0x636861696E  # 'chain'
_ROWS = select(decisions)

_MOST = 32
"""Rows that one statement inserts; the driver keeps the statements of all numbers up to it."""

Rows = list[tuple[Any, ...]]
Ground = Literal["requested", "consent_withdrawn", "unlawful", "ordered"]
"""Why a person is erased (GDPR art. 17(1)); a list, as a text could name the person for ever."""
Reason = Ground | Literal["retention"]


class Tail(NamedTuple):
    """The newest row of the chain."""

    position: int
    link: bytes


class Ledger:
    """All decisions of ``store``, personal content sealed by ``vault``. Threads may share it."""

    BATCH = 1_000
    """Rows that ``between`` reads at a time."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store, self._vault = store, vault

    @property
    def vault(self) -> Vault:
        """What seals and gives pseudonyms."""
        return self._vault

    def append(self, connection: AnyConnection, made: Sequence[Decision]) -> None:
        """Append ``made`` in their order, in the caller's write transaction."""
        if not made:
            return
        as_text = is_sqlite(connection)
        with driver_cursor(connection) as cursor:
            tail = _lock_tail(cursor, as_text)
            self._vault.refresh()
            rows, links = self._rows(made, tail, as_text)
            _insert_all(cursor, decisions, rows, as_text)
            _insert_all(cursor, audit_chain, links, as_text)

    def _rows(self, made: Sequence[Decision], tail: Tail, as_text: bool) -> tuple[Rows, Rows]:
        """The rows of ``made`` and of the chain over them."""
        (position, before), rows, links = tail, [], []
        for decision in made:
            position += 1
            at = moment(decision.created_at)
            stored_at = at if as_text else decision.created_at
            row = self._row(decision, position, stored_at)
            digest = decision_digest(at, row)
            before = link(before, position, DECISION, at, decision.decision_id, digest)
            rows.append(row)
            about = (position, DECISION, stored_at, decision.decision_id)
            links.append((*about, None, digest, before))
        return rows, links

    def _row(self, made: Decision, position: int, stored_at: datetime | str) -> tuple[Any, ...]:
        vault = self._vault
        sealed, row_key = vault.seal(pack(made), made.decision_id)
        return (
            position,
            made.decision_id,
            stored_at,
            made.key_id,
            made.branch,
            made.officer,
            vault.pseudonym("applicant", made.applicant_id),
            vault.pseudonym("application", made.application_id),
            made.model_version,
            made.contract_hash,
            made.policy_version,
            made.pd,
            made.log_odds,
            made.points,
            made.band,
            made.recommendation,
            sha256(sealed).digest(),
            row_key,
            sealed,
        )

    def record(self, connection: Connection, kind: str, ref: str, entry: Mapping[str, Any]) -> None:
        """Append another event than a decision, in the caller's write transaction.

        ``entry`` is kept readable for ever: it may hold nothing personal but pseudonyms.
        """
        record(connection, kind, ref, entry)

    def person(self, applicant_id: str) -> str:
        """What stands for a person in the store (see ``Vault.pseudonym``)."""
        return self._vault.pseudonym("applicant", applicant_id)

    def pseudonym(self, kind: Kind, text: str) -> str:
        """What stands for an id of this kind in the store (see ``Vault.pseudonym``)."""
        return self._vault.pseudonym(kind, text)

    def seal_beside(
        self, connection: Connection, decision_id: str, plain: bytes, bound: str
    ) -> bytes | None:
        """``plain``, which belongs to a decision, sealed so that it goes when the decision goes.

        ``bound`` is the id of what is sealed. None: the decision is erased. In the caller's
        write transaction. Raises VaultError.
        """
        row_key = _row_key(connection, decision_id)
        self._vault.refresh()
        return row_key and self._vault.seal_beside(plain, row_key, decision_id, bound)

    def unseal_beside(
        self, connection: Connection, decision_id: str, sealed: bytes, bound: str
    ) -> bytes | None:
        """What ``seal_beside`` sealed; None when the decision is erased. Raises VaultError."""
        row_key = _row_key(connection, decision_id)
        return row_key and self._vault.unseal_beside(sealed, row_key, decision_id, bound)

    def erase(
        self,
        connection: Connection,
        applicant_id: str,
        actor: str,
        reason: Reason = "requested",
    ) -> int:
        """Make everything personal of a person unreadable; return the number of decisions.

        The rows and the chain over them stay. Recorded on the chain, also when nothing was left.
        """
        person = self.person(applicant_id)
        return self.empty(connection, about(person), person, actor, reason)

    def empty(
        self,
        connection: Connection,
        which: ColumnElement[bool],
        ref: str,
        actor: str,
        reason: Reason,
    ) -> int:
        """Erase the content of the decisions ``which`` selects; return their number.

        What challengers made of them goes as well. Recorded on the chain under ``ref`` with their
        positions: nothing else may take content away, or ``verify`` says so.
        """
        self.lock(connection)
        held = which & decisions.c.sealed.is_not(None)
        found = select(decisions.c.position).where(held).order_by(decisions.c.position)
        positions = list(connection.execute(found).scalars())
        connection.execute(update(decisions).where(held).values(sealed=None, row_key=None))
        empty = select(decisions.c.position).where(which & decisions.c.sealed.is_(None))
        connection.execute(delete(shadow_pairs).where(shadow_pairs.c.position.in_(empty)))
        entry = {"actor": actor, "reason": reason, "positions": positions}
        self.record(connection, ERASURE, ref, entry)
        return len(positions)

    def lock(self, connection: Connection) -> Tail:
        """The newest row of the chain, which stays so until the caller's transaction ends."""
        with driver_cursor(connection) as cursor:
            return _lock_tail(cursor, connection.dialect.name == "sqlite")

    def tail(self) -> Tail:
        """The newest row of the chain; position 0 when there is none. Raises StoreError."""
        with self._store.read() as connection, driver_cursor(connection) as cursor:
            return _tail(cursor)

    def find(self, decision_id: str) -> Decision | None:
        """The decision with this id, if there is one. Raises StoreError, VaultError."""
        with self._store.read() as connection:
            query = _ROWS.where(decisions.c.decision_id == decision_id)
            row = connection.execute(query).one_or_none()
        return decision_of(row, self._vault) if row else None

    def recent(self, branch: str | None = None, limit: int = 100) -> list[Decision]:
        """The newest decisions first, of one branch or of all. Raises StoreError, VaultError."""
        query = _ROWS.order_by(decisions.c.position.desc()).limit(limit)
        if branch is not None:
            query = query.where(decisions.c.branch == branch)
        with self._store.read() as connection:
            return [decision_of(row, self._vault) for row in connection.execute(query)]

    def page(
        self, which: ColumnElement[bool], limit: int, before: int | None = None
    ) -> list[tuple[int, Decision]]:
        """Decisions that ``which`` selects, newest first, each with its position.

        ``before``: only those at lower positions. Raises StoreError, VaultError.
        """
        query = _ROWS.where(which).order_by(decisions.c.position.desc()).limit(limit)
        if before is not None:
            query = query.where(decisions.c.position < before)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return [(row.position, decision_of(row, self._vault)) for row in rows]

    def of_applicant(self, applicant_id: str) -> list[Decision]:
        """All decisions about a person, oldest first. Raises StoreError, VaultError."""
        person = self.person(applicant_id)
        query = _ROWS.where(about(person)).order_by(decisions.c.position)
        with self._store.read() as connection:
            return [decision_of(row, self._vault) for row in connection.execute(query)]

    def between(
        self, start: datetime, end: datetime, *, readable: bool = False, referred: bool = False
    ) -> Iterator[Decision]:
        """Decisions from ``start`` until before ``end`` in order of their time, read in batches.

        ``readable``: only those that are not erased; ``referred``: also those that no model made,
        as it was suspended. Raises StoreError, VaultError.
        """
        at, position = decisions.c.created_at, decisions.c.position
        query = _ROWS.where(at < end).order_by(at, position).limit(self.BATCH)
        if readable:
            query = query.where(decisions.c.sealed.is_not(None))
        if not referred:
            query = query.where(decisions.c.pd.is_not(None))
        begin = at >= start
        while True:
            with self._store.read() as connection:
                rows = connection.execute(query.where(begin)).all()
            yield from (decision_of(row, self._vault) for row in rows)
            if len(rows) < self.BATCH:
                return
            last = rows[-1]
            same = (at == last.created_at) & (position > last.position)
            begin = (at > last.created_at) | same


def record(connection: Connection, kind: str, ref: str, entry: Mapping[str, Any]) -> None:
    """Append an event without anything sealed; see ``Ledger.record``."""
    as_text = connection.dialect.name == "sqlite"
    with driver_cursor(connection) as cursor:
        tail = _lock_tail(cursor, as_text)
        now, content, position = datetime.now(UTC), entry_bytes(entry), tail.position + 1
        digest = sha256(content).digest()
        made = link(tail.link, position, kind, moment(now), ref, digest)
        stored_at = moment(now) if as_text else now
        row = (position, kind, stored_at, ref, content, digest, made)
        _insert_all(cursor, audit_chain, [row], as_text)


def _row_key(connection: Connection, decision_id: str) -> bytes | None:
    query = select(decisions.c.row_key).where(decisions.c.decision_id == decision_id)
    found: bytes | None = connection.execute(query).scalar()
    return found


def _lock_tail(cursor: Any, sqlite: bool) -> Tail:
    """The newest row of the chain, which stays so until the caller's write transaction ends."""
    if not sqlite:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
    return _tail(cursor)


def _tail(cursor: Any) -> Tail:
    cursor.execute("SELECT position, link FROM audit_chain ORDER BY position DESC LIMIT 1")
    row = cursor.fetchone()
    return Tail(*row) if row else Tail(0, START)


def _insert_all(cursor: Any, table: Table, rows: Rows, sqlite: bool) -> None:
    """Insert ``rows``; SQLite takes many in one statement.

    A thread gives Python's lock up around each statement of SQLite and has to get it back.
    """
    if not sqlite:
        cursor.executemany(_insert(table, "%s", 1), rows)
        return
    for at in range(0, len(rows), _MOST):
        some = rows[at : at + _MOST]
        cursor.execute(_insert(table, "?", len(some)), list(chain.from_iterable(some)))


@cache
def _insert(table: Table, mark: str, rows: int) -> str:
    """The insert of all columns of some ``rows`` of ``table`` in the driver's own form."""
    names = [column.name for column in table.columns]
    places = ", ".join([f"({', '.join([mark] * len(names))})"] * rows)
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {places}"  # noqa: S608
