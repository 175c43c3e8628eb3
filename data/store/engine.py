"""Opening the store: SQLite (WAL, every commit on the disk) or PostgreSQL by URL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from data.errors import StoreError
from data.store.local_file import LocalFile
from data.store.migrations import HEAD
from data.store.turns import Turns

PATIENCE = 1.5
"""Seconds to wait for a lock or a connection before saying that the store cannot answer."""
_CONNECT_SECONDS = 2
_STATEMENT_SECONDS = 30
_POOL = 5
_WAL_LIMIT = 64 * 2**20


AnyConnection = Connection | sqlite3.Connection
"""A connection in a transaction: SQLAlchemy's, or the driver's own to a local database."""


class RowRefusedError(StoreError):
    """A row breaks a rule of the database: a duplicate, or a value that it cannot hold."""


class Store:
    """A database with our tables. Threads may share it; each call takes its own connection."""

    def __init__(self, engine: Engine, file: LocalFile | None = None) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._file = file
        self._turns = Turns(PATIENCE) if self.is_local else None
        self.renewals = 0
        """How often all connections were dropped, as the database's file was not there any more;
        who keeps one of ``quick_connection`` drops it as well."""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state. Raises StoreError when the database cannot answer."""
        with _translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: durable when the block ends well, and undone by any exception.

        Raises StoreError, or RowRefusedError when it is the row's own fault.
        """
        with self.turn(), _translated(), self._writer.begin() as connection:
            opened = connection.info.get(LocalFile.OPENED)
            yield connection
        self.check_file(opened)

    def check_file(self, opened: Any) -> None:
        """Raise StoreError when the file that a connection ``opened`` is not there any more.

        Whatever was written to it is lost, and every connection to it is dropped.
        """
        if self._file is not None and not self._file.still(opened):
            self.renewals += 1
            self._engine.dispose()
            raise StoreError("the database's file is not where it was opened")

    def turn(self) -> AbstractContextManager[None]:
        """The right to write next, for a block; whoever has it asks for no second one."""
        return self._turns.mine() if self._turns else nullcontext()

    def check(self) -> None:
        """Write (the schema's version over itself) and commit, as a decision would.

        Raises StoreError when that fails or the tables are not those of this program.
        """
        with self.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
            if _revision(connection) != HEAD:
                raise StoreError("the tables of the database are of another version; migrate first")

    def migrate(self) -> None:
        """Bring the tables to this program's version. Processes that start at once take turns.

        Raises StoreError, also for tables of a version that this program has never heard of.
        """
        if self._migrated():
            return
        from data.store.migrating import upgrade

        with _translated(), self._writer.connect() as connection:
            upgrade(connection)

    def _migrated(self) -> bool:
        with self.read() as connection:
            known = self._engine.dialect.has_table(connection, "alembic_version")
            return known and _revision(connection) == HEAD

    @property
    def is_local(self) -> bool:
        """Whether the database is a file of this machine: then a read need not wait."""
        return self._engine.dialect.name == "sqlite"

    @property
    def folder(self) -> Path | None:
        """Where the file of a local database is."""
        return self._file.path.parent if self._file else None

    def quick_connection(self, patience: float = 0.0) -> tuple[sqlite3.Connection, Any]:
        """A connection of the driver to a local database, outside of the pool, and its file.

        It is in nobody's transaction and waits ``patience`` seconds for a lock. The caller closes
        it, and asks ``check_file`` about what it wrote. Raises StoreError.
        """
        with _translated():
            pooled = self._engine.raw_connection()
        opened = pooled.info.get(LocalFile.OPENED)
        pooled.detach()
        connection: Any = pooled.dbapi_connection
        connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}").close()
        return connection, opened

    def hurry(self) -> None:
        """Hold the lock of a local database for a shorter time, for work that can be done again.

        After a power cut the newest commits of this process may be missing, each as a whole; those
        of others are as durable as before.
        """
        if self.is_local:

            @event.listens_for(self._engine, "connect")
            def configure(connection: Any, _record: Any) -> None:
                connection.execute("PRAGMA synchronous = NORMAL").close()

            self._engine.dispose()

    def close(self) -> None:
        """Close every connection of the pool."""
        self._engine.dispose()


def is_sqlite(connection: AnyConnection) -> bool:
    """Whether ``connection`` is one to a local database."""
    return isinstance(connection, sqlite3.Connection) or connection.dialect.name == "sqlite"


@contextmanager
def driver_cursor(connection: AnyConnection) -> Iterator[Any]:
    """The driver's own cursor on ``connection``, in its transaction, for statements that hurry.

    Raises StoreError, or RowRefusedError when it is a row's own fault.
    """
    driver: Any = sqlite3
    if isinstance(connection, sqlite3.Connection):
        cursor: Any = connection.cursor()
    else:
        driver, cursor = connection.dialect.loaded_dbapi, connection.connection.cursor()
    try:
        yield cursor
    except (driver.IntegrityError, driver.DataError) as error:
        raise refused(error) from None
    except driver.Error as error:
        raise silent(error) from None
    finally:
        cursor.close()


def open_store(url: str) -> Store:
    """Open the store at ``sqlite:///PATH`` or ``postgresql://...``; connects on first use.

    Raises StoreError when the URL is neither.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError:
        backend = ""
    if backend == "sqlite":
        file = LocalFile.of(parsed.database)
        return Store(_sqlite(parsed, file), file)
    if backend == "postgresql":
        return Store(_postgresql(parsed))
    raise StoreError("the database URL must begin with sqlite:/// or postgresql://")


def _engine(url: URL, **options: Any) -> Engine:
    return create_engine(
        url,
        pool_size=_POOL,
        max_overflow=_POOL,
        pool_timeout=PATIENCE,
        hide_parameters=True,
        json_serializer=partial(json.dumps, ensure_ascii=False, allow_nan=False),
        **options,
    )


def _sqlite(url: URL, file: LocalFile | None) -> Engine:
    engine = _engine(url, connect_args={"timeout": PATIENCE})
    if file is not None:
        file.watch(engine)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where `begin` below says so
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",  # what was erased leaves the file, not only the table
            f"journal_size_limit = {_WAL_LIMIT}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    settings = {
        "timezone": "UTC",
        "synchronous_commit": "on",
        "lock_timeout": f"{int(PATIENCE * 1000)}",
        "statement_timeout": f"{_STATEMENT_SECONDS * 1000}",
        "idle_in_transaction_session_timeout": f"{_STATEMENT_SECONDS * 1000}",
    }
    return _engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            "tcp_user_timeout": _CONNECT_SECONDS * 1000,
            "application_name": "microscore",
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    )


def _revision(connection: Connection) -> str | None:
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn a driver's errors into ours, without any value that was to be stored."""
    try:
        yield
    except (IntegrityError, DataError) as error:
        raise refused(error) from error
    except (DBAPIError, PoolTimeoutError) as error:
        raise silent(error) from error


def refused(error: Exception) -> RowRefusedError:
    """What is told of a row that breaks a rule: nothing of the row."""
    return RowRefusedError(f"the database refuses a row ({type(error).__name__})")


def silent(error: Exception) -> StoreError:
    """What is told of a database that cannot answer."""
    return StoreError(f"the database cannot answer now ({type(error).__name__})")
