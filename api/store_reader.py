"""Questions to the store from the event loop: in threads, and with a limit on the wait."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from data.errors import StoreError
from data.store import Store

PATIENCE = 0.9
"""Seconds to wait for an answer. A request may wait for two looks at a store that hangs, and is
refused in less than 2 s."""
_THREADS = 4

Answer = TypeVar("Answer")


class StoreReader:
    """Asks ``store``; a store that hangs holds up these threads and nothing else."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._threads = ThreadPoolExecutor(_THREADS, "store-reader")

    async def ask(self, question: Callable[[Store], Answer], patience: float = PATIENCE) -> Answer:
        """Answer of ``question``. Raises StoreError, also after ``patience`` seconds."""
        loop = asyncio.get_running_loop()
        try:
            answer = loop.run_in_executor(self._threads, question, self._store)
            return await asyncio.wait_for(answer, patience)
        except TimeoutError:
            raise StoreError("the database does not answer") from None

    def close(self) -> None:
        """End the threads, each after the question it is at; those that wait are not asked."""
        self._threads.shutdown(wait=True, cancel_futures=True)
