"""The one thread that writes decisions: everything that waits goes into one transaction.

Many requests then share one commit (one fsync), and each is answered only after its own rows
are durable. SQLite has one writer at a time anyway; on PostgreSQL it saves round trips.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from sqlalchemy import Connection

from data.errors import StoreError
from data.store.decisions import Decision
from data.store.engine import Store
from data.store.idempotency import Claim, ClaimTakenError, take_claims
from data.store.ledger import Ledger

CAPACITY = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class _Submission:
    decisions: Sequence[Decision]
    claim: Claim | None
    done: Future[None]


class DecisionWriter:
    """Writes decisions durably. At most ``capacity`` rows wait; threads may share it."""

    def __init__(self, store: Store, ledger: Ledger, capacity: int = CAPACITY) -> None:
        self._store = store
        self._ledger = ledger
        self._capacity = capacity
        self._changed = threading.Condition()
        self._waiting: list[_Submission] = []
        self._rows = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="decision-writer", daemon=True)
        self._thread.start()

    def submit(self, decisions: Sequence[Decision], claim: Claim | None = None) -> Future[None]:
        """Hand rows over; the future is done when all of them, or none, are durable.

        It fails with StoreError when the database cannot answer, with RowRefusedError when
        these very rows are refused, with ClaimTakenError when another request has the
        idempotency key of ``claim``, which is kept with them. A future that could be cancelled
        is never written; from the commit on, none can be. Raises StoreError at once when too
        many rows wait or the writer has stopped. A database that hangs leaves futures open: wait
        for them with a limit.
        """
        return self.submit_all([(decisions, claim)])[0]

    def submit_all(
        self, pairs: Sequence[tuple[Sequence[Decision], Claim | None]]
    ) -> list[Future[None]]:
        """Hand several submissions over together: ``submit`` for each, with one lock for all.

        Raises StoreError when not all of them find room; then none is taken.
        """
        group = [_Submission(decisions, claim, Future()) for decisions, claim in pairs]
        rows = sum(len(s.decisions) for s in group)
        with self._changed:
            if self._stopping:
                raise StoreError("the store is closing")
            if self._rows + rows > self._capacity:
                raise StoreError("too many decisions wait for the database")
            self._waiting += group
            self._rows += rows
            self._changed.notify()
        return [s.done for s in group]

    def stop(self) -> None:
        """Write what waits, then end the thread. Later submissions are refused."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            self._settle(group)

    def _next_group(self) -> list[_Submission]:
        """Everything that waits, at least one; empty when stopped and all is written."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            group, self._waiting, self._rows = self._waiting, [], 0
            return group

    def _settle(self, group: Sequence[_Submission]) -> None:
        """Write ``group`` without those who gave up before its commit began."""
        while group := [s for s in group if not s.done.cancelled()]:
            if self._write(group):
                return

    def _write(self, group: Sequence[_Submission]) -> bool:
        """Write ``group`` in one transaction; if a row in it is refused, each one by itself.

        False when somebody gave up meanwhile: then nothing is written and nobody answered.
        """
        try:
            with self._store.write() as connection:
                late = _keep_claims(connection, group)
                first = [s for s in group if s not in late]
                self._ledger.append(connection, [d for s in first for d in s.decisions])
                if not _hold(group):
                    raise _GivenUpError
        except _GivenUpError:
            return False
        except Exception as error:
            self._fail(group, error)
        else:
            for submission in first:
                submission.done.set_result(None)
            for submission in late:
                submission.done.set_exception(ClaimTakenError("another request has this claim"))
        return True

    def _fail(self, group: Sequence[_Submission], error: Exception) -> None:
        """Fail who it is about: all when the database cannot answer, else each by itself."""
        if len(group) > 1 and type(error) is not StoreError:
            for submission in group:
                self._settle([submission])
            return
        for submission in group:
            if _hold([submission]):
                submission.done.set_exception(error)


class _GivenUpError(Exception):
    """Somebody whose rows are in this transaction does not wait for them any more."""


def _hold(group: Sequence[_Submission]) -> bool:
    """Let nobody give up from now on; False as soon as somebody has."""
    return all(s.done.running() or s.done.set_running_or_notify_cancel() for s in group)


def _keep_claims(connection: Connection, group: Sequence[_Submission]) -> set[_Submission]:
    """Keep the claims of ``group``; return the submissions that came after another's claim."""
    claims = {s: s.claim for s in group if s.claim is not None}
    if not claims:
        return set()
    made = [(claim, [d.decision_id for d in s.decisions]) for s, claim in claims.items()]
    kept = take_claims(connection, made)
    return {s for s, first in zip(claims, kept, strict=True) if not first}
