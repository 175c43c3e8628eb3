"""The model card: complete in both languages, from the bundle and the kept audits alone."""

from pathlib import Path

import pytest

from api.reports.card_words import CARD_LANGUAGES, METRICS, WORDS
from tests.story.conftest import Story


def test_the_words_are_complete() -> None:
    for words in (WORDS, METRICS):
        assert set(words["en"]) == set(words["fr"])
        for language in CARD_LANGUAGES:
            assert all(text.strip() for text in words[language].values())
    untranslated = {k for k in WORDS["en"] if WORDS["en"][k] == WORDS["fr"][k]}
    assert untranslated <= {"points", "source", "sha", "consent", "version", "verdict", "check"}


@pytest.mark.parametrize("lang", CARD_LANGUAGES)
def test_the_card_tells_what_the_bundle_holds(story: Story, lang: str) -> None:
    done = story.run("models", "card", "champion", "--lang", lang, "--html", "--json")
    assert done.code == 0, done.errors
    page = Path(done.json["html"]).read_text(encoding="utf-8")
    assert f'<html lang="{lang}">' in page
    assert "<script" not in page
    assert story.trained["version"] in page
    auc = story.trained["test"]["auc"]["value"]
    assert f"{auc:.3f}".replace(".", "," if lang == "fr" else ".") in page
    titles = [section["title"] for section in done.json["sections"]]
    for key in ("purpose", "not_for", "data", "metrics", "sources", "robust", "limits", "origin"):
        assert WORDS[lang][key] in titles  # type: ignore[index]


def test_every_source_and_every_data_file_is_named(story: Story) -> None:
    sections = story.run("models", "card", "champion", "--json").json["sections"]
    tables = {s["title"]: s["tables"] for s in sections}
    sheet, without = tables[WORDS["en"]["sources"]]
    assert len(sheet["rows"]) == 7
    assert {row[0] for row in without["rows"]} == {row[0] for row in sheet["rows"]} - {
        "Application"
    }
    files = tables[WORDS["en"]["origin"]][0]["rows"]
    assert all(len(sha) == 64 for _, sha in files)
    assert len(files) > 5


def test_a_language_that_the_card_does_not_speak_is_wrong_input(story: Story) -> None:
    done = story.run("models", "card", "champion", "--lang", "sw")
    assert done.code == 2
    assert "en, fr" in done.errors
