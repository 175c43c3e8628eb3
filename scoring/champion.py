"""Keeps the champion loaded while the server runs, and swaps it off the path of a request."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from data.errors import MicroscoreError
from scoring.registry import Registry
from scoring.scorer import Scorer
from scoring.switching import suspension

INTERVAL = 1.0
RETRY_AFTER = 30.0


class ChampionWatcher:
    """Holds the scorer of the champion; ``current`` is read once a request.

    A request that took ``current`` before a swap ends with the version that it began with. A new
    champion that cannot be loaded does not disturb the old one: it goes on serving, ``failure``
    says why, and the new one is tried again after ``retry_after`` seconds. A suspension is looked
    for in a thread of its own, so that no load can hold it up.
    """

    def __init__(
        self, registry: Registry, interval: float = INTERVAL, retry_after: float = RETRY_AFTER
    ) -> None:
        self.registry = registry
        self._interval = interval
        self._retry_after = retry_after
        self._loaded: tuple[Scorer, Scorer] | None = None
        self._suspended = True
        self._failure: str | None = None
        self._refused: tuple[str, float] | None = None
        self._busy = threading.Lock()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def current(self) -> Scorer | None:
        """The scorer in service, or its suspended double; None while none could be loaded."""
        loaded = self._loaded
        return loaded[self._suspended] if loaded else None

    @property
    def failure(self) -> str | None:
        """Why the store's champion is not the one in service; None when all is well."""
        return self._failure

    def refresh(self) -> None:
        """Look at the alias and load a new champion; never raises."""
        self.look()
        with self._busy:
            try:
                self._follow(self.registry.champion())
            except MicroscoreError as error:
                self._failure = str(error)
            except Exception as error:  # the thread must outlive whatever this was
                self._failure = f"the champion could not be loaded ({type(error).__name__})"

    def look(self) -> None:
        """See whether the model is suspended; a store that does not answer changes nothing.

        Until the first answer it is.
        """
        with suppress(Exception):  # the look for a champion tells of it
            self._suspended = suspension(self.registry.store) is not None

    def start(self) -> None:
        """Look now, then again every ``interval`` seconds in threads of their own."""
        self.refresh()
        for name, work in (("champion", self.refresh), ("suspension", self.look)):
            thread = threading.Thread(
                target=self._repeat, args=(work,), name=f"{name}-watcher", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End the threads; a load that is under way ends first."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, work: Callable[[], None]) -> None:
        while not self._stopped.wait(self._interval):
            work()

    def _follow(self, version: str | None) -> None:
        serving = self._loaded[0].version if self._loaded else None
        if version is None or version == serving:
            self._failure = None
            return
        if self._refused and self._refused[0] == version and time.monotonic() < self._refused[1]:
            return
        try:
            scorer = self.registry.load(version)
        except Exception:
            self._refused = (version, time.monotonic() + self._retry_after)
            raise
        self._loaded = scorer, scorer.suspended_double()
        self._failure = None
