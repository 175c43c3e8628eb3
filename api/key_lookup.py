"""Finding keys in the store, fresh for every request and yet cheap under load."""

import asyncio
from collections.abc import Mapping
from functools import partial

from api.store_reader import StoreReader
from data.store import Store
from data.store.keys import ApiKey, find_key


class KeyLookup:
    """One look at a time; whoever comes meanwhile shares the next one.

    A look that answers a request always begins after the request came, so that a key that was
    revoked before is seen as revoked. Call it from the event loop only.
    """

    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader
        self._waiting: dict[str, asyncio.Future[ApiKey | None]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def find(self, key_id: str) -> ApiKey | None:
        """The key of this id, in force or not. Raises StoreError."""
        answer = self._waiting.get(key_id)
        if answer is None:
            answer = self._waiting[key_id] = asyncio.get_running_loop().create_future()
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(answer)

    async def _look(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting, {}
            try:
                found = await self._reader.ask(partial(_find, key_ids=tuple(asked)))
            except Exception as error:
                for answer in asked.values():
                    answer.set_exception(error)
                    answer.exception()  # the one who asked may be gone
            else:
                for key_id, answer in asked.items():
                    answer.set_result(found[key_id])
        self._looking = None


def _find(store: Store, key_ids: tuple[str, ...]) -> Mapping[str, ApiKey | None]:
    return {key_id: find_key(store, key_id) for key_id in key_ids}
