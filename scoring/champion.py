"""Keeps the champion loaded while the server runs, and swaps it off the path of a request."""

import threading
import time

from data.errors import MicroscoreError
from scoring.registry import Registry
from scoring.scorer import Scorer

INTERVAL = 1.0
RETRY_AFTER = 30.0


class ChampionWatcher:
    """Holds the scorer of the champion; ``current`` is read once a request.

    A request that took ``current`` before a swap ends with the version that it began with. A new
    champion that cannot be loaded does not disturb the old one: it goes on serving, ``failure``
    says why, and the new one is tried again after ``retry_after`` seconds.
    """

    def __init__(
        self, registry: Registry, interval: float = INTERVAL, retry_after: float = RETRY_AFTER
    ) -> None:
        self._registry = registry
        self._interval = interval
        self._retry_after = retry_after
        self._current: Scorer | None = None
        self._failure: str | None = None
        self._refused: tuple[str, float] | None = None
        self._busy = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def current(self) -> Scorer | None:
        """The scorer in service; None while no champion could be loaded."""
        return self._current

    @property
    def failure(self) -> str | None:
        """Why the store's champion is not the one in service; None when all is well."""
        return self._failure

    def refresh(self) -> None:
        """Look at the alias and load a new champion; never raises."""
        with self._busy:
            try:
                self._follow(self._registry.champion())
            except MicroscoreError as error:
                self._failure = str(error)
            except Exception as error:  # the thread must outlive whatever this was
                self._failure = f"the champion could not be loaded ({type(error).__name__})"

    def start(self) -> None:
        """Refresh now, then again every ``interval`` seconds in a thread of its own."""
        self.refresh()
        self._thread = threading.Thread(target=self._run, name="champion-watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a load that is under way ends first."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            self.refresh()

    def _follow(self, version: str | None) -> None:
        serving = self._current.version if self._current else None
        if version is None or version == serving:
            self._failure = None
            return
        if self._refused and self._refused[0] == version and time.monotonic() < self._refused[1]:
            return
        try:
            self._current = self._registry.load(version)
        except Exception:
            self._refused = (version, time.monotonic() + self._retry_after)
            raise
        self._failure = None
