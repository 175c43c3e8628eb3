"""The HTML of realised performance: three languages, every number, nothing that runs."""

import re
from string import Formatter
from typing import get_args

import pytest

from api.reports.performance import PerformancePage, render
from api.reports.performance_words import WORDS
from data.contract import Language
from tests.outcomes.reports import report


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", get_args(Language))
def test_every_language_says_everything(language: Language) -> None:
    assert WORDS[language].keys() == WORDS["en"].keys()
    for name, text in WORDS["en"].items():
        assert placeholders(WORDS[language][name]) == placeholders(text), name
    same = {n for n in WORDS["en"] if language != "en" and WORDS[language][n] == WORDS["en"][n]}
    assert same <= {"auc", "ks"}


def test_one_file_without_scripts_or_links() -> None:
    html = render(report())
    assert "<script" not in html
    assert not re.search(r"(src|href)=", html)
    assert "default-src 'none'" in html
    assert html.count("<main") == 3


def test_pictures_have_their_numbers_beneath() -> None:
    page = PerformancePage(report(), "en")
    parts = {part.title: part for part in page.parts}
    assert len(parts) == 8
    drawn = [part for part in parts.values() if part.plot]
    assert len(drawn) == 6
    assert all(part.rows and len(part.rows[0]) == len(part.heads) for part in parts.values())
    bands = parts["Expected and observed, by band"].rows
    assert [row[0] for row in bands] == ["<B>", "A"]
    assert "&lt;B&gt;" in render(report())


def test_the_alarm_is_the_first_thing_that_is_said() -> None:
    page = PerformancePage(report(), "en")
    assert page.shade == "FAIL"
    assert page.verdict.startswith("Alarm on ")
    assert "more loans go bad than the model says" in page.verdict
    year = page.year
    assert year is not None
    quiet = report().model_copy(update={"years": [year.model_copy(update={"alarm": False})]})
    assert PerformancePage(quiet, "sw").verdict.startswith("Hakuna tahadhari")
    assert PerformancePage(quiet, "en").shade == "PASS"


@pytest.mark.parametrize("language", get_args(Language))
def test_nothing_is_told_of_nothing(language: Language) -> None:
    page = PerformancePage(report(empty=True), language)
    assert page.parts == []
    assert page.verdict == WORDS[language]["no_loans"]
    assert "\u2013" in page.known


def test_numbers_are_written_as_the_language_does() -> None:
    made = report()
    assert PerformancePage(made, "en").number(1234.5) == "1,234.50"
    assert PerformancePage(made, "fr").number(1234.5) == "1\u202f234,50"
    assert PerformancePage(made, "en").number(3.2e9) == "3.2e+09"
    assert PerformancePage(made, "sw").number(None) == "\u2013"
