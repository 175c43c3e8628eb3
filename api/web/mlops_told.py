"""What checks and comparisons say, in the words of their reports and of the visitor's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from babel.dates import format_date

from api.drifting_words import BLIND, LAYER_NAMES, Told, told
from api.reports.drift_words import DRIFT_WORDS
from api.reports.shadow_words import WORDS
from api.web.mlops_words import LEVEL_TONES, STATE_TONES
from api.web.visiting import Visit
from api.web.writing import Writing
from data.contract import Contract


class Subject(NamedTuple):
    """What a text of drift is about."""

    subject: str
    words: str


def contract_of(visit: Visit) -> Contract | None:
    """The contract in service."""
    serving = visit.service.champion.find()
    return serving.intake.contract if serving else None


def titles_of(visit: Visit) -> dict[str, str]:
    """Features and sources of the contract in service by name, in the visitor's language."""
    contract = contract_of(visit)
    named: dict[str, Any] = {**contract.sources, **contract.features} if contract else {}
    return {name: one.title.in_language(visit.language) for name, one in named.items()}


def drift_words(visit: Visit) -> dict[str, Any]:
    """What templates need to tell of drift."""
    titles, language = titles_of(visit), visit.language

    def say(found: Told) -> str:
        return told(found, language, titles)

    def say_rule(broken: Mapping[str, Any]) -> str:
        subject = f"contract:{broken['rule']}:{broken['field'] or ''}"
        return say(Subject(subject, f"rule-{broken['rule']}"))

    return {
        "told": say,
        "rule_told": say_rule,
        "levels": DRIFT_WORDS[language],
        "level_tones": LEVEL_TONES,
        "layer_names": {n: getattr(words, language) for n, words in LAYER_NAMES.items()},
        "blind": getattr(BLIND, language),
        "title_of": lambda name: titles.get(name, str(name).replace("_", " ")),
        "on_day": lambda day: on_day(visit.writing, day),
    }


def shadow_words(visit: Visit) -> dict[str, Any]:
    """What templates need to tell of challengers."""
    return {"shadow_words": WORDS[visit.language], "state_tones": STATE_TONES}


def on_day(writing: Writing, day: date | str) -> str:
    """A day (or its ISO form) as the language writes it, short."""
    at = date.fromisoformat(day) if isinstance(day, str) else day
    return format_date(at, "medium", locale=writing.locale)
