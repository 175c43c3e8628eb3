"""Load: wrk for the most a server can do, and an even stream for how long a reply then takes."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from time import perf_counter

import numpy as np

from bench.servers.running import CLIENT_CORES, Server, pinned

BODIES_LUA = Path(__file__).with_name("bodies.lua")
_UNIT = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True)
class Run:
    """What a server did under one load; times in milliseconds, CPU in microseconds a request."""

    rate: float
    p50: float
    p99: float
    cpu: float
    errors: int


def most(server: Server, connections: int, seconds: float) -> Run:
    """As many requests as ``connections`` that never wait can make (wrk)."""
    command = [
        "wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "-s", str(BODIES_LUA),
        server.url + server.path, "--", str(server.bodies), *server.token,
    ]  # fmt: skip
    before = server.cpu_seconds()
    text = subprocess.run(
        pinned(command, CLIENT_CORES), capture_output=True, text=True, check=True
    ).stdout
    used = server.cpu_seconds() - before
    requests = int(_found(r"(\d+) requests in", text))
    return Run(
        rate=float(_found(r"Requests/sec:\s+([\d.]+)", text)),
        p50=_milliseconds(_found(r"\n +50%\s+(\S+)", text)),
        p99=_milliseconds(_found(r"\n +99%\s+(\S+)", text)),
        cpu=used / max(1, requests) * 1e6,
        errors=int(_found(r"Non-2xx or 3xx responses: (\d+)", text, "0")),
    )


def _found(pattern: str, text: str, otherwise: str | None = None) -> str:
    match = re.search(pattern, text)
    if match is None and otherwise is None:
        raise SystemExit(f"wrk printed something else than expected:\n{text}")
    return match[1] if match else str(otherwise)


def _milliseconds(text: str) -> float:
    unit = text.lstrip("0123456789.")
    return float(text.removesuffix(unit)) * _UNIT[unit]


def missing_tools() -> list[str]:
    """Programs that are needed and not here."""
    return [name for name in ("wrk",) if which(name) is None]


class _Connection(asyncio.Protocol):
    """One kept-alive connection that carries one request at a time."""

    def __init__(self, stream: Stream) -> None:
        self._stream, self._buffer, self._missing = stream, b"", 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._stream.free.append(self)

    def send(self, request: bytes, due: float) -> None:
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if not found or length is None or len(body) < int(length[1]):
            return
        self._buffer = b""
        self._stream.answered(self, self._due, head.startswith(b"HTTP/1.1 200"))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if self in self._stream.free:
            self._stream.free.remove(self)


class Stream:
    """``rate`` requests a second, evenly, whatever the server does (an open loop).

    A reply's time counts from when its request was due, so that a stall shows in all the
    requests that it held up.
    """

    def __init__(self, server: Server, connections: int = 64) -> None:
        self._server, self._connections = server, connections
        self.free: deque[_Connection] = deque()
        self._waiting: deque[tuple[bytes, float]] = deque()
        self.times: list[float] = []
        self.errors = 0

    def run(self, rate: float, seconds: float) -> Run:
        """Send for ``seconds`` and wait for the last replies."""
        before = self._server.cpu_seconds()
        asyncio.run(self._run(rate, seconds))
        used = self._server.cpu_seconds() - before
        p50, p99 = np.percentile(np.array(self.times) * 1e3, [50, 99])
        done = len(self.times)
        return Run(done / seconds, float(p50), float(p99), used / done * 1e6, self.errors)

    async def _run(self, rate: float, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        host, port = self._server.address
        for _ in range(self._connections):
            await loop.create_connection(lambda: _Connection(self), host, port)
        requests = self._server.requests()
        start, sent = perf_counter(), 0
        while (now := perf_counter()) < start + seconds:
            while sent < (now - start) * rate:
                self._waiting.append((requests[sent % len(requests)], start + sent / rate))
                sent += 1
            self._send()
            await asyncio.sleep(max(0.0, start + sent / rate - perf_counter()))
        until = perf_counter() + 5
        while len(self.times) < sent and perf_counter() < until:
            await asyncio.sleep(0.01)
        self.errors += sent - len(self.times)

    def answered(self, connection: _Connection, due: float, good: bool) -> None:
        """Note a reply and use its connection again."""
        self.times.append(perf_counter() - due)
        self.errors += not good
        self.free.append(connection)
        self._send()

    def _send(self) -> None:
        while self.free and self._waiting:
            self.free.popleft().send(*self._waiting.popleft())
