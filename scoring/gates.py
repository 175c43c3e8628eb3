"""What a version had to pass before an alias may point to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from data.contract_base import Language
from data.sentences import Message, Sentence, Words

EVALUATION = "evaluation"
FAIRNESS = "fairness"
SHADOW = "shadow"
PEOPLE = "people"
CHAMPION_NEEDS = (EVALUATION, FAIRNESS, SHADOW, PEOPLE)
"""Checks without which no version becomes champion."""

MARGIN = 0.02
"""Area under the ROC curve that a challenger may lose on held-out loans, unless otherwise set."""

_FAILED = Sentence("gate-failed", Words("{gate} ({why})", "{gate} ({why})", "{gate} ({why})"))
_UNCHECKED = Sentence(
    "gate-unchecked",
    Words("{gate} (was not checked)", "{gate} (non vérifié)", "{gate} (halijakaguliwa)"),
)
NOT_PASSED = Sentence(
    "gates-not-passed",
    Words(
        "{version} did not pass: {against}",
        "{version} ne remplit pas toutes les conditions : {against}",
        "{version} halikutimiza masharti yote: {against}",
    ),
)
NAMES = {
    EVALUATION: Words(EVALUATION, "évaluation", "upimaji"),
    FAIRNESS: Words(FAIRNESS, "équité", "usawa"),
    SHADOW: Words(SHADOW, "ombre", "kivulini"),
    PEOPLE: Words(PEOPLE, "personnes", "watu"),
}
"""What the gates are called within a sentence."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """One check of a version, by whoever made it: its name, its verdict and why.

    ``because``: the sentences that ``detail`` says in English.
    """

    name: str
    passed: bool
    detail: str
    because: tuple[Message, ...] = ()

    @classmethod
    def of(cls, name: str, passed: bool, *because: Message) -> Self:
        """The result that is explained by ``because``."""
        return cls(name, passed, "; ".join(map(str, because)), because)

    @property
    def codes(self) -> list[str]:
        """Names of the sentences, whatever the language."""
        return [message.code for message in self.because]

    def why(self, language: Language) -> str:
        """``detail`` in ``language``; in English where it is no known sentence."""
        told = [message.in_language(language) for message in self.because]
        return "; ".join(told) or self.detail

    def plain(self) -> dict[str, Any]:
        """What is kept and sent."""
        named = {"name": self.name, "passed": self.passed, "detail": self.detail}
        return {**named, "codes": self.codes}


def unmet(gates: Iterable[GateResult], needed: Iterable[str]) -> tuple[Message, ...]:
    """What stands against a promotion: failed ``gates``, and ``needed`` ones that are missing."""
    made = list(gates)
    failed = [
        _FAILED.of(gate=_named(gate.name), why=gate.because or gate.detail)
        for gate in made
        if not gate.passed
    ]
    missing = set(needed) - {gate.name for gate in made}
    return (*failed, *(_UNCHECKED.of(gate=_named(name)) for name in sorted(missing)))


def _named(gate: str) -> Words:
    return NAMES.get(gate, Words(gate, gate, gate))
