"""Log lines: one JSON object each, with a constant event name and no personal data.

Never logged: bodies, query strings, addresses with identifiers in them, texts of exceptions.
"""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from traceback import extract_tb
from typing import Any

import orjson

_LINE = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z


class Event(StrEnum):
    """Every event that the server or the worker logs."""

    STARTED = "server.started"
    STOPPED = "server.stopped"
    REQUEST = "request.done"
    ERROR = "request.error"
    CHAMPION = "champion.in_service"
    CHAMPION_FAILURE = "champion.failure"
    NO_CHAMPION = "champion.none"
    WAITING = "store.waiting"
    ISSUER_FAILURE = "issuer.failure"
    PROBING = "probing.alarm"
    HEAD_FAILURE = "audit.head_failure"
    JOB_DONE = "job.done"
    JOB_FAILED = "job.failed"
    DRIFT_ALERT = "drift.alert"
    DRIFT_CLOSED = "drift.closed"
    WEBHOOK_FAILURE = "drift.webhook_failure"
    LIBRARY = "library.warning"


class Log:
    """Writes events to standard error; where that is full or closed, work goes on untold."""

    def __init__(self) -> None:
        self._turn: list[bytes] = []

    def info(self, event: Event, **fields: Any) -> None:
        """Something that is as it should be."""
        self._write(self._line("info", event, fields))

    def soon(self, event: Event, **fields: Any) -> None:
        """The same, written with the others of this turn of the event loop; call it from there."""
        line = self._line("info", event, fields)
        if not self._turn:
            asyncio.get_running_loop().call_soon(self._turn_is_over)
        self._turn.append(line)

    def _turn_is_over(self) -> None:
        turn, self._turn = self._turn, []
        self._write(b"".join(turn))

    def error(self, event: Event, error: BaseException | None = None, **fields: Any) -> None:
        """Something that needs a person; of ``error`` only the type and the place are told."""
        if error is not None:
            frames = extract_tb(error.__traceback__)
            at = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "unknown"
            fields |= {"error": type(error).__name__, "at": at}
        self._write(self._line("error", event, fields))

    @staticmethod
    def _line(level: str, event: Event, fields: dict[str, Any]) -> bytes:
        told = {"event": event, "level": level, "timestamp": datetime.now(UTC)}
        return orjson.dumps(fields | told, option=_LINE)

    @staticmethod
    def _write(lines: bytes) -> None:
        """Whole lines, in one call, so that those of several threads do not mix."""
        with suppress(OSError, ValueError):
            sys.stderr.buffer.write(lines)
            sys.stderr.buffer.flush()

    @contextmanager
    def libraries(self) -> Iterator[None]:
        """Within the block, warnings of libraries are our events, without their text."""
        handler, root = _LibraryHandler(self), logging.getLogger()
        root.addHandler(handler)
        try:
            yield
        finally:
            root.removeHandler(handler)


class _LibraryHandler(logging.Handler):
    """Tells who warned, and where in its source; its text may hold what a client sent."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        at = f"{record.funcName}:{record.lineno}"
        self._log.error(Event.LIBRARY, error, library=record.name, warned_at=at)
