"""Sentences: the same values in every language, numbers as the language writes them."""

from importlib import import_module
from string import Formatter

import pytest

from data.contract import LANGUAGES
from data.errors import BundleError, RegistryError
from data.sentences import Message, Sentence, Words, said
from scoring.gates import NOT_PASSED, GateResult, unmet

MODULES = (
    "api.problem_details",
    "api.problem_rules",
    "api.promoting_words",
    "api.readiness",
    "data.statements",
    "data.store.appeals",
    "data.store.outcome_rules",
    "fairness.gate_words",
    "scoring.gates",
    "scoring.noninferiority",
    "scoring.registry",
    "scoring.switching",
)
COUNTED = Sentence(
    "counted", Words("{n} of {share:+.2f}", "{n} sur {share:+.2f}", "{n} kwa {share}")
)
WHO = Sentence("who", Words("{who} agree", "{who} sont d'accord", "{who} wanakubali"))


def sentences() -> list[tuple[str, Sentence]]:
    return [
        (name, found)
        for name in MODULES
        for found in vars(import_module(name)).values()
        if isinstance(found, Sentence)
    ]


@pytest.mark.parametrize(("module", "sentence"), sentences())
def test_a_sentence_is_whole_in_every_language(module: str, sentence: Sentence) -> None:
    parsed = [list(Formatter().parse(text)) for text in sentence.words]
    places = [sorted((name, spec) for _, name, spec, _ in one if name) for one in parsed]
    assert places[0] == places[1] == places[2], module
    bare = {"".join(literal for literal, *_ in one) for one in parsed}
    assert len(bare) == len(LANGUAGES) or not any(c.isalpha() for c in bare.pop()), module


def test_a_code_names_one_sentence() -> None:
    found = {id(sentence): sentence.code for _, sentence in sentences()}
    assert len(set(found.values())) == len(found)


def test_numbers_are_written_as_the_language_does() -> None:
    message = COUNTED.of(n=1200, share=-0.5)
    assert str(message) == "1200 of -0.50"
    assert message.in_language("fr") == "1200 sur -0,50"


def test_names_and_sentences_are_put_together() -> None:
    told = [WHO.of(who=("Ana", "Ben")).in_language(language) for language in LANGUAGES]
    assert told == ["Ana and Ben agree", "Ana et Ben sont d'accord", "Ana na Ben wanakubali"]
    both = WHO.of(who=(COUNTED.of(n=1, share=0.5), COUNTED.of(n=2, share=0.5)))
    assert both.in_language("fr") == "1 sur +0,50 ; 2 sur +0,50 sont d'accord"


def test_what_people_write_is_never_read_as_a_place() -> None:
    assert str(WHO.of(who="{n} {0.__class__}")) == "{n} {0.__class__} agree"


def test_an_error_says_its_sentence_or_its_text() -> None:
    message = WHO.of(who="Ana")
    assert said(RegistryError(message)) is message
    assert str(RegistryError(message)) == "Ana agree"
    assert said(BundleError("model.txt: broken")) == "model.txt: broken"
    assert said(BundleError()) == ""


def test_a_gate_keeps_its_english_and_its_code_and_speaks_the_rest() -> None:
    gate = GateResult.of("shadow", False, WHO.of(who="Ana"), COUNTED.of(n=1, share=0.5))
    detail = "Ana agree; 1 of +0.50"
    codes = ["who", "counted"]
    assert gate.plain() == {"name": "shadow", "passed": False, "detail": detail, "codes": codes}
    assert gate.why("en") == detail
    assert gate.why("sw") == "Ana wanakubali; 1 kwa 0.5"
    assert GateResult("auc", True, "0.71").why("fr") == "0.71"


def test_what_stands_against_a_promotion_is_told_in_every_language() -> None:
    gates = [GateResult.of("fairness", False, WHO.of(who="Ana")), GateResult("auc", False, "low")]
    against = NOT_PASSED.of(version="v-1", against=unmet(gates, ("people",)))
    assert isinstance(against, Message)
    assert str(against) == (
        "v-1 did not pass: fairness (Ana agree); auc (low); people (was not checked)"
    )
    assert "équité (Ana sont d'accord) ; auc (low)" in against.in_language("fr")
