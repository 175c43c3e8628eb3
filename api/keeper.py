"""Waiting on the event loop for decisions to be durable, a turn of the loop at a time."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from data.errors import StoreError
from data.store.decisions import Decision
from data.store.idempotency import Claim
from data.store.writer import DecisionWriter, Submission

PATIENCE = 1.5
"""Seconds that a reply waits for its row to be durable."""


@dataclass(slots=True, eq=False)
class Kept:
    """What one request wants kept, who waits for it, and until when (time of the loop)."""

    decisions: Sequence[Decision]
    claim: Claim | None
    answer: asyncio.Future[None]
    until: float = 0.0
    written: Submission | None = None


class Keeper:
    """Hands decisions to the writer; call it from the event loop only.

    What is kept in one turn of the loop goes to the writer together, and what the writer did
    comes back together: the two threads wake each other once a group, not once a request.
    """

    def __init__(self, writer: DecisionWriter) -> None:
        self._writer = writer
        self._turn: list[Kept] = []
        self._waiting: dict[Submission, Kept] = {}
        self._done: deque[Submission] = deque()
        self._told = False
        self._end: asyncio.TimerHandle | None = None

    async def keep(self, decisions: Sequence[Decision], claim: Claim | None = None) -> None:
        """Return when all ``decisions`` are durable, with ``claim``; else none is.

        Raises ClaimTakenError when another request has the claim, StoreError, also after
        ``PATIENCE``.
        """
        kept = Kept(decisions, claim, asyncio.get_running_loop().create_future())
        self.take(kept)
        try:
            await kept.answer
        except asyncio.CancelledError:
            self.forget(kept)
            raise

    def take(self, kept: Kept) -> None:
        """Let ``kept`` be answered when it is durable; fails as ``keep`` does."""
        if not self._turn:
            loop = asyncio.get_running_loop()
            loop.call_soon(self._hand_over, loop)
        self._turn.append(kept)

    def forget(self, kept: Kept) -> None:
        """Do not write it any more, if there is still time."""
        if kept.written is not None:
            kept.written.cancel()
            self._waiting.pop(kept.written, None)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        turn, self._turn = self._turn, []
        wanted = [kept for kept in turn if not kept.answer.done()]
        try:
            pairs = [(k.decisions, k.claim) for k in wanted]
            submissions = self._writer.submit_all(pairs, partial(self._tell, loop))
        except StoreError as error:
            for kept in wanted:
                kept.answer.set_exception(error)
            return
        until = loop.time() + PATIENCE
        for kept, submission in zip(wanted, submissions, strict=True):
            kept.written, kept.until = submission, until
            self._waiting[submission] = kept
        if self._end is None:
            self._end = loop.call_at(until, self._give_up, loop)

    def _tell(self, loop: asyncio.AbstractEventLoop, written: Submission) -> None:
        """Called by the writer's thread."""
        self._done.append(written)
        if not self._told:
            self._told = True
            loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        self._told = False  # before looking: who appends from now on tells again
        while self._done:
            written = self._done.popleft()
            kept = self._waiting.pop(written, None)
            if kept is None or kept.answer.done():
                continue
            if (error := written.error) is None:
                kept.answer.set_result(None)
            else:
                kept.answer.set_exception(error)

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """End the waiting of those whose time is over; who waits longest stands first."""
        self._end, now = None, loop.time()
        for kept in list(self._waiting.values()):
            if kept.until > now:
                self._end = loop.call_at(kept.until, self._give_up, loop)
                break
            self.forget(kept)
            if not kept.answer.done():
                kept.answer.set_exception(StoreError("the database does not answer"))
