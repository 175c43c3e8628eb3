"""How many scores each key has used on each day (UTC)."""

from datetime import date

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from data.store.engine import Store
from data.store.tables import key_usage


def reserve_scores(
    store: Store, key_id: str, day: date, *, least: int, most: int, limit: int
) -> int:
    """Take ``least`` to ``most`` scores from what ``limit`` leaves of the day, durably.

    Returns how many; 0 when not even ``least`` are left. Processes take turns. Raises StoreError.
    """
    with store.write() as connection:
        used = _lock(connection, key_id, day)
        granted = min(most, limit - used)
        if granted < least:
            return 0
        _set(connection, key_id, day, used + granted)
    return granted


def return_scores(store: Store, key_id: str, day: date, scores: int) -> None:
    """Give back ``scores`` that were reserved and not used. Raises StoreError."""
    with store.write() as connection:
        _set(connection, key_id, day, max(0, _lock(connection, key_id, day) - scores))


def scores_of(store: Store, day: date) -> dict[str, int]:
    """Scores that each key has reserved on ``day``. Raises StoreError."""
    query = select(key_usage.c.key_id, key_usage.c.scores).where(key_usage.c.day == day)
    with store.read() as connection:
        return {row.key_id: row.scores for row in connection.execute(query)}


def _lock(connection: Connection, key_id: str, day: date) -> int:
    """The count, which nobody else changes until the transaction ends; a row of 0 if new."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(key_usage).values(key_id=key_id, day=day, scores=0)
    connection.execute(row.on_conflict_do_nothing())
    here = (key_usage.c.key_id == key_id) & (key_usage.c.day == day)
    query = select(key_usage.c.scores).where(here).with_for_update()
    return int(connection.execute(query).scalar_one())


def _set(connection: Connection, key_id: str, day: date, scores: int) -> None:
    here = (key_usage.c.key_id == key_id) & (key_usage.c.day == day)
    connection.execute(update(key_usage).where(here).values(scores=scores))
