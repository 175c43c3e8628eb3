"""The alarm for who tries an applicant's values out: many variants of one person, one key.

Watched in the memory of this process for 24 hours from the first variant on; the persons longest
not heard of are forgotten first. A restart begins anew, and each of several processes watches
the requests that reach it by itself, so the alarm is then raised later. What it raised stands on
the audit chain.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

import orjson

from api.limits import come_later
from api.log import Event, Log
from api.metrics import Metrics
from api.store_reader import StoreReader
from data.errors import MicroscoreError
from data.store import Store
from data.store.ledger import Ledger
from data.vault import Vault
from scoring.service import Application

WINDOW = 24 * 3600.0
MOST_WATCHED = 50_000
KIND = "probing"
"""Kind of the alarm's row on the audit chain."""


@dataclass(slots=True)
class _Watched:
    since: float
    variants: set[int] = field(default_factory=set)


class Alarm:
    """Tells the log, the metrics and the audit chain, by the applicant's pseudonym."""

    def __init__(
        self, vault: Vault, ledger: Ledger, reader: StoreReader, metrics: Metrics, log: Log
    ) -> None:
        self._vault, self._ledger, self._reader = vault, ledger, reader
        self._metrics, self._log = metrics, log
        self._telling: set[asyncio.Task[None]] = set()

    def __call__(self, key_id: str, applicant_id: str, variants: int) -> None:
        """Raise the alarm; the chain is told in the background."""
        applicant = self._vault.pseudonym("applicant", applicant_id)
        self._metrics.probing()
        self._log.error(Event.PROBING, key=key_id, applicant=applicant, variants=variants)
        entry = {"key_id": key_id, "variants": variants}
        telling = asyncio.create_task(self._record(applicant, entry))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def told(self) -> None:
        """Return when the chain was told of every alarm, or could not be."""
        await asyncio.gather(*self._telling)

    async def _record(self, applicant: str, entry: dict[str, object]) -> None:
        def write(store: Store) -> None:
            with store.write() as connection:
                self._ledger.record(connection, KIND, applicant, entry)

        try:
            await self._reader.ask(write)
        except MicroscoreError as error:
            self._log.error(Event.ERROR, error)


class Probing:
    """Counts the variants of each applicant under each key; call it from the event loop only.

    ``most`` variants raise the alarm; with ``stop``, further ones are refused.
    """

    def __init__(
        self,
        most: int,
        stop: bool,
        alarm: Callable[[str, str, int], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._most, self._stop, self._alarm, self._clock = most, stop, alarm, clock
        self._watched: dict[tuple[str, str], _Watched] = {}

    def note(self, key_id: str, applications: Sequence[Application]) -> None:
        """Count what is asked; the same values again do not count. Raises Problem 429."""
        now = self._clock()
        for application in applications:
            self._note((key_id, application.applicant_id), _variant(application), now)

    def _note(self, who: tuple[str, str], variant: int, now: float) -> None:
        watched = self._watched.pop(who, None)
        if watched is None or now - watched.since >= WINDOW:
            watched = _Watched(now)
            if len(self._watched) >= MOST_WATCHED:
                del self._watched[next(iter(self._watched))]
        self._watched[who] = watched  # the newest stands last
        if variant in watched.variants:
            return
        if len(watched.variants) < self._most:
            watched.variants.add(variant)
            if len(watched.variants) == self._most:
                self._alarm(*who, self._most)
        elif self._stop:
            raise come_later("probing-stopped", watched.since + WINDOW - now)


def _variant(application: Application) -> int:
    """The values that the model sees, as a number (keyed anew in each process).

    The intake gives them in the contract's order, whatever the order of the request.
    """
    return hash(orjson.dumps(application.values))
