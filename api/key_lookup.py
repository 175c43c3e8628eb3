"""Finding keys in the store, fresh for every request and yet cheap under load."""

import asyncio
from collections.abc import Mapping
from functools import partial

from api.shared_looks import SharedLooks
from api.store_reader import StoreReader
from data.errors import StoreError
from data.store import Store
from data.store.keys import ApiKey, QuickKeys, find_key


class KeyLookup:
    """A look at a key that answers a request always begins after the request came.

    So a key that was revoked before, by whichever process, is seen as revoked. With ``quick``
    a look is made at once, on the event loop, and serves all that run in the same turn of the
    loop: they came before it. Otherwise, and when that cannot answer, a thread looks; see
    ``SharedLooks``. Call it from the event loop only.
    """

    def __init__(self, reader: StoreReader, quick: QuickKeys | None = None) -> None:
        self._quick = quick
        self._seen: dict[str, ApiKey | None] = {}
        self._looks = SharedLooks(lambda ids: reader.ask(partial(_find, key_ids=ids)))

    async def find(self, key_id: str) -> ApiKey | None:
        """The key of this id, in force or not. Raises StoreError."""
        if self._quick is not None:
            try:
                return self._find_now(self._quick, key_id)
            except StoreError:  # it does not wait for a lock; a thread does
                pass
        return await self._looks.find(key_id)

    def close(self) -> None:
        """Let the connection of the quick look go."""
        if self._quick is not None:
            self._quick.close()

    def _find_now(self, quick: QuickKeys, key_id: str) -> ApiKey | None:
        if key_id in self._seen:
            return self._seen[key_id]
        if not self._seen:
            asyncio.get_running_loop().call_soon(self._seen.clear)
        found = self._seen[key_id] = quick.find(key_id)
        return found


def _find(store: Store, key_ids: tuple[str, ...]) -> Mapping[str, ApiKey | None]:
    return {key_id: find_key(store, key_id) for key_id in key_ids}
