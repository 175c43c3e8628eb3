"""A way to break the small contract: what changes, where it is told and in what words."""

from typing import NamedTuple


class Broken(NamedTuple):
    """``old`` becomes ``new``; the problem stands at ``at``, in ``field``, and says ``message``."""

    old: str
    new: str
    at: str
    field: str
    message: str
