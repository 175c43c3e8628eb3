"""The scores that a key may have in a day (UTC), counted in the store.

A process reserves some scores durably and then gives them out from memory, so that the store is
asked once for many requests. No crash and no second process lets a key exceed its budget; a
crash loses what was reserved and not used, at most 1 % of the budget.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial

from api.auth import Principal
from api.clock import Clock, utc_now
from api.limits import come_later
from api.problem_details import SCORES_A_DAY
from api.store_reader import StoreReader
from data.errors import StoreError
from data.store import Store
from data.store.usage import reserve_scores, return_scores

REFUSED_FOR = timedelta(seconds=10)
"""A refusal is remembered so long, so that who goes on asking does not wear out the disk."""
_SHARES = 100
_MOST_RESERVED = 1000


@dataclass
class _Lease:
    """Scores that this process may still give out to one key, and what it was refused last."""

    left: int = 0
    refused: int = 0
    refused_at: datetime | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Budgets:
    """Counts scores; call it from the event loop only, and ``close`` when it has ended."""

    def __init__(self, reader: StoreReader, clock: Clock = utc_now) -> None:
        self._reader, self._clock = reader, clock
        self._day = clock().date()
        self._leases: dict[str, _Lease] = {}

    def charged(self, asker: Principal, scores: int) -> "_Charge":
        """Charge ``scores`` in an ``async with``, and give them back when its block fails.

        Entering raises Problem 429 when the day's budget does not hold all of them, StoreError.
        """
        now = self._clock()
        if now.date() != self._day:
            self._day, self._leases = now.date(), {}
        lease = self._leases.get(asker.key_id)
        if lease is None:
            lease = self._leases[asker.key_id] = _Lease()
        return _Charge(lease, scores, partial(self._fill, lease, asker, scores, now))

    async def _fill(self, lease: _Lease, asker: Principal, scores: int, now: datetime) -> None:
        """Reserve until ``lease`` holds ``scores``. Others may take from it meanwhile."""
        limit = asker.limits.scores_per_day
        async with lease.turn:
            while (least := scores - lease.left) > 0:
                at = lease.refused_at
                recent = at is not None and now - at < REFUSED_FOR
                if not (recent and least >= lease.refused):
                    most = max(least, min(limit // _SHARES, _MOST_RESERVED))
                    granted = await self._reserve(asker.key_id, least, most, limit)
                    lease.left += granted
                    if granted:
                        continue
                    lease.refused, lease.refused_at = least, now
                raise come_later(
                    "score-budget-spent", _until_midnight(now), SCORES_A_DAY.of(limit=limit)
                )

    async def _reserve(self, key_id: str, least: int, most: int, limit: int) -> int:
        return await self._reader.ask(
            partial(
                reserve_scores, key_id=key_id, day=self._day, least=least, most=most, limit=limit
            )
        )

    def close(self, store: Store) -> None:
        """Return what was reserved and not used."""
        for key_id, lease in self._leases.items():
            if lease.left > 0:
                with suppress(StoreError):
                    return_scores(store, key_id, self._day, lease.left)
        self._leases = {}


class _Charge:
    """One charge; a class of its own, as a decorated generator costs ten times as much."""

    __slots__ = ("_fill", "_lease", "_scores")

    def __init__(self, lease: _Lease, scores: int, fill: Callable[[], Awaitable[None]]) -> None:
        self._lease, self._scores, self._fill = lease, scores, fill

    async def __aenter__(self) -> None:
        if self._lease.left < self._scores:
            await self._fill()
        self._lease.left -= self._scores

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._lease.left += self._scores


def _until_midnight(now: datetime) -> float:
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return (midnight - now).total_seconds()
