"""Scoring together what came in one turn of the event loop.

A score of several applications costs each of them much less than a score of its own: the
model's tables stay in the processor's cache and the steps of numpy are taken once. The numbers
are the same to the last bit.
"""

import asyncio
from dataclasses import dataclass

from api.clock import utc_now
from api.keeper import Keeper, Kept
from data.store.decisions import Decision
from data.store.idempotency import Claim
from scoring.scorer import Scorer
from scoring.service import Application, decide

MOST = 32
"""Applications scored in one turn; the loop looks after the rest of its work between two."""


@dataclass(slots=True)
class _Asked:
    """``kept`` gets the decision; its answer comes then, or when that is durable (``lasting``)."""

    scorer: Scorer
    key_id: str
    application: Application
    kept: Kept
    lasting: bool


class Together:
    """Decides on applications, some at a time; call it from the loop only."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._asked: list[_Asked] = []
        self._seen = 0
        self._looking = False

    async def decide(self, scorer: Scorer, application: Application, key_id: str) -> Decision:
        """The decision on one application. Raises what ``decide`` raises about it."""
        return await self._ask(scorer, application, key_id, None, lasting=False)

    async def keep(
        self, scorer: Scorer, application: Application, key_id: str, claim: Claim | None
    ) -> Decision:
        """The decision when it is durable, with ``claim``: one waiting instead of two.

        Raises what ``decide`` and ``Keeper.keep`` raise.
        """
        return await self._ask(scorer, application, key_id, claim, lasting=True)

    async def _ask(
        self,
        scorer: Scorer,
        application: Application,
        key_id: str,
        claim: Claim | None,
        *,
        lasting: bool,
    ) -> Decision:
        loop = asyncio.get_running_loop()
        kept = Kept((), claim, loop.create_future())
        self._asked.append(_Asked(scorer, key_id, application, kept, lasting))
        if not self._looking:
            self._look_soon(loop)
        try:
            await kept.answer
        except asyncio.CancelledError:
            self._keeper.forget(kept)
            raise
        return kept.decisions[0]

    def _look_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = True
        loop.call_soon(self._look)

    def _look(self) -> None:
        """Decide when the last turn of the loop brought nothing more."""
        if self._seen < len(self._asked) < MOST:
            self._seen = len(self._asked)
            asyncio.get_running_loop().call_soon(self._look)
        else:
            self._decide()

    def _decide(self) -> None:
        turn, self._asked = self._asked[:MOST], self._asked[MOST:]
        self._seen, self._looking = 0, False
        if self._asked:
            self._look_soon(asyncio.get_running_loop())
        groups: dict[tuple[int, str], list[_Asked]] = {}
        for asked in turn:
            groups.setdefault((id(asked.scorer), asked.key_id), []).append(asked)
        for group in groups.values():
            self._answer(group)

    def _answer(self, group: list[_Asked]) -> None:
        """Answer a group of one model and key; when that fails, each by itself."""
        first = group[0]
        try:
            made = decide(first.scorer, [a.application for a in group], first.key_id, utc_now())
        except Exception as error:
            for asked in group if len(group) > 1 else ():
                self._answer([asked])
            if len(group) == 1 and not first.kept.answer.done():
                first.kept.answer.set_exception(error)
            return
        for asked, decision in zip(group, made, strict=True):
            kept = asked.kept
            kept.decisions = (decision,)
            if asked.lasting:
                self._keep(kept)
            elif not kept.answer.done():
                kept.answer.set_result(None)

    def _keep(self, kept: Kept) -> None:
        try:
            self._keeper.take(kept)
        except Exception as error:
            if not kept.answer.done():
                kept.answer.set_exception(error)
