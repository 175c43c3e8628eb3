"""Reads of a local database in microseconds: the driver's own connection, nothing in between."""

import sqlite3
from typing import Any

from data.errors import StoreError
from data.store.engine import Store

Row = tuple[Any, ...]


class QuickReader:
    """Asks a local database without waiting for anybody; for one thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Any = None
        self._renewals = 0

    def all(self, query: str, parameters: Row) -> list[Row]:
        """The rows as the driver has them, as they are committed now. Raises StoreError."""
        try:
            if self._renewals != self._store.renewals:
                self.close()
                self._connection, self._renewals = None, self._store.renewals
            if self._connection is None:
                self._connection = self._store.quick_connection()
            rows: list[Row] = self._connection.execute(query, parameters).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"the database cannot answer now ({type(error).__name__})") from None
        return rows

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
