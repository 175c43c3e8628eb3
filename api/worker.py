"""The worker: enters the jobs that are due, and does them one after the other."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

from api.audits import AuditSettings
from api.log import Event, Log
from api.schedule import KINDS, Kind, Work
from data.errors import MicroscoreError, StoreError
from data.store import Store
from data.store.jobs import Job, enqueue, fail, finish, give_back, renew, take

LEASE = timedelta(minutes=5)
AGAIN = timedelta(minutes=15)
"""How long a job waits that failed because the database did not answer."""
PAUSE = 30.0
"""Seconds between two looks for work."""


class StoppedError(BaseException):
    """The process was asked to end. Not an Exception: no job may take it for a fault of its own."""


@dataclass(frozen=True)
class Done:
    """What came of one job."""

    kind: str
    slot: str
    result: Mapping[str, Any] | None
    error: str | None


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Worker:
    """Does jobs of ``kinds`` under the name ``name``, which no other worker has."""

    store: Store
    settings: AuditSettings
    log: Log
    kinds: Sequence[Kind] = KINDS
    clock: Callable[[], datetime] = _now
    lease: timedelta = LEASE
    name: str = field(default_factory=lambda: f"{socket.gethostname()[:48]}-{os.getpid()}")

    def run(self) -> None:
        """Work until the process is asked to end (SIGTERM, Ctrl-C)."""
        while True:
            try:
                self.once()
            except StoreError as error:
                self.log.error(Event.WAITING, error)
            time.sleep(PAUSE)

    def once(self) -> list[Done]:
        """Enter what is due and do all that is; raises StoreError."""
        now = self.clock()
        for kind in self.kinds:
            slot = kind.slot(self.settings, now)
            if slot is not None:
                enqueue(self.store, kind.name, slot.name, slot.arguments, slot.due_at)
        return list(self._all())

    def _all(self) -> Iterator[Done]:
        names = [kind.name for kind in self.kinds]
        while job := take(self.store, names, self.name, self.clock(), self.lease):
            yield self._do(job)

    def _do(self, job: Job) -> Done:
        kind = next(k for k in self.kinds if k.name == job.kind)
        work = Work(self.settings, self.store, job.arguments, self.clock())
        try:
            with self._renewed(job):
                result = kind.run(work)
        except StoppedError:
            give_back(self.store, job)
            raise
        except Exception as error:  # the worker must outlive whatever this was
            return self._failed(job, error)
        finish(self.store, job, result, self.clock())
        self.log.info(Event.JOB_DONE, kind=job.kind, slot=job.slot, result=result)
        return Done(job.kind, job.slot, result, None)

    def _failed(self, job: Job, error: Exception) -> Done:
        fault = f"it ended by a fault of the program ({type(error).__name__})"
        text = str(error) if isinstance(error, MicroscoreError) else fault
        again = self.clock() + AGAIN if isinstance(error, StoreError) else None
        fail(self.store, job, text, self.clock(), again)
        self.log.error(Event.JOB_FAILED, error, kind=job.kind, slot=job.slot)
        return Done(job.kind, job.slot, None, text)

    @contextmanager
    def _renewed(self, job: Job) -> Iterator[None]:
        """Renew the lease from a thread while the block works."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(self.lease.total_seconds() / 3):
                try:
                    renew(self.store, job, self.clock(), self.lease)
                except StoreError as error:
                    self.log.error(Event.WAITING, error)

        thread = threading.Thread(target=beat, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@contextmanager
def stoppable() -> Iterator[None]:
    """End the block cleanly, with its job given back, on SIGTERM and on Ctrl-C."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise StoppedError

    before = {s: signal.signal(s, stop) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    except StoppedError:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
