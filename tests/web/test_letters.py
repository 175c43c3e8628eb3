"""What a client reads of a decision and of an appeal: one outcome, and nothing against it."""

from collections.abc import Iterator
from html import unescape
from re import findall, search
from typing import get_args
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from api.web.letters import REASONS_TOLD
from data.contract import LANGUAGES
from data.store.human_decisions import OverrideReason
from tests.language.read import left
from tests.security.pages import add, browser, post, sign_in
from tests.web.world import World, application, home_settings, served, stored

CASE = "/officer/applications"
WORDS = "We called your <b>shop</b> and counted again."
RECOMMENDED = {
    "approve": "We recommend this loan.",
    "decline": "We do not recommend this loan now.",
    "review": "A loan officer must look at this request.",
}
SAID = {
    "approve": "We have said yes to your loan.",
    "decline": "We have said no to your loan.",
    "refer": "Another person will look at it.",
}
MODELS = ("Reasons", "What would help", "Expected repayment", "Nothing needs to change")
"""Titles and words of what the model says."""
LATE_DAYS = {"approve": 0, "review": 3, "decline": 12}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = home_settings(tmp_path_factory.mktemp("letters"))
    with served(settings) as made:
        add(settings, "amina")
        add(settings, "rita", role="risk")
        yield made


def signed_in(world: World, login: str) -> TestClient:
    made = browser(world)
    sign_in(made, login)
    return made


@pytest.fixture(scope="module")
def amina(world: World) -> TestClient:
    return signed_in(world, "amina")


@pytest.fixture(scope="module")
def rita(world: World) -> TestClient:
    return signed_in(world, "rita")


def case_of(world: World, recommended: str) -> str:
    """The page of a new application on which the model recommends this."""
    values = application()["sources"]["application"]
    values |= {"amount": 5000.0, "income": 20000.0, "late_days": LATE_DAYS[recommended]}
    body = application(
        application_id=f"A-{uuid4().hex[:8]}", branch_id="Kisumu", sources={"application": values}
    )
    reply = world.score(body, headers=world.auth("officer", "Kisumu"))
    decision_id = reply.json()["decision_id"]
    assert stored(world, decision_id).recommendation == recommended
    return f"{CASE}/{decision_id}"


def decide(client: TestClient, case: str, outcome: str, reason: str = "") -> None:
    assert post(client, f"{case}/decision", case, outcome=outcome, reason=reason).status_code == 303


def letter(client: TestClient, case: str, language: str = "en") -> str:
    """The letter's own text, without the page around it."""
    page = client.get(f"{case}/letter?lang={language}")
    assert page.status_code == 200
    found = search(r'(?s)<article id="letter".*</article>', page.text)
    assert found is not None
    return unescape(found[0])


def appealed(amina: TestClient, rita: TestClient, case: str, **given: str) -> None:
    """Open an appeal, and answer it where one is ``given``."""
    sent = post(amina, f"{case}/appeal", case, ground="unfair", appeal_text="Not for letters.")
    assert sent.status_code == 303
    if given:
        answer(rita, case, **given)


def answer(rita: TestClient, case: str, **given: str) -> None:
    """Answer the open appeal against the decision on ``case``."""
    waiting = findall(r"/risk/appeals/[0-9a-f-]{36}", rita.get("/risk/feedback").text)
    (mine,) = (path for path in set(waiting) if case in rita.get(path).text)
    assert post(rita, mine, **given).status_code == 303


@pytest.mark.parametrize(
    ("recommended", "outcome", "reason"),
    [
        ("approve", "decline", "risk_seen_on_site"),
        ("approve", "refer", "other"),
        ("decline", "approve", "capacity_seen_on_site"),
        ("decline", "refer", "wrong_data"),
    ],
)
def test_a_letter_says_one_thing_where_a_person_decided_otherwise(
    world: World, amina: TestClient, recommended: str, outcome: str, reason: OverrideReason
) -> None:
    case = case_of(world, recommended)
    assert RECOMMENDED[recommended] in letter(amina, case)
    decide(amina, case, outcome, reason)
    told = letter(amina, case)
    assert SAID[outcome] in told
    assert REASONS_TOLD[reason] in told
    assert [text for text in (*RECOMMENDED.values(), *MODELS) if text in told] == []
    assert "You may ask us to look again." in told


@pytest.mark.parametrize("agreed", ["approve", "decline"])
def test_who_agrees_sends_the_whole_explanation(
    world: World, amina: TestClient, agreed: str
) -> None:
    case = case_of(world, agreed)
    before = letter(amina, case)
    decide(amina, case, agreed)
    told = letter(amina, case)
    assert SAID[agreed] in told
    assert RECOMMENDED[agreed] in told
    assert [text for text in MODELS if (text in told) != (text in before)] == []


def test_a_review_that_a_person_decided_is_no_review_any_more(
    world: World, amina: TestClient
) -> None:
    case = case_of(world, "review")
    score = "What the score said"
    for outcome in ("decline", "approve"):
        decide(amina, case, outcome)
        told = letter(amina, case)
        assert SAID[outcome] in told
        assert [text for text in (*RECOMMENDED.values(), "What would help") if text in told] == []
        assert (score in told) == (outcome == "decline"), "who is declined is told of the score"
    decide(amina, case, "decline")
    after = letter(amina, case).split(score)[1]
    assert "The score only gave advice. A person decided." in after
    assert "of 10 people like you" in after.lower()


def test_every_reason_has_words_for_the_client() -> None:
    assert set(REASONS_TOLD) == set(get_args(OverrideReason))


def test_an_open_appeal_says_when_it_is_answered(
    world: World, amina: TestClient, rita: TestClient
) -> None:
    case = case_of(world, "decline")
    decide(amina, case, "decline")
    appealed(amina, rita, case)
    told = letter(amina, case)
    assert "Our answer is due by " in told
    assert "Not for letters." not in told
    assert "to be answered by" in amina.get(f"{case}?lang=en").text
    answer(rita, case, result="withdrawn")
    assert "You took the appeal back." in letter(amina, case)


def test_the_answer_reaches_the_client_and_the_officer(
    world: World, amina: TestClient, rita: TestClient
) -> None:
    case = case_of(world, "decline")
    decide(amina, case, "decline")
    appealed(amina, rita, case, result="upheld", text=WORDS)
    told = letter(amina, case)
    assert SAID["decline"] in told
    assert RECOMMENDED["decline"] in told
    assert "Our decision stays." in told
    assert WORDS in told
    assert "<b>shop" not in amina.get(f"{case}/letter").text
    page = unescape(amina.get(f"{case}?lang=en").text)
    assert "answered on" in page
    assert "The decision stays" in page
    assert WORDS in page
    assert "to be answered by" not in page


def test_an_appeal_that_changes_the_decision_changes_the_letter(
    world: World, amina: TestClient, rita: TestClient
) -> None:
    case = case_of(world, "decline")
    decide(amina, case, "decline")
    appealed(amina, rita, case, result="changed", outcome="approve", text=WORDS)
    told = letter(amina, case)
    assert SAID["approve"] in told
    assert REASONS_TOLD["appeal"] in told
    assert "We have made another decision." in told
    assert [text for text in (*RECOMMENDED.values(), *MODELS) if text in told] == []
    assert unescape(amina.get(f"{case}?lang=en").text).count(WORDS) == 1


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_nothing_of_it_is_left_in_english(
    world: World, amina: TestClient, rita: TestClient, language: str
) -> None:
    case = case_of(world, "review")
    decide(amina, case, "decline")
    appealed(amina, rita, case)
    for open_still in (True, False):
        english, told = (amina.get(f"{case}/letter?lang={code}").text for code in ("en", language))
        assert left(english, told, frozenset({WORDS})) == set()
        if open_still:
            answer(rita, case, result="upheld", text=WORDS)
