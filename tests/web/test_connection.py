"""The real server's connection: the same replies in one piece as in the usual two."""

import asyncio
import gc
import json
import socket
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.types import Receive, Scope, Send

from api.connection import WHOLE
from api.edge import Edge
from api.log import Log
from api.metrics import Metrics
from tests.web.process import Server
from tests.web.world import application, home_settings, make_key


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    return make_key(home_settings(server.log.parent), "officer")[0]


def asked(key: str, query: str = "", **headers: str) -> bytes:
    body = json.dumps(application()).encode()
    given = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"} | headers
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
    head = f"POST /score{query} HTTP/1.1\r\nHost: here\r\n{lines}Content-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


@contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        yield connection


def reply(connection: socket.socket) -> tuple[list[str], bytes]:
    """One reply: its status and headers in order, and its body."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(1)
        assert more, "the connection ended within a head"
        received += more
    lines = received.decode().split("\r\n")[:-2]
    length = next(int(line[15:]) for line in lines if line.startswith("content-length:"))
    body = b""
    while len(body) < length:
        body += connection.recv(length - len(body))
    return lines, body


def same(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith(("x-request-id", "content-length"))]


def test_a_reply_in_one_piece_is_the_usual_reply(server: Server, key: str) -> None:
    """A query takes the request through the app's own layers, whose replies go out in two."""
    with connected(server) as connection:
        found = []
        for query in ("", "?x=1", ""):
            connection.sendall(asked(key, query))
            found.append(reply(connection))
    first, usual, again = found
    assert same(first[0]) == same(usual[0]) == same(again[0])
    assert first[0][0] == "HTTP/1.1 200 OK"
    assert len({json.loads(body)["points"] for _, body in found}) == 1
    ids = [line for lines, _ in found for line in lines if line.startswith("x-request-id")]
    assert len(set(ids)) == 3


def test_what_is_sent_ahead_is_answered_in_its_order(server: Server, key: str) -> None:
    with connected(server) as connection:
        connection.sendall(asked(key) + asked("ms_nobody") + asked(key))
        statuses = [reply(connection)[0][0] for _ in range(3)]
    assert statuses == ["HTTP/1.1 200 OK", "HTTP/1.1 401 Unauthorized", "HTTP/1.1 200 OK"]


def test_who_wants_the_end_of_the_connection_gets_it(server: Server, key: str) -> None:
    with connected(server) as connection:
        connection.sendall(asked(key, Connection="close"))
        lines, _ = reply(connection)
        assert connection.recv(1) == b""
    assert "connection: close" in lines


def test_who_leaves_before_the_reply_disturbs_nobody(server: Server, key: str) -> None:
    for _ in range(3):
        with connected(server) as connection:
            connection.sendall(asked(key))
    with connected(server) as connection:
        connection.sendall(asked(key, Expect="100-continue"))
        assert connection.recv(25, socket.MSG_WAITALL) == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert reply(connection)[0][0] == "HTTP/1.1 200 OK"


def test_who_guesses_behind_a_proxy_shuts_out_nobody_else(server: Server) -> None:
    def statuses(count: int, **headers: str) -> set[str]:
        with connected(server) as connection:
            found = set()
            for _ in range(count):
                connection.sendall(asked("ms_nobody", **headers))
                found.add(reply(connection)[0][0].split()[1])
            return found

    assert statuses(400, X_Forwarded_For="192.0.2.1") == {"401", "429"}
    assert statuses(1, X_Forwarded_For="192.0.2.1") == {"429"}
    assert statuses(1, X_Forwarded_For="192.0.2.2") == {"401"}


def test_a_request_does_not_hold_itself() -> None:
    """Circles are freed by the collector alone, which then stops the server for milliseconds."""

    class Cycle:
        def send(self, *_: object) -> bool:
            return True

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def nothing(*_: object) -> Any:
        return None

    edge = Edge(app, Metrics(), Log(), [])
    cycle = Cycle()
    scope: Scope = {"type": "http", "path": "/", "method": "GET", "headers": []}
    scope["extensions"] = {WHOLE: cycle.send}
    cycle.scope = scope  # type: ignore[attr-defined]
    gone = weakref.ref(cycle)
    gc.disable()
    try:
        asyncio.run(edge(scope, nothing, nothing))
        del cycle, scope
        assert gone() is None
    finally:
        gc.enable()
