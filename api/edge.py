"""The outermost layer of every request: its id, security headers, metrics, log line, last net."""

from secrets import token_hex
from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.log import Event, Log
from api.metrics import Metrics
from api.problems import on_error

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Set on every reply unless its route sets another value."""

_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}


class Edge:
    """ASGI middleware; an exception that nothing else handled becomes a silent 500 problem."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: Log) -> None:
        self._app, self._metrics, self._log = app, metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        scope["request_id"] = token_hex(8)
        reply = _Reply(send, scope["request_id"])
        try:
            await self._app(scope, receive, reply)
        except Exception as error:
            self._log.error(Event.ERROR, error, request_id=scope["request_id"])
            if not reply.status:
                answer = await on_error(Request(scope), error)
                await answer(scope, receive, reply)
        self._note(scope, reply.status, perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.request(route, method, status, seconds)
        self._log.info(
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

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self._request_id = send, request_id
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers["x-request-id"] = self._request_id
        await self._send(message)
