"""Python's cyclic garbage collector, told what a server knows."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 25_000
"""Objects more than before until it looks at the young ones; requests under way are no garbage."""


@contextmanager
def settled() -> Iterator[None]:
    """Within the block, what is here now is not looked at again.

    A full look at everything that a server has loaded stops it for more than 100 ms.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
