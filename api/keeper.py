"""Waiting on the event loop for decisions to be durable, a turn of the loop at a time."""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from data.errors import StoreError
from data.store.decisions import Decision
from data.store.idempotency import Claim
from data.store.writer import DecisionWriter

PATIENCE = 1.5
"""Seconds that a reply waits for its row to be durable."""


@dataclass(slots=True)
class _Kept:
    """What one request wants kept, and who waits for it."""

    decisions: Sequence[Decision]
    claim: Claim | None
    answer: asyncio.Future[None]
    written: Future[None] | None = None


@dataclass(slots=True)
class _Turn:
    """All that was handed over together; ``end`` stops the waiting."""

    kept: list[_Kept] = field(default_factory=list)
    open: int = 0
    end: asyncio.TimerHandle | None = None


class Keeper:
    """Hands decisions to the writer; call it from the event loop only.

    What is kept in one turn of the loop goes to the writer together, and what the writer did
    comes back together: the two threads wake each other once a group, not once a request.
    """

    def __init__(self, writer: DecisionWriter) -> None:
        self._writer = writer
        self._turn = _Turn()
        self._done: deque[tuple[_Turn, _Kept]] = deque()
        self._told = False

    async def keep(self, decisions: Sequence[Decision], claim: Claim | None = None) -> None:
        """Return when all ``decisions`` are durable, with ``claim``; else none is.

        Raises ClaimTakenError when another request has the claim, StoreError, also after
        ``PATIENCE``.
        """
        loop = asyncio.get_running_loop()
        kept = _Kept(decisions, claim, loop.create_future())
        if not self._turn.kept:
            loop.call_soon(self._hand_over, loop)
        self._turn.kept.append(kept)
        try:
            await kept.answer
        except asyncio.CancelledError:
            _forget(kept)
            raise

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        turn, self._turn = self._turn, _Turn()
        wanted = [kept for kept in turn.kept if not kept.answer.done()]
        turn.open = len(wanted)
        turn.end = loop.call_later(PATIENCE, _give_up, turn)
        try:
            futures = self._writer.submit_all([(k.decisions, k.claim) for k in wanted])
        except StoreError as error:
            turn.end.cancel()
            for kept in wanted:
                kept.answer.set_exception(error)
            return
        for kept, written in zip(wanted, futures, strict=True):
            kept.written = written
            written.add_done_callback(partial(self._tell, loop, turn, kept))

    def _tell(
        self, loop: asyncio.AbstractEventLoop, turn: _Turn, kept: _Kept, _: Future[None]
    ) -> None:
        """Called by the writer's thread (by the loop's own when it cancels)."""
        self._done.append((turn, kept))
        if not self._told:
            self._told = True
            loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        self._told = False  # before looking: who appends from now on tells again
        while self._done:
            turn, kept = self._done.popleft()
            self._close(turn)
            if kept.answer.done() or kept.written is None:
                continue
            error = kept.written.exception()
            if error is None:
                kept.answer.set_result(None)
            else:
                kept.answer.set_exception(error)

    @staticmethod
    def _close(turn: _Turn) -> None:
        turn.open -= 1
        if not turn.open and turn.end is not None:
            turn.end.cancel()


def _give_up(turn: _Turn) -> None:
    for kept in turn.kept:
        if not kept.answer.done():
            kept.answer.set_exception(StoreError("the database does not answer"))
            _forget(kept)


def _forget(kept: _Kept) -> None:
    """Do not write it any more, if there is still time."""
    if kept.written is not None:
        kept.written.cancel()
