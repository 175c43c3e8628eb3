"""What a version had to pass before an alias may point to it."""

from collections.abc import Iterable
from dataclasses import dataclass

EVALUATION = "evaluation"
FAIRNESS = "fairness"
SHADOW = "shadow"
PEOPLE = "people"
CHAMPION_NEEDS = (EVALUATION, FAIRNESS, SHADOW, PEOPLE)
"""Checks without which no version becomes champion."""

MARGIN = 0.02
"""Area under the ROC curve that a challenger may lose on held-out loans, unless otherwise set."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """One check of a version, by whoever made it: its name, its verdict and why."""

    name: str
    passed: bool
    detail: str


def unmet(gates: Iterable[GateResult], needed: Iterable[str]) -> list[str]:
    """What stands against a promotion: failed ``gates``, and ``needed`` ones that are missing."""
    made = list(gates)
    failed = [f"{gate.name} ({gate.detail})" for gate in made if not gate.passed]
    missing = set(needed) - {gate.name for gate in made}
    return failed + [f"{name} (was not checked)" for name in sorted(missing)]
