"""A challenger at work in a child process, and how its failures are told from its answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from math import ceil
from pathlib import Path
from typing import Any, BinaryIO, Literal, Self

import orjson

from scoring.shadow.child import read_frame, write_frame

Fault = Literal["crashed", "timed-out", "not-loaded"]
LOADING = 60.0
"""Seconds that a model may take to be verified, proved and loaded."""
GRACE = 5
"""Seconds after which a process that nobody ended ends itself."""
_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class ChallengerFaultError(Exception):
    """The child process gave no answer; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        self.fault: Fault = fault
        super().__init__(fault)


class Challenger:
    """Asks the model in ``folder``, in a process that is started when needed.

    ``keys``: folder of the trusted keys; ``timeout``: seconds for one question. The process is
    ended after a fault and started again for the next question.
    """

    def __init__(self, folder: Path, keys: Path, timeout: float, threads: int = 1) -> None:
        longest = str(ceil(timeout) + GRACE)
        self._command = [str(folder.resolve()), str(keys.resolve()), str(threads), longest]
        self._timeout = timeout
        self._child: subprocess.Popen[bytes] | None = None
        self._talker = ThreadPoolExecutor(1, "challenger")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, requests: Sequence[bytes], shared: Sequence[str]) -> Future[bytes | None]:
        """Begin to score stored requests; ``answer`` waits for what comes of it.

        Raises ChallengerFaultError when the model cannot be loaded.
        """
        child = self._started()
        head = b'{"shared":' + orjson.dumps(list(shared)) + b',"requests":['
        question = head + b",".join(requests) + b"]}"
        return self._talker.submit(_exchange, child, question)

    def answer(self, asked: Future[bytes | None]) -> dict[str, Any]:
        """The columns that the model gave. Raises ChallengerFaultError."""
        return self._wait(asked, self._timeout, "crashed")

    def close(self) -> None:
        """End the process."""
        self._end()
        self._talker.shutdown()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._child = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "scoring.shadow.child", *self._command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env=_ENVIRONMENT,
            )
            ready = self._talker.submit(read_frame, _pipe(self._child.stdout))
            self._wait(ready, LOADING, "not-loaded")
        return self._child

    def _wait(self, asked: Future[bytes | None], timeout: float, ended: Fault) -> dict[str, Any]:
        try:
            content = asked.result(timeout)
        except TooSlow:
            self._end()
            raise ChallengerFaultError("timed-out") from None
        except OSError:
            content = None
        if content is None:
            self._end()
            raise ChallengerFaultError(ended)
        told: dict[str, Any] = orjson.loads(content)
        return told

    def _end(self) -> None:
        """Kill the process, whatever it is doing; who reads from it is told so."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                self._talker.submit(_close, _pipe(pipe)).result()


def _exchange(child: subprocess.Popen[bytes], question: bytes) -> bytes | None:
    write_frame(_pipe(child.stdin), question)
    return read_frame(_pipe(child.stdout))


def _close(pipe: BinaryIO) -> None:
    try:
        pipe.close()
    except OSError:  # what it still held cannot be written any more
        return


def _pipe(pipe: Any) -> BinaryIO:
    opened: BinaryIO = pipe
    return opened
