"""API keys as the store holds them: never the key itself, only a keyed digest of it."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from data.store.engine import Store
from data.store.tables import api_keys


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key: its public id, the digest of its secret (hexadecimal), its role and its times.

    ``branch`` limits an officer's key to one branch; ``expires_at`` None never expires.
    """

    key_id: str
    digest: str
    role: str
    branch: str | None
    name: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def add_key(store: Store, key: ApiKey) -> None:
    """Store a new key. Raises RowRefusedError when its id is taken, StoreError."""
    with store.write() as connection:
        connection.execute(insert(api_keys), asdict(key))


def find_key(store: Store, key_id: str) -> ApiKey | None:
    """The key with this id, in force or not. Raises StoreError."""
    with store.read() as connection:
        query = select(api_keys).where(api_keys.c.key_id == key_id)
        row = connection.execute(query).one_or_none()
    return ApiKey(*row) if row else None


def all_keys(store: Store) -> list[ApiKey]:
    """All keys, oldest first. Raises StoreError."""
    with store.read() as connection:
        query = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id)
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
