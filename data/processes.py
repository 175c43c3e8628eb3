"""Processes beside the server: without their chatter, and last in the queue."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

NICE = 10
"""How far work that can wait stands back from a server that wants the processor."""


def stand_back() -> None:
    """Give this process, and those that it starts, the processor after everybody else."""
    own = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(own, NICE))


@contextmanager
def silent_children() -> Iterator[None]:
    """Processes that start meanwhile have neither standard output nor standard error.

    Spark's Java and LightGBM's workers write pages there, which no command of ours wants among
    its own lines.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    saved = {descriptor: os.dup(descriptor) for descriptor in (1, 2)}
    for descriptor in saved:
        os.dup2(nowhere, descriptor)
    try:
        yield
    finally:
        for descriptor, own in saved.items():
            os.dup2(own, descriptor)
            os.close(own)
        os.close(nowhere)
