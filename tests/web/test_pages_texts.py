"""Every text of every page in every language: none missing, none unused, no placeholder lost."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from api.web.forms import RULES
from api.web.translations import Words, catalogues, words_of
from api.web.writing import Writing
from data.contract import Contract, Language
from data.contract_loading import load_contract

OTHERS: tuple[Language, ...] = ("fr", "sw")
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}
Key = tuple[str | None, str]


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract("microloan")


@pytest.fixture(scope="module")
def used(root: Path, contract: Contract) -> set[Key]:
    """The texts of templates and code, and the names in the shipped contract."""
    options = {"**.html": {"extensions": "jinja2.ext.do", "trimmed": "true", "silent": "false"}}
    found = extract_from_dir(
        root / "api" / "web", METHODS, options, keywords=KEYWORDS, strip_comment_tags=True
    )
    texts = {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}
    return {(None, text) for text in texts} | set(_named(contract))


def _named(contract: Contract) -> Iterator[Key]:
    for name in contract.inputs:
        spec = contract.spec(name)
        yield from (("category", choice) for choice in spec.categories or ())
        if spec.unit is not None and spec.unit != contract.currency:
            yield ("unit", spec.unit)


def _texts(catalogue: Catalog) -> list[tuple[Key, str, str]]:
    """Key, English and translation of each text; of plurals every form counts."""
    found = []
    for message in catalogue:
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            told = (
                [message.string] if isinstance(message.string, str) else [*(message.string or ())]
            )
            key = message.context, ids[0]
            found += [(key, ids[min(i, len(ids) - 1)], text) for i, text in enumerate(told)]
            assert not message.fuzzy, key
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_there_once_and_used(language: Language, used: set[Key]) -> None:
    texts = [text for catalogue in catalogues(language) for text in _texts(catalogue)]
    keys = [
        key for catalogue in catalogues(language) for key in {k for k, _, _ in _texts(catalogue)}
    ]
    assert {key for key, _, told in texts if not told.strip()} == set(), "without a translation"
    assert used - set(keys) == set(), "missing"
    assert set(keys) - used == set(), "not used by any page"
    assert [key for key, n in Counter(keys).items() if n > 1] == []


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_come_through(language: Language) -> None:
    for catalogue in catalogues(language):
        for key, english, told in _texts(catalogue):
            wanted, found = (set(re.findall(r"%\(\w+\)s", text)) for text in (english, told))
            assert found == wanted or found == wanted - {"%(num)s"}, key


@pytest.mark.parametrize("language", OTHERS)
def test_a_rule_that_is_told_is_in_the_language(language: Language) -> None:
    words = words_of(language)
    assert all(words.gettext(text) != text for text in RULES.values())


def test_names_that_nobody_translated_stay_readable() -> None:
    words = Words("sw")
    assert words.named("category", "cash_in_hand") == "Cash in hand"
    assert words.named("unit", "goats") == "goats"


def test_numbers_are_read_as_the_language_writes_them() -> None:
    english, french = Writing("en", "XOF", "UTC"), Writing("fr", "XOF", "UTC")
    assert english.read_number("250,000") == 250_000
    assert english.read_number("1.5") == 1.5
    assert french.read_number("250 000") == 250_000
    assert french.read_number("250\u202f000,5") == 250_000.5
    assert french.read_number("1.5") == 1.5
    assert english.read_number("\u22123") == -3
    for wrong in ("", "much", "1,5,0", "nan", "inf", "1e999", "0x10"):
        assert english.read_number(wrong) is None, wrong


def test_money_and_days_are_written_as_the_language_does() -> None:
    texts = {
        language: Writing(language, "XOF", "Africa/Abidjan").money(1_250_000)
        for language in ("en", "fr", "sw")
    }
    assert texts == {
        "en": "F\u202fCFA\u00a01,250,000",
        "fr": "1\u202f250\u202f000\u00a0F\u202fCFA",
        "sw": "F\u202fCFA\u00a01,250,000",
    }


def test_a_large_amount_carries_the_same_currency_in_few_signs() -> None:
    briefs = [Writing(lang, "XOF", "UTC").brief_money(66_824_361) for lang in ("en", "fr", "sw")]
    assert briefs == [
        "F\u202fCFA\u00a066.8M",
        "66,8\u00a0M\u00a0F\u202fCFA",
        "F\u202fCFA\u00a0M66.8",
    ]
    assert Writing("en", "KES", "UTC").brief_money(0) == "KES\u00a00"
    assert Writing("en", "KES", "UTC").money(1234.5) == "KES\u00a01,234.50"


def test_shares_and_signs_are_written_as_the_language_does() -> None:
    english, french = Writing("en", "XOF", "UTC"), Writing("fr", "XOF", "UTC")
    assert (english.percent(0.257), english.percent(0.257, 1)) == ("26%", "25.7%")
    assert french.percent(0.257, 1) == "25,7\u202f%"
    assert [english.signed(n) for n in (4, 0, -4)] == ["+4", "0", "\u22124"]
