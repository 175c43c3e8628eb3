"""The time, as a function that a test can put another in place of."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the time now, aware."""


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)
