"""Sessions of people at the pages: a random id in a cookie, stored only as HMAC-SHA-256.

A session becomes the same ``Principal`` as a key, so that scopes, branches and budgets hold for
both. It ends after ``IDLE`` without use and after ``LONGEST`` in any case.
"""

import asyncio
import hmac
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from secrets import token_urlsafe
from typing import cast

from api.accounts import LONGEST as LONGEST_PASSWORD
from api.accounts import PERSON, hashed, matches, outdated
from api.api_keys import Pepper
from api.auth import Limits, Principal
from api.clock import Clock, utc_now
from api.limits import Failures
from api.problems import Problem
from api.roles import SCOPES_BY_ROLE, Role
from api.store_reader import StoreReader
from data.store.people import (
    Person,
    Session,
    begin_session,
    end_session,
    end_sessions,
    find_person,
    find_session,
    renew_hash,
    touch_session,
)

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
TOUCHED_EVERY = timedelta(minutes=1)
"""The time of the last use is written down at most so often."""
TRIES_PER_MINUTE = 10
"""Wrong passwords for one name; wrong ones from one address count as wrong keys do."""
_AT_ONCE = 2
"""Passwords looked at at a time: each takes 64 MiB."""
_LONGEST_ID = 128


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in: the account, what it may do, and the digest of the session."""

    person: Person
    principal: Principal
    session: str


class Sessions:
    """Signs people in and out; call it from the event loop only."""

    def __init__(
        self,
        reader: StoreReader,
        pepper: Pepper,
        limits: Limits,
        failures: Failures,
        clock: Clock = utc_now,
    ) -> None:
        self._reader, self.pepper, self._limits = reader, pepper, limits
        self._by_address, self._by_name = failures, Failures(TRIES_PER_MINUTE)
        self._clock, self._turns = clock, asyncio.Semaphore(_AT_ONCE)

    async def sign_in(self, login: str, password: str, address: str, before: str | None) -> str:
        """The secret id of a new session, which takes the place of ``before``.

        Raises Problem: 401 for anything that is wrong, without saying what; 429 for too many
        tries; StoreError.
        """
        mark = self.pepper.digest(b"password", login.encode(), password.encode())
        self._by_address.check(address, mark)
        self._by_name.check(login, mark)
        person = await self._right(login, password)
        if person is None:
            self._by_address.failed(address, mark)
            self._by_name.failed(login, mark)
            raise Problem("unauthorized")
        self._by_address.got_in(mark)
        self._by_name.got_in(mark)
        return await self.begin(person, before)

    async def begin(self, person: Person, before: str | None) -> str:
        """The secret id of a new session of ``person``. Raises StoreError."""
        secret, now = token_urlsafe(32), self._clock()
        session = Session(self._digest(secret), person.person_id, now, now)
        gone = self._digest(before) if before else None
        await self._reader.ask(
            partial(begin_session, session=session, before=gone, oldest=now - LONGEST)
        )
        return secret

    async def find(self, secret: str | None) -> Visitor | None:
        """Who sends the session id ``secret``; None when it opens nothing. Raises StoreError."""
        if not secret or len(secret) > _LONGEST_ID:
            return None
        digest, now = self._digest(secret), self._clock()
        found = await self._reader.ask(
            partial(find_session, digest=digest, now=now, idle=IDLE, longest=LONGEST)
        )
        if found is None or found[0].role not in SCOPES_BY_ROLE:
            return None
        person, session = found
        if now - session.seen_at > TOUCHED_EVERY:
            await self._reader.ask(partial(touch_session, digest=digest, at=now))
        return Visitor(person, self._principal(person), digest)

    async def sign_out(self, visitor: Visitor, *, everywhere: bool) -> None:
        """End this session, or all of the person. Raises StoreError."""
        if everywhere:
            await self._reader.ask(partial(end_sessions, person_id=visitor.person.person_id))
        else:
            await self._reader.ask(partial(end_session, digest=visitor.session))

    async def is_right(self, person: Person, password: str) -> bool:
        """Whether ``password`` is the person's."""
        if len(password) > LONGEST_PASSWORD:
            return False
        async with self._turns:
            return await asyncio.to_thread(matches, person.password, password)

    def token(self, visitor: Visitor | None) -> str:
        """A token for a form of this session, another each time (so that it compresses safely)."""
        nonce = token_urlsafe(9)
        return f"{nonce}.{self._signed(nonce, visitor)}"

    def accepts(self, token: str, visitor: Visitor | None) -> bool:
        """Whether ``token`` was made for a form of this session."""
        nonce, _, signed = token.partition(".")
        return hmac.compare_digest(signed.encode(), self._signed(nonce, visitor).encode())

    def _signed(self, nonce: str, visitor: Visitor | None) -> str:
        session = visitor.session if visitor else ""
        return self.pepper.digest(b"form", session.encode(), nonce.encode())[:32]

    def _digest(self, secret: str) -> str:
        return self.pepper.digest(b"session", secret.encode())

    async def _right(self, login: str, password: str) -> Person | None:
        """The account of ``login`` if ``password`` is right; as slow for an unknown name."""
        person = await self._reader.ask(partial(find_person, login=login[:LONGEST_PASSWORD]))
        known = person if person is not None and person.ended_at is None else None
        if len(password) > LONGEST_PASSWORD:
            return None
        encoded = known.password if known else None
        async with self._turns:
            right = await asyncio.to_thread(matches, encoded, password)
            if right and encoded is not None and known is not None and outdated(encoded):
                renewed = await asyncio.to_thread(hashed, password)
                renew = partial(
                    renew_hash, person_id=known.person_id, before=encoded, password=renewed
                )
                await self._reader.ask(renew)
        return known if right else None

    def _principal(self, person: Person) -> Principal:
        role = cast(Role, person.role)
        return Principal(
            key_id=f"{PERSON}{person.person_id}",
            role=role,
            branch=person.branch,
            scopes=SCOPES_BY_ROLE[role],
            limits=self._limits,
        )
