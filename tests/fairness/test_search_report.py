"""What a search publishes: its schema, no counts of groups, a report whole in every language."""

import datetime as dt
import json
import re
from dataclasses import replace
from html import unescape

import jsonschema_rs
import pytest

from api.reports.search import SearchPage, render
from api.reports.search_charts import PLOT
from api.reports.search_words import SEARCH_WORDS
from data.contract import LANGUAGES, Language
from fairness.search import Found, SearchOptions
from fairness.search_claims import SearchVerdict
from fairness.search_publishing import published
from fairness.search_schema import Search, json_schema
from scoring.scorer import Scorer
from tests.fairness.searching import VERSION, incumbent, portfolio, searched
from tests.fairness.test_report import Structure

DAY = dt.date(2026, 11, 21)


@pytest.fixture(scope="module")
def found() -> Found:
    return searched()


def publish(found: Found, **more: int) -> Search:
    applications, y, _ = portfolio()
    scorer = Scorer(incumbent(applications, y), VERSION)
    return published(found, scorer, SearchOptions(6), data={"loans": "0" * 64}, on=DAY, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def search(found: Found) -> Search:
    return publish(found)


@pytest.fixture(scope="module")
def page(search: Search) -> str:
    return render(search)


def test_the_published_form_follows_its_schema(search: Search) -> None:
    text = search.model_dump_json()
    jsonschema_rs.validate(json_schema(), json.loads(text))
    assert Search.model_validate_json(text) == search


def test_every_candidate_is_in_the_log(found: Found, search: Search) -> None:
    assert [c.number for c in search.candidates] == list(range(7))
    assert {c.number for c in search.candidates if c.finalist} == {
        f.number for f in search.finalists
    }
    assert search.found == found.conclusion.chosen
    assert all(set(f.met).isdisjoint(f.failed) for f in search.finalists)


def test_a_ratio_of_few_decisions_is_not_shown(found: Found) -> None:
    """Fewer than ten of the group are declined, on validation and later."""
    contrast = found.later.contrasts[0]
    nearly_all = found.incumbent.approved | contrast.members
    bare = replace(found, incumbent=replace(found.incumbent, approved=nearly_all))
    first = found.candidates[0]
    hidden = replace(first.measured, hidden=frozenset({contrast.key}))
    bare = replace(bare, candidates=(replace(first, measured=hidden), *found.candidates[1:]))
    made = publish(bare)
    assert made.incumbent.ratios[0].air.value is None
    assert made.candidates[0].ratios[0].air is None
    assert render(made)


def test_the_page_asks_for_nothing_from_outside(page: str) -> None:
    assert not re.search(r"https?://|//[a-z]|url\(|@import", page)
    tags = Structure(page).tags
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in tags}


def test_every_language_is_whole(page: str, search: Search) -> None:
    text = unescape(page)
    for language in LANGUAGES:
        words = SEARCH_WORDS[language]
        assert list(words) == list(SEARCH_WORDS["en"])
        assert f'<main lang="{language}"' in text
        assert words[f"{search.verdict.value}_means"] in text
        for word in ("answer", "picture", "candidates", "margins", "method_text", "limits_text"):
            assert words[word] in text
    parts = [Structure(part).tags for part in re.findall(r"(?s)<main .*?</main>", page)]
    tags = [[tag for tag, _ in part] for part in parts]
    assert tags == [tags[0]] * len(LANGUAGES)


@pytest.mark.parametrize("language", ["fr", "sw"])
def test_a_language_says_everything_itself(language: Language) -> None:
    english, own = SEARCH_WORDS["en"], SEARCH_WORDS[language]
    same = {k for k in english if english[k] == own[k]}
    assert same <= {"front", "x_auc", "conditions"}


def test_the_verdict_comes_first_and_the_method_last(page: str, search: Search) -> None:
    words = SEARCH_WORDS["en"]
    names = ("answer", "picture", "groups", "proxies", "candidates", "margins", "method", "limits")
    places = [page.index(f"<h2>{words[name]}</h2>") for name in names]
    assert places == sorted(places)
    assert page.index(f"<strong>{words[search.verdict.value]}</strong>") < places[0]


def test_all_dots_lie_in_their_plots(search: Search) -> None:
    shown = SearchPage(search, "en")
    assert len(shown.cloud.dots) == len(search.candidates) - 1
    assert shown.changes is not None
    for dot in (*shown.cloud.dots, *shown.changes.dots):
        assert 0 <= dot.x <= PLOT[0]
        assert 0 <= dot.y <= PLOT[1]


def test_a_search_without_finalists_is_still_a_page(found: Found) -> None:
    none = replace(
        found,
        candidates=found.candidates[:1],
        finalists=(),
        decided=(),
        judged=(),
        proxies=(),
        conclusion=replace(
            found.conclusion, p=(), met=(), chosen=None, verdict=SearchVerdict.NOT_FOUND
        ),
    )
    text = unescape(render(publish(none, earlier_looks=2)))
    assert SEARCH_WORDS["fr"]["no_finalists"] in text
    assert SEARCH_WORDS["fr"]["no_proxies"] in text
    assert SEARCH_WORDS["en"]["earlier"] in text


def test_words_of_a_contract_cannot_become_markup(search: Search) -> None:
    nasty = search.model_dump_json().replace('"F"', '"<script>alert(1)</script>"')
    text = render(Search.model_validate_json(nasty))
    assert "<script" not in text
    assert "&lt;script&gt;" in text
