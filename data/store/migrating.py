"""Runs the Alembic migrations on a connection, one process at a time."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from data.errors import StoreError

_ADVISORY_LOCK = 0x6D6963726F  # 'micro'
_WAIT_MS = 60_000


def upgrade(connection: Connection) -> None:
    """Bring the database behind ``connection`` to the newest version in one transaction.

    PostgreSQL: under an advisory lock; SQLite: under its one write lock. Whoever comes second
    waits, and then finds nothing left to do. Raises StoreError for tables of an unknown version.
    """
    config = Config()
    config.set_main_option("script_location", "data.store:migrations")
    config.attributes["connection"] = connection
    if connection.dialect.name == "sqlite":
        connection.connection.execute(f"PRAGMA busy_timeout = {_WAIT_MS}").close()
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_WAIT_MS}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise StoreError(
                "the tables of this database are of another release of microscore; begin with a "
                "new home (MICROSCORE_HOME) or another database (MICROSCORE_STORE_URL)"
            ) from None
    connection.invalidate()  # its waiting time was for this alone
