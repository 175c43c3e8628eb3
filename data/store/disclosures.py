"""What audits have published, by subject: the newest register is in force.

An audit decides which counts it may publish by looking at the register. Two that looked at the same
one could betray a count together, so ``disclose`` refuses the second: it must look again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text

from data.store.engine import Store
from data.store.tables import disclosures


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A register as JSON, and the row that it stands in; the first one is empty and in none."""

    row: int | None
    register: Mapping[str, Any] | None


def disclosed(store: Store, subject: str) -> Disclosed:
    """The register in force. Raises StoreError."""
    with store.read() as connection:
        return _newest(connection, subject)


def disclose(
    connection: Connection,
    subject: str,
    seen: Disclosed,
    register: Mapping[str, Any],
    at: datetime,
) -> bool:
    """Put ``register``, which was made from ``seen``, into force in the caller's transaction.

    False when ``seen`` is not in force any more: then nothing is written. Others that disclose
    wait until the transaction ends.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE disclosures IN EXCLUSIVE MODE"))
    if _newest(connection, subject).row != seen.row:
        return False
    row = {"subject": subject, "at": at, "register": dict(register)}
    connection.execute(insert(disclosures), row)
    return True


def _newest(connection: Connection, subject: str) -> Disclosed:
    c = disclosures.c
    query = select(c.id, c.register).where(c.subject == subject).order_by(c.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return Disclosed(*row) if row else Disclosed(None, None)
