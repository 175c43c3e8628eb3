"""Reads and writes of a local database in microseconds: the driver's own connection, kept open.

Taking a connection from SQLAlchemy's pool and giving it back costs more than a small transaction.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from data.errors import StoreError
from data.store.engine import PATIENCE, RowRefusedError, Store, refused, silent

Row = tuple[Any, ...]


class _Kept:
    """One connection for one thread: opened when it is needed, anew when the file was replaced."""

    def __init__(self, store: Store, patience: float) -> None:
        self._store, self._patience = store, patience
        self._connection: sqlite3.Connection | None = None
        self._renewals = 0
        self.file: Any = None
        self.openings = 0

    def connection(self) -> sqlite3.Connection:
        """The connection. Raises StoreError."""
        if self._renewals != self._store.renewals:
            self.close()
        if self._connection is None:
            self._renewals = self._store.renewals
            self.openings += 1
            try:
                self._connection, self.file = self._store.quick_connection(self._patience)
            except sqlite3.Error as error:
                raise silent(error) from None
        return self._connection

    def close(self) -> None:
        """Close it; whatever was not committed is undone."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


class QuickReader:
    """Asks a local database without waiting for anybody; for one thread."""

    def __init__(self, store: Store) -> None:
        self._kept = _Kept(store, patience=0.0)

    @property
    def openings(self) -> int:
        """How often the database was opened; after a new opening it may be another one."""
        return self._kept.openings

    def all(self, query: str, parameters: Row) -> list[Row]:
        """The rows as the driver has them, as they are committed now. Raises StoreError."""
        try:
            rows: list[Row] = self._kept.connection().execute(query, parameters).fetchall()
        except sqlite3.Error as error:
            raise silent(error) from None
        return rows

    def close(self) -> None:
        """Close the connection."""
        self._kept.close()


class QuickWriter:
    """Writes to a local database as ``Store.write`` does; for one thread."""

    def __init__(self, store: Store) -> None:
        self._store, self._kept = store, _Kept(store, PATIENCE)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: durable when the block ends well, and undone by any exception.

        Raises StoreError, or RowRefusedError when it is the row's own fault.
        """
        with self._store.turn(), self._transaction() as connection:
            yield connection
        self._store.check_file(self._kept.file)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._kept.connection()
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            _commit(connection)
        except BaseException as error:
            self._undo(connection, error)
            if isinstance(error, (sqlite3.IntegrityError, sqlite3.DataError)):
                raise refused(error) from None
            if isinstance(error, sqlite3.Error):
                raise silent(error) from None
            raise

    def _undo(self, connection: sqlite3.Connection, error: BaseException) -> None:
        """Roll back; after an error of the database itself the next one gets a new connection."""
        if isinstance(error, (sqlite3.Error, StoreError)) and not isinstance(
            error, (sqlite3.IntegrityError, sqlite3.DataError, RowRefusedError)
        ):
            self._kept.close()
            return
        try:
            connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._kept.close()

    def close(self) -> None:
        """Close the connection."""
        self._kept.close()


def _commit(connection: sqlite3.Connection) -> None:
    connection.execute("COMMIT")
