"""How much chance may lend: a cap on the number and the money of each month, over all servers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from data.store.engine import Store
from data.store.tables_shadow import shadow_exposure


@dataclass(frozen=True, slots=True)
class Caps:
    """The most loans, and the most money, that chance may recommend in a month."""

    number: int
    money: float


_C = shadow_exposure.c


def reserve(store: Store, month: str, amount: float, caps: Caps) -> bool:
    """Count a loan of ``amount`` into ``month``; False, and nothing is counted, above a cap.

    What is reserved stays so, even if the decision is not stored: exposure is never above the
    cap. Raises StoreError.
    """
    with store.write() as connection:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        first = dialect.insert(shadow_exposure).values(month=month, drawn=0, money=0.0)
        connection.execute(first.on_conflict_do_nothing())
        room = (_C.drawn < caps.number) & (_C.money + amount <= caps.money)
        taken = (
            update(shadow_exposure)
            .where(_C.month == month, room)
            .values(drawn=_C.drawn + 1, money=_C.money + amount)
        )
        return connection.execute(taken).rowcount == 1


def exposure(store: Store, month: str) -> tuple[int, float]:
    """Loans and money that chance has recommended in ``month``. Raises StoreError."""
    with store.read() as connection:
        query = select(_C.drawn, _C.money).where(_C.month == month)
        row = connection.execute(query).one_or_none()
    return (row.drawn, row.money) if row else (0, 0.0)
