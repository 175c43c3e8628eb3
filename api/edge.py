"""The outermost layer of every request: its id, security headers, metrics, log line, last net."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from secrets import token_hex
from time import perf_counter

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.connection import WHOLE, SendWhole
from api.direct import DirectRoute
from api.log import Event, Log
from api.metrics import Metrics
from api.problems import Problem, on_error
from data.errors import StoreError

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Set on every reply unless its route sets another value."""

EVERY, PROBLEMS = 0, 400
"""The least status of a reply that gets a line in the log."""

_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_LINES = b"".join([b"%s: %s\r\n" % header for header in _HEADERS])
_NAMES = frozenset(name for name, _ in _HEADERS)
_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}


class Edge:
    """ASGI middleware; an exception that nothing else handled becomes a silent 500 problem.

    A ``DirectRoute`` at exactly the asked address answers at once; everything else, and what
    such a route does not take, goes through the app's own layers and its look-up of routes.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        log: Log,
        direct: Sequence[DirectRoute],
        told: int = EVERY,
    ) -> None:
        self._app, self._metrics, self._log, self._told = app, metrics, log, told
        self._direct = {route.path: route for route in direct}
        self._process, self._numbers = token_hex(4), count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        scope["request_id"] = f"{self._process}{next(self._numbers):08x}"
        reply = _Reply(send, scope)
        try:
            route = self._direct.get(scope["path"])
            if route is None or not route.takes(scope):
                await self._app(scope, receive, reply)
            else:
                scope["route"] = route
                await reply.whole(await route.answer(scope, receive))
        except Exception as error:
            if not isinstance(error, (Problem, StoreError)):
                with suppress(Exception):
                    self._log.error(Event.ERROR, error, request_id=scope["request_id"])
            if not reply.status:
                answer = await on_error(Request(scope), error)
                await answer(scope, receive, reply)
        with suppress(Exception):  # what cannot be told of a reply does not change it
            self._note(scope, reply.status, perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.request(route, method, status, seconds)
        if 0 < status < self._told:
            return
        self._log.soon(
            Event.REQUEST,
            request_id=scope["request_id"],
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            key=scope.get("key_id"),
            problem=scope.get("problem"),
        )


class _Reply:
    """Passes the reply on, adds the headers and remembers the status (0: not begun)."""

    def __init__(self, send: Send, scope: Scope) -> None:
        self._send, self._request_id = send, scope["request_id"].encode()
        # Taken out of the scope, which would hold itself through it: a circle for the collector.
        self._send_whole: SendWhole | None = scope.get("extensions", {}).pop(WHOLE, None)
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            given = _NAMES.intersection([name.lower() for name, _ in headers])
            headers += [h for h in _HEADERS if h[0] not in given] if given else _HEADERS
            headers.append((b"x-request-id", self._request_id))
            message["headers"] = headers
        await self._send(message)

    async def whole(self, response: Response) -> None:
        """Send a response that is there as a whole and has none of the headers yet."""
        self.status = status = response.status_code
        if self._send_whole is not None:
            lines = b"%sx-request-id: %s\r\n" % (_LINES, self._request_id)
            if self._send_whole(status, response.raw_headers, lines, bytes(response.body)):
                return
        headers = [*response.raw_headers, *_HEADERS, (b"x-request-id", self._request_id)]
        start = {"type": "http.response.start", "status": status, "headers": headers}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": response.body})
