"""Whether the server can work: a model, a store that takes writes, room on the disk."""

import asyncio
import shutil
from pathlib import Path
from time import monotonic

from api.store_reader import StoreReader
from data.errors import StoreError
from data.store import Store

PATIENCE = 1.5
FRESH_SECONDS = 1.0
"""An answer serves for this long: whoever may ask must not be able to wear out the disk."""


class Readiness:
    """Looks at the store and the disk."""

    def __init__(self, reader: StoreReader, home: Path, disk_floor_mb: int) -> None:
        self._reader, self._home, self._floor = reader, home, disk_floor_mb
        self._look: asyncio.Task[dict[str, str]] | None = None
        self._looked = 0.0

    async def faults(self) -> dict[str, str]:
        """What is wrong, by its place; empty when all is well. Callers at once share a look."""
        if self._look is None or (self._look.done() and monotonic() > self._looked + FRESH_SECONDS):
            self._looked = monotonic()
            self._look = asyncio.create_task(self._find_faults())
        return await asyncio.shield(self._look)

    async def _find_faults(self) -> dict[str, str]:
        faults = {}
        try:
            await self._reader.ask(Store.check, PATIENCE)
        except StoreError:
            faults["store"] = "takes no writes now"
        if shutil.disk_usage(self._home).free < self._floor * 2**20:
            faults["disk"] = f"less than {self._floor} MB are free"
        return faults
