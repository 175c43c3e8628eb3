"""Threads that write to one file, one after the other, in the order in which they came.

SQLite lets whoever asks at the right moment have its lock: a thread that commits all the time takes
it again before a waiting one has looked, and that one waits in vain for seconds.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from data.errors import StoreError


class Turns:
    """One turn at a time; who waits longest has the next one."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._changed = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Hold the turn during the block. Raises StoreError after ``patience`` seconds."""
        if not self._take():
            raise StoreError("the database does not answer")
        try:
            yield
        finally:
            self._give()

    def _take(self) -> bool:
        with self._changed:
            if not self._taken:
                self._taken = True
                return True
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
        if gate.acquire(timeout=self._patience):
            return True
        with self._changed:
            if gate in self._waiting:
                self._waiting.remove(gate)
                return False
        return True  # it was handed over at the last moment

    def _give(self) -> None:
        with self._changed:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
