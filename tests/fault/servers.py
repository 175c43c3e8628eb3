"""A PostgreSQL server that a test may stop, freeze and start again."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.postgres import _programs, _server_user


class Server:
    """A server of its own in a temporary folder, with its data safe on the disk."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.url = f"postgresql://microscore@/postgres?host={folder}"
        self._programs = programs
        self._user = _server_user()
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "--username=microscore", "--auth=trust", "--encoding=UTF8")

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        log = f"--log={self.folder / 'log'}"
        self._run("pg_ctl", "start", "--wait", log, f"--options={options}")

    def stop(self) -> None:
        """Stop it at once, as a crash would."""
        self._run("pg_ctl", "stop", "--mode=immediate")

    def freeze(self) -> None:
        """Let it take connections and answer none, not even those that are open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it answer again."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        """To the server first, which then starts no more of its processes; some end by then."""
        first = int((self.folder / "data" / "postmaster.pid").read_text().split("\n")[0])
        os.kill(first, number)
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
        )
        pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
        for pid in [pid for pid, parent in pairs if parent == first]:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self.folder / 'data'}", *arguments]
        done = subprocess.run(
            command, user=self._user, group=self._user, cwd=self.folder, capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()


@contextmanager
def own_server() -> Iterator[Server]:
    """A running server; skips the test where there are no server programs."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        server = Server(folder, programs)
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder)
