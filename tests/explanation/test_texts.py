"""What people are told: complete, short, and never another sentence under the same number."""

import re
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from data.contract import LANGUAGES, Language
from data.contract_loading import load_contract
from scoring.explanation import _RULES
from scoring.explanation_texts import NEWEST, figure, texts, with_unit
from scoring.policy import RECOMMENDATIONS, REFER

CONTRACTS = ("microloan", "taiwan_cards", "home_credit", "superlender", "give_me_some_credit")
MOST_WORDS = 12
SHOWN = {"count": "30", "value": "1,250,000 XOF", "field": "x", "source": "Mobile money"}
FOR_OFFICERS = ("check.", "decide.", "used.missing_field", "used.source", "chance.hundred")
PINNED = {
    1: "a9b03d33b68caae36e40e1e5db52ab51be8d3f460bafd5ad7986ffc2f6d4aa14",
    2: "254da71ccd4a93025c9104670adc2bdf6ff76c119542f7e120ed4102a7330232",
    3: "ff4e522cec844ec14b2614443ecfc70173030afd620f08baac9bc31f76e0aced",
}
"""SHA-256 of texts that explanations may have been told with."""


def words(sentence: str) -> int:
    """Words of a sentence; an amount with its unit, or a figure, counts as it is spoken."""
    return len([word for word in re.split(r"[\s\u202f]+", sentence) if re.search(r"\w", word)])


@pytest.mark.parametrize("number", range(1, NEWEST + 1))
def test_texts_that_were_told_never_change(number: int) -> None:
    content = (files("scoring") / "texts" / f"explanation_{number}.yaml").read_bytes()
    assert sha256(content).hexdigest() == PINNED[number], "write explanation_<next>.yaml instead"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_clients_are_told_is_short(language: Language) -> None:
    for text_id, text in texts(NEWEST).items():
        if not text_id.startswith(FOR_OFFICERS):
            assert words(text.in_language(language).format(**SHOWN)) <= MOST_WORDS, text_id


@pytest.mark.parametrize("name", CONTRACTS)
def test_reasons_of_shipped_contracts_are_short(name: str) -> None:
    contract = load_contract(name)
    for code, group in contract.reasons.items():
        for text in (group.raises, group.lowers):
            for language in LANGUAGES:
                assert words(text.in_language(language)) <= MOST_WORDS, (code, language)


@pytest.mark.parametrize("name", CONTRACTS)
def test_fields_that_can_be_moved_have_short_titles(name: str) -> None:
    contract = load_contract(name)
    change = texts(NEWEST)["help.change_with_time"]
    for feature in contract.features.values():
        if feature.actionable == "no" or feature.column is None:
            continue
        for language in LANGUAGES:
            shown = SHOWN | {"field": feature.title.in_language(language), "value": "1,250,000"}
            assert words(change.in_language(language).format(**shown)) <= MOST_WORDS


def test_a_text_takes_the_same_values_in_every_language() -> None:
    for text_id, text in texts(NEWEST).items():
        taken = [
            sorted(name for _, name, _, _ in Formatter().parse(text.in_language(lang)) if name)
            for lang in LANGUAGES
        ]
        assert taken[0] == taken[1] == taken[2], text_id


def test_every_text_is_told_and_every_told_text_is_there(root: Path) -> None:
    code = (root / "scoring" / "telling.py").read_text()
    named = set(re.findall(r'"((?:\w+)\.(?:\w+))"', code)) & _ids()
    made = {f"result.{r}" for r in (*RECOMMENDATIONS, REFER)}
    made |= {f"rule.{rule}" for rule in _RULES.values()}
    made |= {f"title.{n}" for n in re.findall(r'_section\(\s*"(\w+)"', code)}
    made |= {f"appeal.{n}" for n in ("ask", "how", "who")}
    made |= {"reasons.raises", "reasons.lowers", "help.approve", "help.review"}
    made |= {text_id for text_id in _ids() if text_id.startswith("unit.")}
    assert named | made == _ids()


def _ids() -> set[str]:
    return set(texts(NEWEST))


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (1234567.0, ("1,234,567", "1\u202f234\u202f567", "1,234,567")),
        (0.625, ("0.62", "0,62", "0.62")),
        (12.5, ("12.5", "12,5", "12.5")),
        (-3.0, ("-3", "-3", "-3")),
        (149.6, ("150", "150", "150")),
    ],
)
def test_numbers_are_written_as_people_write_them(
    value: float, wanted: tuple[str, str, str]
) -> None:
    assert tuple(figure(value, language) for language in LANGUAGES) == wanted


def test_units_are_translated_where_they_are_known() -> None:
    assert with_unit(6, "months", "fr", NEWEST) == "6 mois"
    assert with_unit(6, "months", "sw", NEWEST) == "miezi 6"
    assert with_unit(5000, "XOF", "sw", NEWEST) == "5,000 XOF"
    assert with_unit(5, None, "en", NEWEST) == "5"
