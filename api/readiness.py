"""Whether the server can work: it stays, has a store that takes writes and room on the disk."""

import asyncio
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from api.store_reader import StoreReader
from data.errors import StoreError
from data.sentences import Message, Sentence, Words
from data.store import Store

NO_MODEL = Sentence(
    "no-model", Words("none is in service", "aucun n'est en service", "hakuna inayotumika")
)
STOPPING = Sentence("stopping", Words("is about to stop", "va s'arrêter", "inakaribia kusimama"))
NO_WRITES = Sentence(
    "no-writes",
    Words(
        "takes no writes now",
        "n'accepte pas d'écriture en ce moment",
        "haipokei maandishi kwa sasa",
    ),
)
NO_FOLDER = Sentence(
    "no-folder",
    Words(
        "a folder of the server is gone",
        "un dossier du serveur a disparu",
        "folda ya seva haipo tena",
    ),
)
LITTLE_ROOM = Sentence(
    "little-room",
    Words(
        "less than {floor} MB are free",
        "moins de {floor} Mo sont libres",
        "nafasi iliyobaki ni chini ya MB {floor}",
    ),
)
PATIENCE = 1.5
FRESH_SECONDS = 1.0
"""An answer serves for this long: whoever may ask must not be able to wear out the disk."""


@dataclass
class Stopping:
    """Whether the server is about to stop: it still answers, and nobody should send it more."""

    begun: bool = False


class Readiness:
    """Looks at the store and at the disks of ``folders``, which need ``disk_floor_mb`` free."""

    def __init__(
        self,
        reader: StoreReader,
        folders: Collection[Path],
        disk_floor_mb: int,
        stopping: Stopping,
    ) -> None:
        self._reader, self._folders, self._floor = reader, folders, disk_floor_mb
        self._stopping = stopping
        self._look: asyncio.Task[dict[str, Message]] | None = None
        self._looked = 0.0

    async def faults(self) -> dict[str, Message]:
        """What is wrong, by its place; empty when all is well. Callers at once share a look."""
        if self._stopping.begun:
            return {"server": STOPPING.of()}
        if self._look is None or (self._look.done() and monotonic() > self._looked + FRESH_SECONDS):
            self._looked = monotonic()
            self._look = asyncio.create_task(self._find_faults())
        return await asyncio.shield(self._look)

    async def _find_faults(self) -> dict[str, Message]:
        faults = {}
        try:
            await self._reader.ask(Store.check, PATIENCE)
        except StoreError:
            faults["store"] = NO_WRITES.of()
        try:
            free = min(shutil.disk_usage(folder).free for folder in self._folders)
        except OSError:
            faults["disk"] = NO_FOLDER.of()
        else:
            if free < self._floor * 2**20:
                faults["disk"] = LITTLE_ROOM.of(floor=self._floor)
        return faults
