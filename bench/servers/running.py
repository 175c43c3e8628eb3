"""Servers in processes of their own: started, pinned to a core, watched and stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which

START_SECONDS = 120.0
SERVER_CORES, CLIENT_CORES = "0", "1"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def pinned(command: Sequence[str], cores: str) -> list[str]:
    """``command`` on ``cores`` alone, where taskset is there and the machine has two."""
    if which("taskset") is None or (os.cpu_count() or 1) < 2:
        return list(command)
    return ["taskset", "-c", cores, *command]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A server of the benchmark: where it listens, what it is asked, and its process."""

    name: str
    port: int
    path: str
    bodies: Path
    process: subprocess.Popen[bytes]
    key: str | None = None
    _requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return "127.0.0.1", self.port

    @property
    def token(self) -> list[str]:
        """The key as an argument, if it needs one."""
        return [self.key] if self.key else []

    def requests(self) -> list[bytes]:
        """Whole HTTP requests, one a body."""
        head = f"POST {self.path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        if self.key:
            head += f"Authorization: Bearer {self.key}\r\n"
        return [
            f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
            for body in self.bodies.read_bytes().splitlines()
        ]

    def cpu_seconds(self) -> float:
        """CPU time of the process and all its children until now."""
        return sum(_cpu_ticks(pid) for pid in _family(self.process.pid)) / _TICKS

    def memory(self) -> int:
        """Resident bytes of the process and all its children."""
        pids = _family(self.process.pid)
        return sum(int(_read(pid, "statm").split()[1]) * _PAGE for pid in pids)

    def files(self) -> int:
        """Open files of the process."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))  # noqa: PTH208

    def threads(self) -> int:
        """Threads of the process."""
        return len(os.listdir(f"/proc/{self.process.pid}/task"))  # noqa: PTH208


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return " ".join(["0"] * 60)


def _cpu_ticks(pid: int) -> int:
    after_name = _read(pid, "stat").rpartition(")")[2].split()
    return int(after_name[11]) + int(after_name[12])


def _family(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            fields = _read(int(entry.name), "stat").rpartition(")")[2].split()
            if len(fields) > 1:
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


@dataclass(frozen=True)
class Start:
    """How to start a server, and how to ask it."""

    name: str
    command: Sequence[str]
    bodies: Path
    path: str
    port: int
    key: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None


@contextmanager
def running(start: Start) -> Iterator[Server]:
    """Start a server and wait until it answers 200; ended with SIGTERM after the block."""
    log = start.bodies.with_name(f"{start.name.replace(' ', '-')}.log")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("MICROSCORE_")}
    with log.open("wb") as file:
        process = subprocess.Popen(
            pinned(start.command, SERVER_CORES),
            stdout=file,
            stderr=file,
            env=inherited | start.environment,
            cwd=start.folder,
            start_new_session=True,
        )
        try:
            server = Server(start.name, start.port, start.path, start.bodies, process, start.key)
            _wait(server, log)
            yield server
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process, and what it started and left behind."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=20)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait(server: Server, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    request = server.requests()[0].replace(b"\r\nHost", b"\r\nConnection: close\r\nHost", 1)
    answer = b""
    while time.monotonic() < until and server.process.poll() is None:
        try:
            with socket.create_connection(server.address, timeout=10) as connection:
                connection.sendall(request)
                answer = connection.recv(4096)
        except OSError:
            answer = b""
        if b" 200 " in answer.partition(b"\r\n")[0]:
            return
        time.sleep(0.2)
    raise RuntimeError(f"{server.name} does not answer 200:\n{answer.decode()}\n{_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]
