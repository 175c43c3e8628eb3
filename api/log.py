"""Log lines: one JSON object each, with a constant event name and no personal data.

Never logged: bodies, query strings, addresses with identifiers in them, texts of exceptions.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from traceback import extract_tb
from typing import Any

import orjson
import structlog


class Event(StrEnum):
    """Every event that the server logs."""

    STARTED = "server.started"
    STOPPED = "server.stopped"
    REQUEST = "request.done"
    ERROR = "request.error"
    CHAMPION = "champion.in_service"
    CHAMPION_FAILURE = "champion.failure"
    WAITING = "store.waiting"
    LIBRARY = "library.warning"


class Log:
    """Writes events to standard error."""

    def __init__(self) -> None:
        self._logger = structlog.wrap_logger(
            structlog.BytesLogger(sys.stderr.buffer),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(serializer=orjson.dumps),
            ],
        )

    def info(self, event: Event, **fields: Any) -> None:
        """Something that is as it should be."""
        self._logger.info(event.value, **fields)

    def error(self, event: Event, error: BaseException | None = None, **fields: Any) -> None:
        """Something that needs a person; of ``error`` only the type and the place are told."""
        if error is not None:
            frames = extract_tb(error.__traceback__)
            at = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "unknown"
            fields |= {"error": type(error).__name__, "at": at}
        self._logger.error(event.value, **fields)

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
