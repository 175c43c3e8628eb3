"""Who is asking: by an API key, or by a token of the institution's identity provider."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, cast

from api.api_keys import PREFIX, Pepper, key_id_of
from api.key_lookup import KeyLookup
from api.limits import MOST_COUNTED, Buckets, Failures, come_later
from api.problems import Problem
from api.roles import SCOPES_BY_ROLE, Role, Scope
from data.store.keys import ApiKey

LONGEST = 8 * 1024
"""Characters of the longest key or token that is looked at."""
_NOBODY = (None, None)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a key may ask for."""

    requests_per_minute: int
    scores_per_day: int


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking; ``branch`` limits an officer to one branch."""

    key_id: str
    role: Role
    branch: str | None
    scopes: frozenset[Scope]
    limits: Limits

    def may(self, scope: Scope) -> bool:
        """Whether this key or token carries ``scope``."""
        return scope in self.scopes


class Tokens(Protocol):
    """Verifies the bearer tokens that are not our keys."""

    async def principal(self, token: str) -> Principal:
        """Who is asking. Raises Problem 401, 403 or 503."""


class Authenticator:
    """Finds out who asks, and lets nobody ask too often.

    Every request asks the store about its key: revoking works at once.
    """

    def __init__(
        self,
        keys: KeyLookup,
        pepper: Pepper,
        limits: Limits,
        failures: Failures,
        tokens: Tokens | None = None,
    ) -> None:
        self._keys, self._pepper, self._limits = keys, pepper, limits
        self._failures, self._tokens = failures, tokens
        self._asked = Buckets()
        self._seen: dict[str, tuple[ApiKey, Principal]] = {}

    async def principal(self, text: str, address: str) -> Principal:
        """The owner of the key or token ``text`` that came from ``address``.

        Raises Problem: 401 for what is not in force, 403 for a token without a role, 429 for
        too many requests or failures, 503 when the issuer of a token cannot be asked; StoreError.
        """
        mark = self._pepper.digest(text.encode())
        self._failures.check(address, mark)
        try:
            principal = await self._find(text, mark)
        except Problem as problem:
            if problem.slug == "unauthorized":
                self._failures.failed(address, mark)
            raise
        self._failures.got_in(mark)
        self.pace(principal)
        return principal

    def pace(self, principal: Principal) -> None:
        """Count a request of ``principal``. Raises Problem 429 when it asks too often."""
        if seconds := self._asked.take(principal.key_id, principal.limits.requests_per_minute):
            raise come_later("too-many-requests", seconds)

    async def _find(self, text: str, mark: str) -> Principal:
        seen, owner = self._seen.get(mark, _NOBODY)
        if seen is None:
            if len(text) > LONGEST:
                raise Problem("unauthorized")
            if self._tokens is not None and not text.startswith(PREFIX):
                return await self._tokens.principal(text)
        # The mark covers the whole text: what got in once is a key of the right form.
        key_id = key_id_of(text) if seen is None else seen.key_id
        row = None if key_id is None else await self._keys.find(key_id)
        known = row is not None and hmac.compare_digest(mark, row.digest)
        if row is None or not known or not in_force(row, datetime.now(UTC)):
            raise Problem("unauthorized")
        if owner is None or row is not seen:
            owner = self._owner(row)
            self._remember(mark, row, owner)
        return owner

    def _remember(self, mark: str, row: ApiKey, owner: Principal) -> None:
        """Who ``mark`` was; what the store says of its key today is asked all the same."""
        if len(self._seen) >= MOST_COUNTED:
            self._seen.clear()
        self._seen[mark] = row, owner

    def _owner(self, row: ApiKey) -> Principal:
        role = cast(Role, row.role)
        scopes = SCOPES_BY_ROLE[role]
        return Principal(
            key_id=row.key_id,
            role=role,
            branch=row.branch,
            scopes=scopes if row.scopes is None else scopes.intersection(row.scopes),
            limits=Limits(
                row.requests_per_minute or self._limits.requests_per_minute,
                row.scores_per_day or self._limits.scores_per_day,
            ),
        )


def in_force(row: ApiKey, now: datetime) -> bool:
    """Whether ``row`` opens anything at ``now``: not revoked, not expired, of a role we know."""
    expired = row.expires_at is not None and row.expires_at <= now
    return row.role in SCOPES_BY_ROLE and row.revoked_at is None and not expired
