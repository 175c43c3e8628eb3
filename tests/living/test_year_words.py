"""The words of the chart: complete in every language, with the same places to fill in."""

import re

from api.reports.year_words import YEAR_WORDS
from data.contract import LANGUAGES


def test_every_language_has_every_word_and_the_same_places() -> None:
    assert set(YEAR_WORDS) == set(LANGUAGES)
    english = YEAR_WORDS["en"]
    for language in LANGUAGES:
        words = YEAR_WORDS[language]
        assert words.keys() == english.keys()
        for name, text in words.items():
            places = re.findall(r"{\w+}", text)
            assert sorted(places) == sorted(re.findall(r"{\w+}", english[name])), (language, name)
