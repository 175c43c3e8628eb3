"""Errors speak the reader's language: what people read does, what programs read never does."""

from collections.abc import Iterator
from re import findall
from typing import Any, get_args

import pytest

from api import problem_details, problem_rules
from api.problem_advice import ADVICE
from api.problem_kinds import KINDS, Slug
from data.contract import LANGUAGES, Language
from data.sentences import Sentence
from tests.web.world import World, application, home_settings, served

SECRET = "Zzyzx-7741"
DETAILS = [one for one in vars(problem_details).values() if isinstance(one, Sentence)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server whose people speak Swahili; errors are English all the same until asked for."""
    with served(home_settings(tmp_path_factory.mktemp("told"), language="sw")) as made:
        yield made


def asked(language: str | None) -> dict[str, str]:
    return {} if language is None else {"Accept-Language": language}


def forbidden(world: World, language: str | None) -> Any:
    return world.score(role="mlops", headers=asked(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_is_told_in_the_language_that_is_asked_for(
    world: World, language: Language
) -> None:
    reply = forbidden(world, language)
    told, kind = reply.json(), KINDS["forbidden"]
    wanted = problem_details.LACKS_SCOPE.of(scope="score:write")
    assert reply.status_code == 403
    assert told["type"] == "/problems/forbidden"
    assert told["title"] == kind.title.in_language(language)
    assert told["detail"] == wanted.in_language(language)
    assert reply.headers["content-language"] == language
    assert reply.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("de", "en"),
        ("sw-KE,fr;q=0.5", "sw"),
        ("de, fr;q=0.3, en;q=0.2", "fr"),
        ("fr;q=0", "en"),
        ("\u00ff;;;q=x,,", "en"),
        ("fr," * 5_000, "fr"),
    ],
)
def test_the_language_is_what_the_header_likes_best(
    world: World, header: str | None, language: str
) -> None:
    headers = {} if header is None else {"Accept-Language": header.encode("latin-1")}
    reply = world.client.get("/scores/x", headers=headers)  # type: ignore[arg-type]
    assert reply.status_code == 401
    assert reply.headers["content-language"] == language
    assert reply.json()["title"] == KINDS["unauthorized"].title.in_language(language)  # type: ignore[arg-type]


def test_fields_are_the_same_in_every_language_and_rules_are_told_in_each(world: World) -> None:
    wrong = application(sources={"application": {"amount": SECRET}})
    replies = [world.score(wrong, headers=asked(language)) for language in LANGUAGES]
    bodies = [reply.json() for reply in replies]
    assert {reply.status_code for reply in replies} == {422}
    wanted = problem_rules.NUMBER.of()
    for body, language in zip(bodies, LANGUAGES, strict=True):
        rule = wanted.in_language(language)
        assert body["errors"] == [{"field": "sources.application.amount", "rule": rule}]
    assert len({body["title"] for body in bodies}) == len(LANGUAGES)
    assert not any(SECRET in reply.text for reply in replies)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_error_repeats_what_was_sent(world: World, language: str) -> None:
    for body in (b"{" + SECRET.encode(), b'{"a":1,"a":"%s"}' % SECRET.encode()):
        headers = world.auth() | asked(language) | {"Content-Type": "application/json"}
        reply = world.client.post("/score", content=body, headers=headers)
        assert reply.status_code in {400, 422}
        assert SECRET not in reply.text


def test_a_score_says_nothing_of_errors_and_costs_nothing_for_them(world: World) -> None:
    reply = world.score(headers=asked("fr"))
    assert reply.status_code == 200
    assert "vary" not in reply.headers


@pytest.mark.parametrize("slug", get_args(Slug))
def test_every_kind_is_told_in_every_language(world: World, slug: Slug) -> None:
    for words in (KINDS[slug].title, ADVICE[slug]):
        assert len(set(words)) == len(LANGUAGES)
    for language in LANGUAGES:
        page = world.client.get(f"/problems/{slug}", headers=asked(language))
        assert page.json()["title"] == KINDS[slug].title.in_language(language)
        assert page.json()["advice"] == ADVICE[slug].in_language(language)
        assert page.headers["content-language"] == language


@pytest.mark.parametrize("sentence", DETAILS, ids=lambda one: one.code)
def test_every_detail_has_the_same_places_in_every_language(sentence: Sentence) -> None:
    places = [findall(r"{\w+}", text) for text in sentence.words]
    assert sorted(places[0]) == sorted(places[1]) == sorted(places[2])
    assert len(set(sentence.words)) == len(LANGUAGES)


def test_codes_name_one_detail_each() -> None:
    codes = [one.code for one in DETAILS]
    assert len(codes) == len(set(codes)) > 10
