"""Canaries by fork: the question that ``scoring.canary`` asks its child, many a second.

Run as a program it answers questions on standard input, each in a fork of its own that may die.
Importing LightGBM once instead of once a question is the only difference to the real canary.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from data.errors import BundleError
from scoring import canary
from scoring.vector import FloatArray

_ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20
_turn = threading.Lock()


@contextmanager
def forking_canary() -> Iterator[subprocess.Popen[bytes]]:
    """Start the program; end it at the end."""
    environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.security.canaries"]
    with subprocess.Popen(
        command,
        cwd=_ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def ask(
    process: subprocess.Popen[bytes], question: bytes, timeout: float
) -> tuple[FloatArray, FloatArray]:
    """Stands in for ``scoring.canary._ask``."""
    assert process.stdin is not None
    assert process.stdout is not None
    with _turn:
        process.stdin.write(question + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
    if answer is None:
        raise BundleError("model.txt: LightGBM refuses it or died of it in a child process")
    return np.array(answer[0], np.float64), np.array(answer[1], np.float64)


def _main() -> None:
    out = os.dup(1)
    os.dup2(2, 1)
    import lightgbm  # noqa: F401  (once, before all forks)

    for question in sys.stdin.buffer:
        read, write = os.pipe()
        if os.fork() == 0:
            import signal

            signal.alarm(SECONDS)
            os.close(read)
            answer = canary._answer(json.loads(question))
            with os.fdopen(write, "wb") as file:
                file.write(answer)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as file:
            answer = file.read()
        _, status = os.wait()
        os.write(out, (answer if status == 0 and answer else b"null") + b"\n")


if __name__ == "__main__":
    _main()
