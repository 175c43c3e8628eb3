"""What a version had to pass before an alias may point to it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GateResult:
    """One check of a version, by whoever made it: its name, its verdict and why."""

    name: str
    passed: bool
    detail: str
