"""The real server in a process of its own, on a free port of this machine."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.planted import found_in

PROGRAM = (sys.executable, "-W", "error", "-m", "api.cli")
START_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, its process and the file of its log."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path


@contextmanager
def running(
    home: Path,
    store_url: str | None = None,
    wait: str = "/readyz",
    program: tuple[str, ...] = PROGRAM,
    drain_seconds: float = 0.0,
) -> Iterator[Server]:
    """Serve ``home``; the block begins when ``wait`` answers and ends with SIGTERM."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MICROSCORE_")}
    environment |= {"MICROSCORE_HOME": str(home), "MICROSCORE_DISK_FLOOR_MB": "0"}
    environment["MICROSCORE_DRAIN_SECONDS"] = str(drain_seconds)
    if store_url:
        environment["MICROSCORE_STORE_URL"] = store_url
    command = [*program, "serve", "--port", str(port)]
    log = home / "server.log"
    with (
        log.open("wb") as file,
        subprocess.Popen(command, cwd=home, env=environment, stdout=file, stderr=file) as process,
    ):
        try:
            server = Server(f"http://127.0.0.1:{port}", process, log)
            _wait(server, wait)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)
    assert found_in(log.read_text().splitlines()) == [], "planted personal data in the log"


def _wait(server: Server, path: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.process.poll() is None:
        try:
            with urllib.request.urlopen(server.url + path, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    told = [line for line in server.log.read_text().splitlines() if '"/readyz"' not in line]
    raise AssertionError("the server did not start:\n" + "\n".join(told[-20:]))
