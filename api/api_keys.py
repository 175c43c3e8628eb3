"""API keys: made here, and stored only as HMAC-SHA-256.

A key reads ``ms_IDIDIDID_SECRET...CHECKS``: 8 characters of id, 32 of secret (160 random bits)
and 6 of checksum, so that a slip of the hand is refused without asking the store.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from secrets import token_bytes
from typing import cast

from api.request_schema import KEY_PATTERN
from api.roles import ROLES, SCOPES_BY_ROLE, Role
from data.errors import AccessError
from data.keyed_hash import KeyedHash
from data.secret_key import secret_key
from data.store import Store
from data.store.keys import ApiKey, add_key

PREFIX = "ms_"
MOST = 2_000_000_000
"""The largest limit that a key may have; as good as none."""
_FORM = re.compile(r"(ms_([a-z2-7]{8})_[a-z2-7]{32})([a-z2-7]{6})")


@dataclass(frozen=True)
class Pepper:
    """The server's secret: a stolen table of keys is worth nothing without it."""

    secret: bytes = field(repr=False)

    @cached_property
    def _keyed(self) -> KeyedHash:
        return KeyedHash(self.secret)

    def digest(self, *parts: bytes) -> str:
        """HMAC-SHA-256 of ``parts``, with a zero byte between two, in hexadecimal."""
        return self._keyed.hex(b"\0".join(parts))

    @classmethod
    def load_or_create(cls, folder: Path) -> Pepper:
        """Read ``api_hmac.key`` (mode 0600, 32 bytes), made on first use. Raises AccessError."""
        return cls(secret_key(folder / "api_hmac.key", AccessError))


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a key may do less than its role and the server allow; None changes nothing."""

    scopes: Sequence[str] | None = None
    scores_per_day: int | None = None
    requests_per_minute: int | None = None


NO_NARROWING = Narrowing()


def create_key(
    store: Store,
    pepper: Pepper,
    role: str,
    branch: str | None,
    name: str,
    expires: datetime,
    narrowing: Narrowing = NO_NARROWING,
) -> tuple[str, ApiKey]:
    """Make and store a key; the text is not kept anywhere. Raises AccessError, StoreError."""
    _check_role(role, branch)
    _check_narrowing(cast(Role, role), narrowing)
    key_id = _letters(token_bytes(5))
    body = f"{PREFIX}{key_id}_{_letters(token_bytes(20))}"
    text = body + _checksum(body)
    row = ApiKey(
        key_id=key_id,
        digest=pepper.digest(text.encode()),
        role=role,
        branch=branch,
        name=name,
        created_at=datetime.now(UTC),
        expires_at=expires,
        revoked_at=None,
        scopes=None if narrowing.scopes is None else sorted(set(narrowing.scopes)),
        scores_per_day=narrowing.scores_per_day,
        requests_per_minute=narrowing.requests_per_minute,
    )
    add_key(store, row)
    return text, row


def key_id_of(text: str) -> str | None:
    """The id inside a key, or None when form or checksum are wrong."""
    match = _FORM.fullmatch(text)
    if match is None or not hmac.compare_digest(_checksum(match[1]), match[3]):
        return None
    return match[2]


def _check_role(role: str, branch: str | None) -> None:
    if role not in ROLES:
        raise AccessError(f"the role must be one of {', '.join(ROLES)}")
    if branch is not None and role != "officer":
        raise AccessError("only the key of an officer has a branch")
    if branch is not None and not re.fullmatch(KEY_PATTERN, branch):
        raise AccessError("a branch is 1 to 64 of the characters A-Z a-z 0-9 . _ : -")


def _check_narrowing(role: Role, narrowing: Narrowing) -> None:
    scopes, of_role = narrowing.scopes, SCOPES_BY_ROLE[role]
    if scopes is not None and not (scopes and of_role.issuperset(scopes)):
        raise AccessError(f"the scopes of the role {role} are {', '.join(sorted(of_role))}")
    for name in ("scores_per_day", "requests_per_minute"):
        limit = getattr(narrowing, name)
        if limit is not None and not 1 <= limit <= MOST:
            raise AccessError(f"{name} must be 1 to {MOST}")


def _letters(raw: bytes) -> str:
    return b32encode(raw).decode().lower()


def _checksum(body: str) -> str:
    return _letters(hashlib.sha256(body.encode()).digest()[:5])[:6]
