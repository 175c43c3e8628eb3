"""Reading rows as the driver has them: without SQLAlchemy's types, which a forged row may break."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from data.store.chain import moment
from data.store.engine import driver_cursor

Row = tuple[Any, ...]


def one_state(connection: Connection) -> str:
    """Let all reads of the transaction see one state; return the driver's mark of a parameter."""
    if connection.dialect.name == "sqlite":
        return "?"
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    return "%s"


def all_rows(connection: Connection, query: str, parameters: Row) -> list[Row]:
    """The rows of ``query``. Raises StoreError."""
    with driver_cursor(connection) as cursor:
        cursor.execute(query, parameters)
        rows: list[Row] = cursor.fetchall()
    return rows


def moment_of(at: Any) -> str:
    """A time as ``chain.moment`` has it, whichever driver gave it."""
    return moment(at) if isinstance(at, datetime) else str(at)
