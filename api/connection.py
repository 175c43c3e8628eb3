"""A connection of the HTTP server that sends a reply which is there as a whole in one piece.

uvicorn looks at each header of each reply for signs that may not stand there, and sends head and
body one after the other: for a reply of some kilobytes as much work as making it. Where the
headers are our own and the reply stands as a whole, the app can hand over its bytes: an extension
in ASGI's sense, which other servers lack and nobody has to use.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

WHOLE = "microscore.whole_reply"
Headers = Sequence[tuple[bytes, bytes]]
SendWhole = Callable[[int, Headers, bytes, bytes], bool]
"""Status, headers, further headers as lines with their ends, body; False: nothing was sent."""


class Connection(HttpToolsProtocol):
    """Tells the app with each request how to reply in one piece."""

    def on_headers_complete(self) -> None:
        """Called by the parser; the app runs later."""
        extensions: dict[str, Any] = {}
        self.scope["extensions"] = extensions
        super().on_headers_complete()
        extensions[WHOLE] = partial(_send, self.cycle)


def _send(
    cycle: RequestResponseCycle, status: int, headers: Headers, lines: bytes, body: bytes
) -> bool:
    """Send a reply whose headers hold its length; False where something else has to be minded.

    That is a connection that ends with this reply, or was ended, or takes nothing at the moment.
    """
    if cycle.disconnected or cycle.default_headers or not cycle.keep_alive:
        return False
    if cycle.response_started or cycle.flow.write_paused:
        return False
    parts = [STATUS_LINE[status]]
    for name, value in headers:
        parts += (name, b": ", value, b"\r\n")
    parts += (lines, b"\r\n", body)
    cycle.response_started = cycle.response_complete = True
    cycle.transport.write(b"".join(parts))
    cycle.message_event.set()
    cycle.on_response()
    return True
