"""The one thread that writes decisions: everything that waits goes into one transaction.

Many requests then share one commit (one fsync), and each is answered only after its own rows
are durable. SQLite has one writer at a time anyway; on PostgreSQL it saves round trips.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from data.errors import StoreError
from data.store.decisions import Decision, insert_decisions
from data.store.engine import Store

CAPACITY = 10_000


@dataclass(frozen=True, slots=True)
class _Submission:
    decisions: Sequence[Decision]
    done: Future[None]


class DecisionWriter:
    """Writes decisions durably. At most ``capacity`` rows wait; threads may share it."""

    def __init__(self, store: Store, capacity: int = CAPACITY) -> None:
        self._store = store
        self._capacity = capacity
        self._changed = threading.Condition()
        self._waiting: list[_Submission] = []
        self._rows = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="decision-writer", daemon=True)
        self._thread.start()

    def submit(self, decisions: Sequence[Decision]) -> Future[None]:
        """Hand rows over; the future is done when all of them, or none, are durable.

        It fails with StoreError when the database cannot answer, with RowRefusedError when
        these very rows are refused. A future that is cancelled in time is not written. Raises
        StoreError at once when too many rows wait or the writer has stopped. A database that
        hangs leaves futures open: wait for them with a limit.
        """
        submission = _Submission(decisions, Future())
        with self._changed:
            if self._stopping:
                raise StoreError("the store is closing")
            if self._rows + len(decisions) > self._capacity:
                raise StoreError("too many decisions wait for the database")
            self._waiting.append(submission)
            self._rows += len(decisions)
            self._changed.notify()
        return submission.done

    def stop(self) -> None:
        """Write what waits, then end the thread. Later submissions are refused."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            self._write([s for s in group if s.done.set_running_or_notify_cancel()])

    def _next_group(self) -> list[_Submission]:
        """Everything that waits, at least one; empty when stopped and all is written."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            group, self._waiting, self._rows = self._waiting, [], 0
            return group

    def _write(self, group: Sequence[_Submission]) -> None:
        """Write ``group`` in one transaction; if a row in it is refused, each one by itself."""
        try:
            with self._store.write() as connection:
                insert_decisions(connection, [d for s in group for d in s.decisions])
        except Exception as error:
            alone = len(group) == 1 or type(error) is StoreError
            for submission in group:
                if alone:
                    submission.done.set_exception(error)
                else:
                    self._write([submission])
        else:
            for submission in group:
                submission.done.set_result(None)
