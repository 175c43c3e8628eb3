"""One word for one thing: no text of pages and reports uses a word that the glossary forbids."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from re import IGNORECASE, findall
from re import compile as regex

import pytest

from api.problem_advice import ADVICE
from api.problem_kinds import KINDS
from api.web.translations import catalogues
from data.contract import LANGUAGES, Language
from data.sentences import Sentence
from scoring.explanation_texts import NEWEST, texts

REPORTS = (
    ("api.reports.words", "WORDS"),
    ("api.reports.challenger_words", "WORDS"),
    ("api.reports.drift_words", "DRIFT_WORDS"),
    ("api.reports.performance_words", "WORDS"),
    ("api.reports.search_words", "SEARCH_WORDS"),
    ("api.reports.shadow_words", "WORDS"),
    ("api.reports.year_words", "YEAR_WORDS"),
)
RULES = ("api.problem_rules", "api.readiness", "data.statements", "data.store.outcome_rules")
COMMAND = regex(r"microscore [\w-]+( [\w-]+)?|\w+\.json")
"""What keeps its name in every language: commands and files."""
OTHERS: tuple[Language, ...] = ("fr", "sw")


@pytest.fixture(scope="module")
def rows(root: Path) -> list[list[str]]:
    lines = (root / "docs" / "glossary.md").read_text("utf-8").splitlines()
    table = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return [[cell.strip(" |") for cell in row] for row in table[1:]]


def told(language: Language) -> Iterator[tuple[str, str]]:
    """Every text of a language, with where it stands."""
    for catalogue in catalogues(language):
        for message in catalogue:
            forms = [message.string] if isinstance(message.string, str) else message.string or ()
            yield from ((str(message.id), form) for form in forms if message.id)
    for module, name in REPORTS:
        words: Mapping[str, Mapping[str, str]] = getattr(import_module(module), name)
        yield from ((f"{module}.{key}", text) for key, text in words[language].items())
    for key, text in texts(NEWEST).items():
        yield key, text.in_language(language)
    for module in RULES:
        for sentence in vars(import_module(module)).values():
            if isinstance(sentence, Sentence):
                yield sentence.code, sentence.words.in_language(language)
    for slug, kind in KINDS.items():
        yield slug, kind.title.in_language(language)
        yield slug, ADVICE[slug].in_language(language)


def test_every_term_is_there_once_in_every_language(rows: list[list[str]]) -> None:
    terms = [row[0] for row in rows]
    assert len(terms) == len(set(terms)) > 50
    assert all(len([cell for cell in row[:3] if cell]) == len(LANGUAGES) for row in rows)


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_uses_a_word_that_is_not_ours(language: Language, rows: list[list[str]]) -> None:
    never = [word for row in rows if len(row) > 3 for word in row[3].split(", ") if word]
    assert len(never) > 10
    pattern = r"\b(?:" + "|".join(never) + r")\b"
    bare = ((where, COMMAND.sub("", text)) for where, text in told(language))
    found = ((where, findall(pattern, text, IGNORECASE)) for where, text in bare)
    assert {where: words for where, words in found if words} == {}
