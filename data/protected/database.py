"""The database of protected attributes: a SQLite file, or a schema of PostgreSQL, of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from alembic import command
from alembic.config import Config
from sqlalchemy import ColumnClause, Connection, column, select, table, text

from data.errors import StoreError
from data.protected.migrations import HEAD
from data.protected.tables import SCHEMA, VERSIONS
from data.store import Store, open_store

_ADVISORY_LOCK = 0x70726F746563  # 'protec'
_WAIT_MS = 60_000


def schema_of(connection: Connection) -> str | None:
    """Name of the schema that holds the tables; SQLite has none."""
    return SCHEMA if connection.dialect.name == "postgresql" else None


class Database:
    """Connections to the tables of protected attributes. Threads may share it."""

    def __init__(self, url: str) -> None:
        self._store: Store = open_store(url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state. Raises StoreError when the database cannot answer."""
        with self._in_schema(self._store.read()) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, durable when the block ends well. Raises StoreError."""
        with self._in_schema(self._store.write()) as connection:
            yield connection

    @contextmanager
    def _in_schema(self, opened: AbstractContextManager[Connection]) -> Iterator[Connection]:
        with opened as connection:
            names = {SCHEMA: schema_of(connection)}
            yield connection.execution_options(schema_translate_map=names)

    def migrate(self) -> None:
        """Bring the tables to this program's version. Raises StoreError.

        A role that may not create tables finds nothing to do, if their owner was here before.
        """
        with self.read() as connection:
            if _version(connection) == HEAD:
                return
        with self._store.write() as connection:
            if schema_of(connection):
                connection.execute(text(f"SET LOCAL lock_timeout = {_WAIT_MS}"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            config = Config()
            config.set_main_option("script_location", "data.protected:migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        with self.read() as connection:
            if _version(connection) != HEAD:
                raise StoreError("the protected tables are of a newer version of microscore")

    def close(self) -> None:
        """Close every connection."""
        self._store.close()


def _version(connection: Connection) -> str | None:
    schema = schema_of(connection)
    if not connection.dialect.has_table(connection, VERSIONS, schema=schema):
        return None
    number: ColumnClause[str] = column("version_num")
    return connection.execute(select(number).select_from(table(VERSIONS, schema=schema))).scalar()
