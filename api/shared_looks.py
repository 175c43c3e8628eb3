"""Looks at the store that many requests share, none older than the request it answers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

Found = TypeVar("Found")


class SharedLooks(Generic[Found]):
    """Asks ``look`` for several names at once; call it from the event loop only.

    A look that answers a request always begins after the request came; whoever comes while one
    is under way shares the next.
    """

    def __init__(self, look: Callable[[tuple[str, ...]], Awaitable[Mapping[str, Found]]]) -> None:
        self._look = look
        self._waiting: dict[str, asyncio.Future[Found]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def find(self, name: str) -> Found:
        """What the look finds of ``name``. Raises what the look raises."""
        answer = self._waiting.get(name)
        if answer is None:
            answer = self._waiting[name] = asyncio.get_running_loop().create_future()
        if self._looking is None:
            self._looking = asyncio.create_task(self._run())
        return await asyncio.shield(answer)

    async def _run(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting, {}
            try:
                found = await self._look(tuple(asked))
            except Exception as error:
                for answer in asked.values():
                    answer.set_exception(error)
                    answer.exception()  # the one who asked may be gone
            else:
                for name, answer in asked.items():
                    answer.set_result(found[name])
        self._looking = None
