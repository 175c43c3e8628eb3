"""API keys as the store holds them: never the key itself, only a keyed digest of it."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update

from data.store.engine import Store
from data.store.quick import QuickReader, Row
from data.store.tables import api_keys


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key: its public id, the digest of its secret (hexadecimal), its role and its times.

    ``branch`` limits an officer's key to one branch; ``expires_at`` None never expires.
    ``scopes`` None are all of the role; the limits None are those of the server.
    """

    key_id: str
    digest: str
    role: str
    branch: str | None
    name: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    scopes: list[str] | None = None
    scores_per_day: int | None = None
    requests_per_minute: int | None = None


_NAMES = tuple(field.name for field in fields(ApiKey))
_SELECT = select(*(api_keys.c[name] for name in _NAMES))
_QUICK = f"SELECT {', '.join(_NAMES)} FROM api_keys WHERE key_id = ?"  # noqa: S608


def add_key(store: Store, key: ApiKey) -> None:
    """Store a new key. Raises RowRefusedError when its id is taken, StoreError."""
    with store.write() as connection:
        connection.execute(insert(api_keys), asdict(key))


def find_key(store: Store, key_id: str) -> ApiKey | None:
    """The key with this id, in force or not. Raises StoreError."""
    with store.read() as connection:
        row = connection.execute(_SELECT.where(api_keys.c.key_id == key_id)).one_or_none()
    return ApiKey(*row) if row else None


class QuickKeys:
    """Looks at keys of a local database in microseconds and without waiting, for one thread."""

    def __init__(self, store: Store) -> None:
        self._reader = QuickReader(store)
        self._seen: dict[str, tuple[Row, ApiKey]] = {}

    def find(self, key_id: str) -> ApiKey | None:
        """The key with this id as it is now, in force or not. Raises StoreError."""
        rows = self._reader.all(_QUICK, (key_id,))
        if not rows:
            return None
        row = rows[0]
        seen = self._seen.get(key_id)
        if seen is None or seen[0] != row:
            seen = self._seen[key_id] = row, _of_sqlite(row)
        return seen[1]

    def close(self) -> None:
        """Close the connection."""
        self._reader.close()


def _of_sqlite(row: Row) -> ApiKey:
    """A key from the texts that SQLite holds."""
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    for name in ("created_at", "expires_at", "revoked_at"):
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name]).replace(tzinfo=UTC)
    if values["scopes"] is not None:
        values["scopes"] = json.loads(values["scopes"])
    return ApiKey(**values)


def all_keys(store: Store) -> list[ApiKey]:
    """All keys, oldest first. Raises StoreError."""
    with store.read() as connection:
        query = _SELECT.order_by(api_keys.c.created_at, api_keys.c.key_id)
        return [ApiKey(*row) for row in connection.execute(query)]


def revoke_key(store: Store, key_id: str, at: datetime) -> bool:
    """Revoke a key from ``at`` on; False when no key that is not revoked yet has this id."""
    change = (
        update(api_keys)
        .where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    with store.write() as connection:
        return connection.execute(change).rowcount == 1
