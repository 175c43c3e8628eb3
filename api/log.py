"""Log lines: one JSON object each, with a constant event name and no personal data.

Never logged: bodies, query strings, addresses with identifiers in them, texts of exceptions.
"""

import sys
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
    WAITING = "store.waiting"


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
