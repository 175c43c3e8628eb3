"""What a challenger is to the champion, by whatever measure the two are compared."""

from enum import StrEnum


class State(StrEnum):
    """The answer of a comparison."""

    BETTER = "BETTER"
    NOT_WORSE = "NOT WORSE"
    WORSE = "WORSE"
    KEEP_WATCHING = "KEEP WATCHING"
