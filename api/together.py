"""Scoring together what came in one turn of the event loop.

A score of several applications costs each of them much less than a score of its own: the
model's tables stay in the processor's cache and the steps of numpy are taken once. The numbers
are the same to the last bit.
"""

import asyncio
from dataclasses import dataclass

from api.clock import utc_now
from data.store.decisions import Decision
from scoring.scorer import Scorer
from scoring.service import Application, decide

MOST = 32
"""Applications scored in one turn; the loop looks after the rest of its work between two."""


@dataclass(slots=True)
class _Asked:
    scorer: Scorer
    key_id: str
    application: Application
    answer: asyncio.Future[Decision]


class Together:
    """Decides on applications, a turn of the loop at a time; call it from the loop only."""

    def __init__(self) -> None:
        self._asked: list[_Asked] = []

    async def decide(self, scorer: Scorer, application: Application, key_id: str) -> Decision:
        """The decision on one application. Raises what ``decide`` raises about it."""
        loop = asyncio.get_running_loop()
        asked = _Asked(scorer, key_id, application, loop.create_future())
        if not self._asked:
            loop.call_soon(self._decide)
        self._asked.append(asked)
        return await asked.answer

    def _decide(self) -> None:
        turn, self._asked = self._asked[:MOST], self._asked[MOST:]
        if self._asked:
            asyncio.get_running_loop().call_soon(self._decide)
        groups: dict[tuple[int, str], list[_Asked]] = {}
        for asked in turn:
            groups.setdefault((id(asked.scorer), asked.key_id), []).append(asked)
        for group in groups.values():
            _answer(group)


def _answer(group: list[_Asked]) -> None:
    """Answer a group of one model and key; when that fails, each by itself."""
    first = group[0]
    try:
        made = decide(first.scorer, [a.application for a in group], first.key_id, utc_now())
    except Exception as error:
        for asked in group if len(group) > 1 else ():
            _answer([asked])
        if len(group) == 1 and not first.answer.done():
            first.answer.set_exception(error)
        return
    for asked, decision in zip(group, made, strict=True):
        if not asked.answer.done():
            asked.answer.set_result(decision)
