"""The rules of broken fields are told in the reader's language, and mean the same in each."""

from collections.abc import Iterable, Iterator
from re import DOTALL, escape, fullmatch, sub
from typing import Any

import orjson
import pytest

from api import problem_rules
from api.intake import Intake
from api.problems import BrokenRule, Problem
from api.type_rules import one_of
from api.web.forms import RULES
from data import statements
from data.contract import LANGUAGES, Language
from data.contract_loading import load_contract
from data.sentences import Sentence
from data.store import outcome_rules
from tests.security.test_protected_store import CONTRACT as STATING
from tests.web.rules import SECRET, Call, of_applications, of_outcomes, of_people, of_rows
from tests.web.test_request_schema import consenting_contract
from tests.web.world import World, application, home_settings, served

TABLE = {
    sentence.code: sentence
    for module in (problem_rules, outcome_rules, statements)
    for sentence in vars(module).values()
    if isinstance(sentence, Sentence) and sentence is not problem_rules.OR
}
Told = dict[Language, list[tuple[str, str]]]
"""Field and rule of each error, by language."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(home_settings(tmp_path_factory.mktemp("rules"))) as made:
        yield made


@pytest.fixture(scope="module")
def by_server(world: World) -> list[Told]:
    calls = [*of_applications(), *of_people(world), *of_outcomes(world)]
    return [ask(world, call) for call in calls]


@pytest.fixture(scope="module")
def by_intake() -> list[Told]:
    microloan, consenting = load_contract("microloan"), consenting_contract()
    refused = application(consents={"application": False})
    one = [(microloan, body) for body in of_rows(microloan)] + [(consenting, refused)]
    told = [tell(broken_by(Intake(c).read_one, body, None)) for c, body in one]
    return [*told, tell(broken_by(Intake(STATING).read_protected, {"age_born": SECRET}))]


def ask(world: World, call: Call) -> Told:
    told: Told = {}
    for language in LANGUAGES:
        reply = call.send(world, language)
        assert reply.status_code in {409, 422}, (call, reply.text)
        assert reply.headers["content-language"] == language
        assert SECRET not in reply.text
        told[language] = [(e["field"], e["rule"]) for e in reply.json()["errors"]]
    return told


def broken_by(read: Any, body: Any, *rest: Any) -> Iterable[BrokenRule]:
    with pytest.raises(Problem) as caught:
        read(orjson.dumps(body), *rest)
    return caught.value.errors


def tell(broken: Iterable[BrokenRule]) -> Told:
    return {
        language: [(field, rule.in_language(language)) for field, rule in broken]
        for language in LANGUAGES
    }


def code_of(rule: str, language: Language) -> str:
    """The code of the only sentence that ``rule`` is, in ``language``."""
    (code,) = (
        code
        for code, sentence in TABLE.items()
        if fullmatch(
            sub(r"\\{.*?\\}", ".+", escape(sentence.words.in_language(language))), rule, DOTALL
        )
    )
    return code


def test_fields_and_rules_are_the_same_and_only_their_words_differ(
    by_server: list[Told], by_intake: list[Told]
) -> None:
    for told in by_server + by_intake:
        named = {
            language: [(field, code_of(rule, language)) for field, rule in errors]
            for language, errors in told.items()
        }
        assert named["en"]
        assert named["en"] == named["fr"] == named["sw"]
        english = {rule for _, rule in told["en"]}
        for language in ("fr", "sw"):
            assert not english & {rule for _, rule in told[language]}, told
        assert SECRET not in str(told)


PARAMETERS = {
    "/drift/checks/nope": "must be 64 hexadecimal digits: 0-9 a-f",
    "/shadow/reports/nope": "must be 64 hexadecimal digits: 0-9 a-f",
    "/drift/checks?model=no%20pe": "must be a model version such as microloan-0123456789ab",
    "/drift/checks?limit=0": "must be at least 1",
    "/shadow/reports?limit=501": "must be at most 500",
    "/feedback?limit=nope": "must be a whole number",
    "/feedback?days=1.5": "must be a whole number",
    "/feedback?branch=no%20pe": "must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -",
    "/feedback?theme=nope": "must be one of",
}


@pytest.mark.parametrize("path", PARAMETERS)
def test_the_rule_of_a_parameter_is_its_own(world: World, path: str) -> None:
    reply = world.client.get(path, headers=world.auth("admin"))
    (error,) = reply.json()["errors"]
    assert error["rule"].startswith(PARAMETERS[path])


def test_the_rule_of_a_version_tells_what_one_looks_like(world: World) -> None:
    headers = world.auth("admin")
    reply = world.client.post("/models/nope/promote", json={"reason": "why"}, headers=headers)
    rule = "must be a model version such as microloan-0123456789ab"
    assert reply.json()["errors"] == [{"field": "version", "rule": rule}]


def test_every_rule_can_be_broken(by_server: list[Told], by_intake: list[Told]) -> None:
    rules = [rule for told in by_server + by_intake for _, rule in told["en"]]
    told = {code_of(rule, "en") for rule in rules}
    assert told == TABLE.keys() - {problem_rules.NOT_VALID.code}, "nobody can act on that one"


def test_a_server_that_is_not_ready_says_so_in_the_readers_language(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings = home_settings(tmp_path_factory.mktemp("empty"))
    with served(settings, champion=False) as world:
        reply = world.client.get("/readyz", headers={"Accept-Language": "fr"})
    assert reply.json()["errors"] == [{"field": "model", "rule": "aucun n'est en service"}]


@pytest.mark.parametrize(
    ("expected", "french"),
    [
        ("'a'", "'a'"),
        ("'a' or 'b'", "'a' ou 'b'"),
        ("'rent or own', \"it's\" or 'mine or \\'yours\\''",
         "'rent or own', \"it's\" ou 'mine or \\'yours\\''"),
        ("1", "1"),
    ],
)  # fmt: skip
def test_choices_keep_their_names(expected: str, french: str) -> None:
    rule = one_of(expected)
    assert str(rule) == f"must be one of {expected}"
    assert rule.in_language("fr") == f"doit être l'une de ces valeurs : {french}"


def test_a_bound_is_written_as_the_language_does() -> None:
    rule = problem_rules.AT_LEAST.of(limit=0.5)
    assert str(rule) == "must be at least 0.5"
    assert rule.in_language("fr") == "doit valoir au moins 0,5"


def test_what_the_form_says_of_rules_is_about_rules_that_there_are() -> None:
    assert {rule.code for rule in RULES} <= TABLE.keys()
