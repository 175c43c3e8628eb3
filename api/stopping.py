"""The HTTP server process, and how it ends: it says so first, and finishes what it was sent."""

import signal
from time import monotonic
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.connection import Connection
from api.readiness import Stopping

_CLOSE = [(b"connection", b"close")]
GRACE_SECONDS = 10
"""Time for what is in flight when the socket closes."""


class StoppingServer(uvicorn.Server):
    """Serves ``app`` until a signal comes.

    SIGTERM begins ``drain_seconds`` in which /readyz says 503, every request is still answered,
    and each reply closes its connection: whoever balances load sends the next one elsewhere. Then
    the socket closes. SIGINT, or a second signal, closes it at once. The process ends with 0.
    """

    def __init__(
        self, app: FastAPI, host: str, port: int, stopping: Stopping, drain_seconds: float
    ) -> None:
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            http=Connection,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        super().__init__(config)
        self._stopping, self._drain_seconds = stopping, drain_seconds
        self._closes = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Begin to stop, or hurry."""
        if self.should_exit:
            self.force_exit = sig == signal.SIGINT
        elif sig == signal.SIGINT or self._stopping.begun:
            self.should_exit = True
        else:
            self._stopping.begun = True
            self._closes = monotonic() + self._drain_seconds

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to close; asked ten times a second."""
        ends = await super().on_tick(counter)
        if not self._stopping.begun:
            return ends
        self.server_state.default_headers = _CLOSE
        return ends or monotonic() >= self._closes
