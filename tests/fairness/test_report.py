"""The HTML report: whole in every language, self-contained, with the numbers of the JSON."""

import io
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from rich.console import Console

from api.auditing import Kept
from api.cli import audit_told
from api.reports.challenger_words import WORDS as CHALLENGER_WORDS
from api.reports.charts import Entry, intervals
from api.reports.fairness import parts, render
from api.reports.page import Page
from api.reports.words import WORDS
from data.contract import LANGUAGES, Language
from fairness.decided import SCORED_AGAIN
from fairness.records import AuditRecord
from fairness.schema import Audit, Law
from fairness.schema_sections import Range
from fairness.verdicts import Verdict
from tests.fairness.test_audit import made

EMPTY = {"meta", "input", "br", "link", "img"}
"""Elements without an end tag."""


class Structure(HTMLParser):
    """Collects tags and attributes; fails on elements that are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def biased() -> Audit:
    return made(later=3, not_stated=60)


def only_fails_at(made_audit: Audit, rule: str) -> Audit:
    """The same audit with no other finding that counts against it than those at ``rule``."""
    findings = tuple(
        f.model_copy(update={"verdict": Verdict.INCONCLUSIVE}) if f.counts and f.rule != rule else f
        for f in made_audit.findings
    )
    return made_audit.model_copy(update={"findings": findings})


@pytest.fixture(scope="module")
def page(biased: Audit) -> str:
    return render(biased)


def test_the_page_asks_for_nothing_from_outside(page: str) -> None:
    assert not re.search(r"https?://|//[a-z]|url\(|@import", page)
    tags = Structure(page).tags
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in tags}
    loading = {"src", "href", "xlink:href", "srcset", "style", "onload"}
    assert not [a for _, attributes in tags for a in attributes if a in loading]


def test_every_language_has_all_words(page: str) -> None:
    for language in LANGUAGES:
        assert list(WORDS[language]) == list(WORDS["en"])
        assert f'<main lang="{language}"' in page
        assert WORDS[language]["limits"] in page
    sections = [Structure(part).tags for part in re.findall(r"(?s)<main .*?</main>", page)]
    tags = [[tag for tag, _ in section] for section in sections]
    assert len(tags) == len(LANGUAGES)
    assert tags[0] == tags[1] == tags[2]


@pytest.mark.parametrize("words", [WORDS, CHALLENGER_WORDS], ids=["report", "challenger"])
def test_no_sentence_is_left_in_english(words: dict[Language, dict[str, str]]) -> None:
    for key, english in words["en"].items():
        told = [words[language][key] for language in LANGUAGES]
        places = [set(re.findall(r"{\w+}", text)) for text in told]
        assert places[0] == places[1] == places[2], key
        if len(english.split()) > 2:
            assert len(set(told)) == len(LANGUAGES), key


def test_an_audit_from_before_swahili_is_told_its_law_in_english(biased: Audit) -> None:
    old = biased.model_copy(
        update={
            "jurisdiction": {"en": "Here", "fr": "Ici"},
            "laws": {"rule": Law(en="Be fair.", fr="Soyez justes.", source="A law")},
        }
    )
    assert Page(old, "sw").jurisdiction == "Here"
    assert Page(old, "fr").jurisdiction == "Ici"
    assert unescape(render(old)).count("Be fair.") == 2


def test_what_was_done_to_a_column_is_told_in_words(biased: Audit) -> None:
    told = [Page(biased, language).flip("2 on of 5") for language in LANGUAGES]
    assert told[0] == "the value 2 further of 5"
    assert len(set(told)) == 3
    for change in ("missing", SCORED_AGAIN):
        assert len({Page(biased, language).flip(change) for language in LANGUAGES}) == 3
    assert Page(biased, "sw").flip("something else") == "something else"


def test_verdicts_come_before_pictures_and_method_last(page: str) -> None:
    words = WORDS["en"]
    names = ("verdicts", "impact", "curves", "calibration", "shortfall", "details", "method")
    places = [page.index(f"<h2>{words[name]}</h2>") for name in names]
    assert places == sorted(places)
    assert page.index('class="overall FAIL"') < places[0]


@pytest.mark.parametrize(
    ("language", "rate"),
    [
        ("en", "approval, at 50\u202f% approved"),
        ("fr", "acceptation, à 50\u202f% d'acceptations"),
        ("sw", "kukubaliwa, kwa kiwango cha kukubali cha 50\u202f%"),
    ],
)
def test_what_fails_the_audit_at_one_approval_rate_alone_stands_first(
    biased: Audit, language: Language, rate: str
) -> None:
    alone = only_fails_at(biased, "50%")
    first, *others = Page(alone, language).failures
    assert (first.rule, first.counts) == ("50%", True)
    assert others, "good practice is still told, after it"
    assert not any(f.counts for f in others)
    assert Page(alone, language).told(first).endswith(rate)
    (listed, *_) = re.findall(r'(?s)<ul class="failures">.*?</ul>', render(alone))
    assert "at 50\u202f% approved" in unescape(listed)


def test_the_command_tells_what_fails_the_audit_and_at_which_rule(
    biased: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = io.StringIO()
    monkeypatch.setattr(audit_told, "out", Console(file=text, width=160))
    audit_told.show([Kept("a" * 64, AuditRecord(**dict(only_fails_at(biased, "50%"))), True)])
    rows = [line for line in text.getvalue().splitlines() if "FAIL" in line and "sex: F" in line]
    assert "50% approved" in rows[0]
    assert "legal duty" in rows[0]
    assert "good practice" not in rows[0]
    assert "60% approved" not in text.getvalue(), "an approval rate that fails nothing"


def test_a_picture_has_the_numbers_of_its_table(biased: Audit) -> None:
    shown = Page(biased, "en")
    for part in parts(shown):
        cells = {cell for table in part.tables for row in table.rows for cell in row}
        if part.picture is not None:
            assert {bar.text for bar in part.picture.bars} <= cells, part.title
    impact = parts(shown)[0]
    assert impact.picture is not None
    assert len(impact.picture.bars) == sum(i.air.low is not None for i in shown.at_policy)
    assert any(part.panels for part in parts(shown))
    assert any(part.shares for part in parts(shown))


def test_every_section_of_the_audit_is_a_part_of_the_report(biased: Audit) -> None:
    titles = [part.title for part in parts(Page(biased, "en"))]
    words = WORDS["en"]
    for name in ("scorecard", "segments", "subgroups", "outcomes", "outcome_tests"):
        assert words[name] in titles
    for name in ("explanations", "proxies", "distribution"):
        assert words[name] in titles
    assert words["trends"] not in titles  # nothing is known of the time


def test_a_row_on_a_phone_says_what_its_numbers_are(page: str) -> None:
    rows = re.findall(r"<td[^>]*>", re.sub(r'(?s)<table class="n.*?</table>', "", page))
    assert rows
    assert all('data-head="' in row for row in rows)


def test_conditions_of_subgroups_are_told_in_words(biased: Audit) -> None:
    french = Page(biased, "fr")
    assert french.conditions(["sex is not stated"]) == "B\u202f: non déclaré"
    assert french.conditions(["sex is not F", "sex is not not stated"]) == (
        "B\u202f: sauf F, B\u202f: sauf non déclaré"
    )
    assert french.conditions([]) == "tous"


def test_numbers_are_written_as_the_language_writes_them(biased: Audit) -> None:
    assert Page(biased, "en").number(-1234.5, 1) == "\u22121,234.5"
    assert Page(biased, "fr").number(-1234.5, 1) == "\u22121\u202f234,5"
    assert Page(biased, "fr").group("not stated & under 25") == "non déclaré & moins de 25"
    assert Page(biased, "sw").group("not stated & 50 and over") == "haikutajwa & 50 na zaidi"
    assert Page(biased, "sw").number(-1234.5, 1) == "\u22121,234.5"
    assert Page(biased, "sw").span(Range(value=1, low=0.5, high=2)) == "1.00 (0.50 hadi 2.00)"
    assert Page(biased, "fr").number(-0.001) == "0,00"
    assert Page(biased, "en").number(None) == "\u2013"


def test_text_of_a_contract_cannot_become_markup(biased: Audit) -> None:
    row = biased.impact[0].model_copy(update={"group": "<script>alert(1)</script>"})
    text = render(biased.model_copy(update={"impact": (row, *biased.impact[1:])}))
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_an_audit_without_a_large_group_is_still_a_page() -> None:
    small = made(not_stated=5)
    few = tuple(
        i.model_copy(update={"air": Range(), "shortfall": Range(), "verdict": Verdict.INSUFFICIENT})
        for i in small.impact
    )
    bare = small.model_copy(update={"impact": few, "curves": (), "proxies": (), "segments": ()})
    assert WORDS["fr"]["none"] in unescape(render(bare))


def test_a_picture_keeps_every_interval_inside_and_in_order() -> None:
    ranges = [(0.05, 0.2, 0.5), (0.9, 1.0, 1.1), (2.0, 4.0, 30.0)]
    entries = [Entry("x", Range(low=a, value=v, high=b), None, "") for a, v, b in ranges]
    picture = intervals(entries, 1.0, (0.9, None), ratio=True)
    assert picture is not None
    for bar in picture.bars:
        assert bar.value is not None
        assert 0 <= bar.low <= bar.value <= bar.high <= 100
    assert intervals([Entry("x", Range(), None, "")], 1.0, (None, None), ratio=True) is None
