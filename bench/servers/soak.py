"""A server at half load for a long time: what grows?"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from bench.servers.load import Stream
from bench.servers.running import Server

EVERY = 10.0
WARM = 0.1
"""Share of the time after which memory counts as settled."""


@dataclass(frozen=True)
class _Sample:
    at: float
    memory: int
    files: int
    threads: int


def soak(server: Server, rate: float, seconds: float) -> None:
    """Ask ``rate`` times a second for ``seconds`` and print what the process held."""
    samples: list[_Sample] = []
    ended = threading.Event()
    start = time.monotonic()

    def watch() -> None:
        while not ended.wait(min(EVERY, seconds / 20)):
            now = time.monotonic() - start
            samples.append(_Sample(now, server.memory(), server.files(), server.threads()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    run = Stream(server).run(rate, seconds)
    ended.set()
    watcher.join()
    settled = [s for s in samples if s.at >= WARM * seconds]
    first, last = settled[0], settled[-1]
    print(
        f"soak of {seconds:.0f} s at {run.rate:.0f}/s: memory {first.memory / 2**20:.0f} MB, "
        f"then {last.memory / 2**20:.0f} MB ({last.memory / first.memory - 1:+.1%}, bar < 5 %); "
        f"files {_range(s.files for s in settled)}, threads {_range(s.threads for s in settled)}; "
        f"p99 {run.p99:.1f} ms, {run.errors} errors"
    )


def _range(values: Iterable[int]) -> str:
    found = sorted(set(values))
    return str(found[0]) if len(found) == 1 else f"{found[0]} to {found[-1]}"
