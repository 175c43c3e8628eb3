"""The one thread that writes decisions: everything that waits goes into one transaction.

Many requests then share one commit (one fsync), and each is answered only after its own rows
are durable. SQLite has one writer at a time anyway; on PostgreSQL it saves round trips.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import Connection

from data.errors import StoreError
from data.store.decisions import Decision
from data.store.engine import AnyConnection, Store
from data.store.idempotency import Claim, ClaimTakenError, take_claims
from data.store.ledger import Ledger
from data.store.quick import QuickWriter

CAPACITY = 10_000

_WAITING, _HELD, _CANCELLED, _DONE = range(4)


class Submission:
    """Rows that were handed over together: all of them become durable, or none.

    What ``concurrent.futures.Future`` is, with one lock and one wake-up for a whole group.
    """

    __slots__ = ("_changed", "_error", "_state", "claim", "decisions", "tell")

    def __init__(
        self,
        changed: threading.Condition,
        decisions: Sequence[Decision],
        claim: Claim | None,
        tell: "Callable[[Submission], None] | None",
    ) -> None:
        self.decisions, self.claim, self.tell = decisions, claim, tell
        self._changed, self._state = changed, _WAITING
        self._error: Exception | None = None

    def cancel(self) -> bool:
        """Take the rows back; False when their commit has begun or is over."""
        with self._changed:
            if self._state == _WAITING:
                self._state = _CANCELLED
        return self._state == _CANCELLED

    def cancelled(self) -> bool:
        """Whether the rows were taken back."""
        return self._state == _CANCELLED

    def done(self) -> bool:
        """Whether the rows are durable, refused or taken back."""
        return self._state in {_DONE, _CANCELLED}

    def hold(self) -> bool:
        """Let nobody take the rows back any more; False when somebody has. For the writer."""
        if self._state == _WAITING:
            self._state = _HELD
        return self._state != _CANCELLED

    def end(self, error: Exception | None) -> None:
        """The rows are durable, or refused with ``error``. For the writer."""
        self._state, self._error = _DONE, error

    @property
    def error(self) -> Exception | None:
        """Why the rows are not durable, once ``done``; None when they are."""
        return self._error

    def exception(self, timeout: float | None = None) -> Exception | None:
        """Why the rows are not durable; None when they are. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(self.done, timeout):
                raise TimeoutError
        return self._error

    def result(self, timeout: float | None = None) -> None:
        """Return when the rows are durable. Raises TimeoutError, and why they are not."""
        if error := self.exception(timeout):
            raise error


class DecisionWriter:
    """Writes decisions durably. At most ``capacity`` rows wait; threads may share it."""

    def __init__(self, store: Store, ledger: Ledger, capacity: int = CAPACITY) -> None:
        self._store = store
        self._quick = QuickWriter(store) if store.is_local else None
        self._ledger = ledger
        self._capacity = capacity
        self._changed = threading.Condition()
        self._waiting: list[Submission] = []
        self._rows = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="decision-writer", daemon=True)
        self._thread.start()

    def submit(self, decisions: Sequence[Decision], claim: Claim | None = None) -> Submission:
        """Hand rows over; the submission is done when all of them, or none, are durable.

        It fails with StoreError when the database cannot answer, with RowRefusedError when
        these very rows are refused, with ClaimTakenError when another request has the
        idempotency key of ``claim``, which is kept with them. One that could be cancelled
        is never written; from the commit on, none can be. Raises StoreError at once when too
        many rows wait or the writer has stopped. A database that hangs leaves them open: wait
        for them with a limit.
        """
        return self.submit_all([(decisions, claim)])[0]

    def submit_all(
        self,
        pairs: Sequence[tuple[Sequence[Decision], Claim | None]],
        tell: Callable[[Submission], None] | None = None,
    ) -> list[Submission]:
        """Hand several submissions over together: ``submit`` for each, with one lock for all.

        ``tell`` is called by the writer's thread with each that is done; a cancelled one never
        is. Raises StoreError when not all of them find room; then none is taken.
        """
        group = [Submission(self._changed, decisions, claim, tell) for decisions, claim in pairs]
        rows = sum(len(s.decisions) for s in group)
        with self._changed:
            if self._stopping:
                raise StoreError("the store is closing")
            if self._rows + rows > self._capacity:
                raise StoreError("too many decisions wait for the database")
            self._waiting += group
            self._rows += rows
            self._changed.notify_all()
        return group

    def stop(self) -> None:
        """Write what waits, then end the thread. Later submissions are refused."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            self._settle(group)
        if self._quick is not None:
            self._quick.close()

    def _next_group(self) -> list[Submission]:
        """Everything that waits, at least one; empty when stopped and all is written."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            group, self._waiting, self._rows = self._waiting, [], 0
            return group

    def _settle(self, group: Sequence[Submission]) -> None:
        """Write ``group`` without those who gave up before its commit began."""
        while group := [s for s in group if not s.cancelled()]:
            if self._write(group):
                return

    def _write(self, group: Sequence[Submission]) -> bool:
        """Write ``group`` in one transaction; if a row in it is refused, each one by itself.

        False when somebody gave up meanwhile: then nothing is written and nobody answered.
        """
        late: set[Submission] = set()
        try:
            with self._transaction(group) as connection:
                late = _keep_claims(connection, group)
                first = [s for s in group if s not in late] if late else group
                self._ledger.append(connection, [d for s in first for d in s.decisions])
                if not self._hold(group):
                    raise _GivenUpError
        except _GivenUpError:
            return False
        except Exception as error:
            self._fail(group, error)
        else:
            taken = ClaimTakenError("another request has this claim")
            self._end({s: taken if s in late else None for s in group})
        return True

    def _transaction(self, group: Sequence[Submission]) -> AbstractContextManager[AnyConnection]:
        """A transaction for ``group``; claims, which are rare, take SQLAlchemy's way."""
        if self._quick is None or any(s.claim is not None for s in group):
            return self._store.write()
        return self._quick.write()

    def _fail(self, group: Sequence[Submission], error: Exception) -> None:
        """Fail who it is about: all when the database cannot answer, else each by itself."""
        if len(group) > 1 and type(error) is not StoreError:
            for submission in group:
                self._settle([submission])
            return
        self._end({s: error for s in group if self._hold([s])})

    def _hold(self, group: Sequence[Submission]) -> bool:
        """Let nobody give up from now on; False when somebody has."""
        with self._changed:
            return all(s.hold() for s in group)

    def _end(self, errors: Mapping[Submission, Exception | None]) -> None:
        with self._changed:
            for submission, error in errors.items():
                submission.end(error)
            self._changed.notify_all()
        for submission in errors:
            if submission.tell is not None:
                submission.tell(submission)


class _GivenUpError(Exception):
    """Somebody whose rows are in this transaction does not wait for them any more."""


def _keep_claims(connection: AnyConnection, group: Sequence[Submission]) -> set[Submission]:
    """Keep the claims of ``group``; return the submissions that came after another's claim."""
    claims = {s: s.claim for s in group if s.claim is not None}
    if not claims or not isinstance(connection, Connection):
        return set()
    made = [(claim, [d.decision_id for d in s.decisions]) for s, claim in claims.items()]
    kept = take_claims(connection, made)
    return {s for s, first in zip(claims, kept, strict=True) if not first}
