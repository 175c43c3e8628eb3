"""API keys: made here, stored only as HMAC-SHA-256, checked at every request.

A key reads ``ms_IDIDIDID_SECRET...CHECKS``: 8 characters of id, 32 of secret (160 random bits)
and 6 of checksum, so that a slip of the hand is refused without asking the store.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import cast

from api.key_lookup import KeyLookup
from api.problems import Problem
from api.request_schema import KEY_PATTERN
from api.roles import ROLES, SCOPES_BY_ROLE, Role, Scope
from data.errors import AccessError
from data.secret_key import secret_key
from data.store import Store
from data.store.keys import ApiKey, add_key

_FORM = re.compile(r"(ms_([a-z2-7]{8})_[a-z2-7]{32})([a-z2-7]{6})")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking; ``branch`` limits an officer to one branch."""

    key_id: str
    role: Role
    branch: str | None

    def may(self, scope: Scope) -> bool:
        """Whether the role carries ``scope``."""
        return scope in SCOPES_BY_ROLE[self.role]


@dataclass(frozen=True)
class Pepper:
    """The server's secret: a stolen table of keys is worth nothing without it."""

    secret: bytes = field(repr=False)

    def digest(self, key: str) -> str:
        """HMAC-SHA-256 of the whole key, in hexadecimal."""
        return hmac.new(self.secret, key.encode(), hashlib.sha256).hexdigest()

    @classmethod
    def load_or_create(cls, folder: Path) -> Pepper:
        """Read ``api_hmac.key`` (mode 0600, 32 bytes), made on first use. Raises AccessError."""
        return cls(secret_key(folder / "api_hmac.key", AccessError))


def create_key(
    store: Store,
    pepper: Pepper,
    role: str,
    branch: str | None,
    name: str,
    expires: datetime,
) -> tuple[str, ApiKey]:
    """Make and store a key; the text is not kept anywhere. Raises AccessError, StoreError."""
    if role not in ROLES:
        raise AccessError(f"the role must be one of {', '.join(ROLES)}")
    if branch is not None and role != "officer":
        raise AccessError("only the key of an officer has a branch")
    if branch is not None and not re.fullmatch(KEY_PATTERN, branch):
        raise AccessError("a branch is 1 to 64 of the characters A-Z a-z 0-9 . _ : -")
    key_id = _letters(token_bytes(5))
    body = f"ms_{key_id}_{_letters(token_bytes(20))}"
    text = body + _checksum(body)
    row = ApiKey(
        key_id=key_id,
        digest=pepper.digest(text),
        role=role,
        branch=branch,
        name=name,
        created_at=datetime.now(UTC),
        expires_at=expires,
        revoked_at=None,
    )
    add_key(store, row)
    return text, row


def key_id_of(text: str) -> str | None:
    """The id inside a key, or None when form or checksum are wrong."""
    match = _FORM.fullmatch(text)
    if match is None or not hmac.compare_digest(_checksum(match[1]), match[3]):
        return None
    return match[2]


def _letters(raw: bytes) -> str:
    return b32encode(raw).decode().lower()


def _checksum(body: str) -> str:
    return _letters(hashlib.sha256(body.encode()).digest())[:6]


class Authenticator:
    """Finds out who sent a key. Every request asks the store: revoking works at once."""

    def __init__(self, keys: KeyLookup, pepper: Pepper) -> None:
        self._keys, self._pepper = keys, pepper

    async def principal(self, text: str) -> Principal:
        """The owner of key ``text``. Raises Problem 401, or StoreError when none can be asked."""
        key_id = key_id_of(text)
        if key_id is None:
            raise Problem("unauthorized")
        row = await self._keys.find(key_id)
        digest = self._pepper.digest(text)
        known = row is not None and hmac.compare_digest(digest, row.digest)
        if row is None or not known or not _in_force(row, datetime.now(UTC)):
            raise Problem("unauthorized")
        return Principal(row.key_id, cast(Role, row.role), row.branch)


def _in_force(row: ApiKey, now: datetime) -> bool:
    expired = row.expires_at is not None and row.expires_at <= now
    return row.role in SCOPES_BY_ROLE and row.revoked_at is None and not expired
