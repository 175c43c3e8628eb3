"""Explanations as they were first given: sealed beside their decision, and never made again."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from data.store.attested import EXPLANATIONS
from data.store.engine import Store
from data.store.ledger import Ledger
from data.store.tables_officers import explanations


def find(store: Store, ledger: Ledger, decision_id: str) -> bytes | None:
    """The explanation of a decision; None where none was made yet, or it is erased.

    Raises StoreError, VaultError.
    """
    with store.read() as connection:
        return _find(connection, ledger, decision_id)


def keep(store: Store, ledger: Ledger, decision_id: str, made: bytes, at: datetime) -> bytes | None:
    """Keep ``made``, durably and on the audit chain, and return it.

    Where one is there already that one is returned; None when the decision is erased. Raises
    StoreError, VaultError.
    """
    with store.write() as connection:
        ledger.lock(connection)
        before = _find(connection, ledger, decision_id)
        if before is not None:
            return before
        sealed = ledger.seal_beside(connection, decision_id, made, _bound(decision_id))
        if sealed is None:
            return None
        row = {"decision_id": decision_id, "at": at, "sealed": sealed}
        ledger.record(connection, EXPLANATIONS.kind, decision_id, EXPLANATIONS.entry([row]))
        connection.execute(insert(explanations), row)
    return made


def _find(connection: Connection, ledger: Ledger, decision_id: str) -> bytes | None:
    query = select(explanations.c.sealed).where(explanations.c.decision_id == decision_id)
    sealed = connection.execute(query).scalar()
    if sealed is None:
        return None
    return ledger.unseal_beside(connection, decision_id, sealed, _bound(decision_id))


def _bound(decision_id: str) -> str:
    return f"explanation of {decision_id}"
