"""How often a key may ask, and how often an address may fail to say who it is.

Counted in the memory of this process: a restart forgets the last minute, and each of several
processes counts by itself. The scores of a day are counted in the store (``api/budgets.py``).
"""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import monotonic

from api.problem_kinds import Slug
from api.problems import Problem
from data.sentences import Message

WINDOW = 60.0
MOST_COUNTED = 10_000


def come_later(slug: Slug, seconds: float, detail: Message | None = None) -> Problem:
    """The problem 429 that says when to ask again, in whole ``seconds``."""
    return Problem(slug, detail, headers={"Retry-After": str(max(1, ceil(seconds)))})


class Buckets:
    """Token buckets: each holds as many tokens as its rate gives in a minute.

    Kept as one time a bucket, when it will be full again (the generic cell rate algorithm of
    ITU-T I.371). At most ``most`` are remembered; full ones are forgotten first.
    """

    def __init__(self, most: int = MOST_COUNTED, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._clock = most, clock
        self._full_at: dict[str, float] = {}

    def wait(self, name: str, per_minute: int) -> float:
        """Seconds until bucket ``name`` has a token; 0 when it has one now."""
        full_at = self._full_at.get(name)
        if full_at is None:
            return 0.0
        return max(0.0, full_at + WINDOW / per_minute - WINDOW - self._clock())

    def take(self, name: str, per_minute: int) -> float:
        """Take a token and return 0; or leave all as it is and return the seconds to wait."""
        now = self._clock()
        full_at = max(self._full_at.get(name, now), now) + WINDOW / per_minute
        if full_at - now > WINDOW:
            return full_at - now - WINDOW
        if name not in self._full_at and len(self._full_at) >= self._most:
            self._forget(now)
        self._full_at[name] = full_at
        return 0.0

    def _forget(self, now: float) -> None:
        """Drop the full buckets; when there are none, the half that is longest known."""
        left = {name: at for name, at in self._full_at.items() if at > now}
        if len(left) >= self._most:
            left = dict(list(left.items())[self._most // 2 :])
        self._full_at = left


class Failures:
    """Slows those who guess: an address that failed too often is not even asked who it is.

    Who got in before still does, so that one bad device does not shut out a whole office behind
    the same address. IPv6 counts by network (/64), as a host has all of it.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._per_minute = per_minute
        self._failed = Buckets(clock=clock)
        self._known: dict[str, None] = {}

    def check(self, address: str, mark: str) -> None:
        """Let ``mark``, the digest of what was sent, be looked at. Raises Problem 429."""
        if mark in self._known:
            return
        if seconds := self._failed.wait(_network(address), self._per_minute):
            raise come_later("too-many-failures", seconds)

    def failed(self, address: str, mark: str) -> None:
        """Count a failure; ``mark`` is not right, or no more."""
        self._known.pop(mark, None)
        self._failed.take(_network(address), self._per_minute)

    def got_in(self, mark: str) -> None:
        """Remember that ``mark`` was right."""
        if mark not in self._known:
            if len(self._known) >= MOST_COUNTED:
                del self._known[next(iter(self._known))]
            self._known[mark] = None


def _network(address: str) -> str:
    if ":" not in address:
        return address
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return found.exploded[:19]
    return address
