"""Texts: every key that a check can give has one in every language, and names the field."""

from itertools import product
from typing import get_args

import pytest

from api.drifting_words import BLIND, LAYER_NAMES, TEXTS, told
from data.contract import LANGUAGES
from drift.findings import LAYERS, Finding
from drift.harm import MeasureName
from drift.verdicts import Rule
from drift.words import words

TESTS = ("cells", "location", "spread", "missing", "high:1", "low:0.1", "category:x")


def keys() -> set[str]:
    """All keys that tests, rules, spaces, measures and outcomes can have."""
    found = {f"rule-{rule}" for rule in get_args(Rule)}
    found |= {f"harm-{name.replace('_', '-')}" for name in get_args(MeasureName)}
    found |= {"together-inputs", "together-contributions", "realised-worse", "realised-better"}
    for test, effect, new in product(TESTS[:2] + TESTS[3:], (-1.0, 1.0), (True, False)):
        found.add(words("income", "feature", test, effect, new=new))
    found.add(words("income", "dependence", "spread", 1.0, new=False))
    for column, test, effect in product(
        ("score", "recommendation", "reason", "override"), ("cells", "location"), (-1.0, 1.0)
    ):
        found.add(words(column, "decision", test, effect, new=False))
    return found


def test_every_key_has_a_text_and_every_text_a_key() -> None:
    assert set(TEXTS) == keys()
    assert set(LAYER_NAMES) == set(LAYERS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_told_in_each_language(language: str) -> None:
    for key, text in [*TEXTS.items(), *LAYER_NAMES.items(), ("blind", BLIND)]:
        own = getattr(text, language)
        assert own == own.strip(), key
        others = {getattr(text, other) for other in LANGUAGES if other != language}
        assert own not in others, key


def test_a_finding_names_its_field_by_title() -> None:
    found = Finding(subject="feature:x1", layer=1, level="explain", severity=1, words="values-up")
    assert told(found, "en", {"x1": "Income"}) == "Income: values are higher"
    assert told(found, "fr") == "x1 : valeurs plus élevées"
    broken = found.model_copy(update={"subject": "contract:range:x1", "words": "rule-range"})
    assert told(broken, "en") == "x1: values outside the contract's range"
