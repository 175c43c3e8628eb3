"""Idempotency-Key on POST (draft-ietf-httpapi-idempotency-key-header): a retry makes nothing new.

The first request under a key makes something and keeps its ids with the key, in one transaction.
The same request again gets what was made then; one that comes meanwhile waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from re import fullmatch
from typing import Annotated, Any, TypeVar

from fastapi import Header

from api.api_keys import Pepper
from api.auth import Principal
from api.clock import Clock, utc_now
from api.problem_rules import PRINTABLE
from api.problems import BrokenRule, Problem
from api.store_reader import StoreReader
from data.store.idempotency import Claim, ClaimTakenError, find_made

NAME = "Idempotency-Key"
LONGEST = 255
PATTERN = f"^[\\x21-\\x7e]{{1,{LONGEST}}}$"

Made = TypeVar("Made")
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias=NAME,
        description="Any text that names this one request, such as a UUID, and is never used for "
        "another. The same request sent again within 24 hours gets what the first one made.",
        json_schema_extra={"pattern": PATTERN},
    ),
]
"""The header, in a route's signature."""


class Idempotency:
    """Lets each request happen once; call it from the event loop only."""

    def __init__(
        self,
        reader: StoreReader,
        pepper: Pepper,
        clock: Clock = utc_now,
    ) -> None:
        self._reader, self._pepper, self._clock = reader, pepper, clock
        self._making: dict[tuple[str, str], tuple[str, asyncio.Task[Any]]] = {}

    def claim(self, asker: Principal, key: str | None, route: str, body: bytes) -> Claim | None:
        """The claim of a request with header ``key``, None without one. Raises Problem 422."""
        if key is None:
            return None
        if not fullmatch(PATTERN, key):
            raise Problem(
                "invalid-parameter", errors=[BrokenRule(NAME, PRINTABLE.of(most=LONGEST))]
            )
        digest = self._pepper.digest(b"idempotency", route.encode(), body)
        return Claim(asker.key_id, sha256(key.encode()).hexdigest(), digest, self._clock())

    async def once(
        self,
        claim: Claim | None,
        make: Callable[[], Awaitable[Made]],
        recall: Callable[[list[str]], Awaitable[Made]],
    ) -> Made:
        """What ``make`` makes, or what it made under this claim before, which ``recall`` reads.

        ``make`` writes the claim together with what it makes and raises ClaimTakenError when it
        cannot. Raises Problem 422 when the key came with another request, and what they raise.
        """
        if claim is None:
            return await make()
        name = claim.key_id, claim.token
        body, making = self._making.get(name, (claim.body, None))
        if body != claim.body:
            raise Problem("idempotency-key-reused")
        if making is None:
            making = asyncio.create_task(self._once(claim, make, recall))
            self._making[name] = claim.body, making
            making.add_done_callback(partial(self._made, name))
        return await asyncio.shield(making)

    def _made(self, name: tuple[str, str], making: asyncio.Task[Any]) -> None:
        del self._making[name]
        if not making.cancelled():
            making.exception()  # whoever asked may be gone

    async def _once(
        self,
        claim: Claim,
        make: Callable[[], Awaitable[Made]],
        recall: Callable[[list[str]], Awaitable[Made]],
    ) -> Made:
        ids = await self._find(claim)
        if ids is None:
            try:
                return await make()
            except ClaimTakenError:  # by another process, meanwhile
                ids = await self._find(replace(claim, at=self._clock()))
                if ids is None:
                    raise
        return await recall(ids)

    async def _find(self, claim: Claim) -> list[str] | None:
        made = await self._reader.ask(partial(find_made, claim=claim))
        if made is not None and made.body != claim.body:
            raise Problem("idempotency-key-reused")
        return made.ids if made else None
