"""Pages without a browser: what they weigh and cost, and that they decide as the API does."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from re import findall, search
from typing import Any
from uuid import uuid4

import orjson
import pytest
from starlette.testclient import TestClient

from api.accounts import make_link
from api.api_keys import Pepper
from api.limits import come_later
from api.problems import Problem
from api.web import assets
from api.wiring import open_ledger, open_registry
from data.contract import LANGUAGES
from data.errors import StoreError
from data.store.consents import history
from scoring.switching import resume, suspend
from tests.bundles import small_contract
from tests.language.tour import pages_under, walk
from tests.security.pages import SAME, add, browser, post, sign_in, token
from tests.web.world import World, application, home_settings, served, stored

FIELDS = {
    "applicant_id": "C-1",
    "f.amount": "5,000",
    "f.income": "20000",
    "f.late_days": "3",
    "f.trade": "retail",
    "f.has_group": "yes",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server with officers of two branches."""
    settings = home_settings(tmp_path_factory.mktemp("officers"))
    with served(settings) as made:
        add(settings, "amina")
        add(settings, "juma", branch="Mombasa")
        yield made


@pytest.fixture
def amina(world: World) -> TestClient:
    made = browser(world)
    sign_in(made, "amina")
    return made


def send(client: TestClient, **fields: str) -> Any:
    given = {"token": token(client.get("/officer/new")), "key": str(uuid4())} | FIELDS | fields
    return client.post("/officer/new", data=given, headers=SAME)


def id_of(reply: Any) -> str:
    assert reply.status_code == 303, reply.text
    return str(reply.headers["location"]).rsplit("/", 1)[1]


def test_a_form_decides_as_the_api_does(world: World, amina: TestClient) -> None:
    made = stored(world, id_of(send(amina)))
    body = application(
        applicant_id="C-1",
        sources={
            "application": {
                "amount": 5000.0,
                "income": 20000.0,
                "late_days": 3,
                "trade": "retail",
                "has_group": True,
            }
        },
        consents={"wallet": False},
    )
    asked = world.score(body).json()
    assert made.pd == asked["probability_of_default"]
    assert made.points == asked["points"]
    assert (made.branch, made.officer) == ("Kisumu", "amina")
    assert made.key_id.startswith("person:")
    assert orjson.loads(made.request)["consents"] == {"wallet": False}


def test_consent_decides_whether_a_source_is_used(world: World, amina: TestClient) -> None:
    for agreed, used in (("yes", True), ("no", False), ("", False)):
        sent = {"c.wallet": agreed, "f.wallet_inflow": "4242.75"}
        made = stored(world, id_of(send(amina, **sent)))
        assert (b"4242.75" in made.request) == used


def test_what_the_client_says_today_counts(world: World, amina: TestClient) -> None:
    path, sent = "/applicants/C-77/consents", {"applicant_id": "C-77", "f.wallet_inflow": "4242.75"}
    seen = []
    for agreed in ("yes", "no", "", "yes", "yes"):
        made = stored(world, id_of(send(amina, **sent, **{"c.wallet": agreed})))
        (state,) = world.client.get(path, headers=world.auth("auditor")).json()["consents"]
        seen.append((state["granted"], b"4242.75" in made.request))
    assert seen == [(True, True), (False, False), (False, False), (True, True), (True, True)]
    with open_ledger(world.settings) as (store, ledger):
        words = [word.granted for word in history(store, ledger.person("C-77"))]
    assert words == [True, False, True], "each word once"
    send(amina, **sent | {"f.amount": "wrong", "applicant_id": "C-78", "c.wallet": "yes"})
    with open_ledger(world.settings) as (store, ledger):
        assert history(store, ledger.person("C-78")) == []


def test_the_same_form_twice_is_one_decision(world: World, amina: TestClient) -> None:
    key = str(uuid4())
    first, second = (id_of(send(amina, key=key, applicant_id="C-2")) for _ in range(2))
    assert first == second
    changed = send(amina, key=key, applicant_id="C-3")
    assert changed.status_code == 409
    assert "sent before with other answers" in changed.text
    fresh = search(r'name="key" value="([^"]+)"', changed.text)
    assert fresh is not None
    assert fresh[1] != key


def test_what_is_wrong_stands_beside_the_field(amina: TestClient) -> None:
    reply = send(amina, **{"f.amount": "<much>", "f.late_days": "1.5", "f.trade": "piracy"})
    assert reply.status_code == 422
    told = findall(r'<p class="error"[^>]*>([^<]+)<', reply.text)
    assert told == ["Enter a number.", "Enter a whole number.", "Choose one of the list."]
    assert 'value="&lt;much&gt;"' in reply.text, "what was typed stays, as text"
    assert "<much>" not in reply.text
    beyond = unescape(send(amina, **{"f.amount": "50"}).text)
    assert search(r"Enter a value from \w+.100 to \w+.1,000,000\.", beyond)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_every_language(amina: TestClient, language: str) -> None:
    case = f"/officer/applications/{id_of(send(amina))}"
    for path in ("/officer", "/officer/new", "/account", case, f"{case}/letter", f"{case}/what-if"):
        page = amina.get(f"{path}?lang={language}")
        assert page.status_code == 200, path
        assert f'<html lang="{language}">' in page.text
        assert page.headers["content-language"] == language
        assert "%(" not in page.text


def test_no_sentence_is_left_in_english(amina: TestClient) -> None:
    case = f"/officer/applications/{id_of(send(amina))}"
    post(amina, f"{case}/appeal", case, ground="other", text="Zxcv qwerty asdf")
    tour = walk(amina, "/officer", known=frozenset({"Zxcv qwerty asdf"}))
    assert tour.english == {}
    assert tour.seen == pages_under("/officer")


def test_what_if_is_paid_for_and_not_kept(world: World, amina: TestClient) -> None:
    case = f"/officer/applications/{id_of(send(amina, applicant_id='C-4'))}"
    held: Any = world.client.app
    budgets = held.state.service.budgets
    left = {name: lease.left for name, lease in budgets._leases.items()}
    reply = post(amina, f"{case}/what-if", amount="9000")
    assert 'id="trial"' in reply.text
    (spent,) = (n for name, n in left.items() if budgets._leases[name].left < n)
    assert spent - 1 in {lease.left for lease in budgets._leases.values()}
    assert amina.get("/officer").text.count("Client C-4") == 1


def test_a_suspended_model_is_not_asked_what_if(world: World, amina: TestClient) -> None:
    held: Any = world.client.app
    scored = id_of(send(amina, applicant_id="C-5"))
    for on, change in ((True, suspend), (False, resume)):
        with open_registry(world.settings) as registry:
            change(registry.store, "Ana", "for a test", datetime.now(UTC))
        held.state.service.champion.watcher.look()
        if on:
            referred = id_of(send(amina, applicant_id="C-6"))
            reply = post(amina, f"/officer/applications/{scored}/what-if", amount="9000")
            assert (reply.status_code, 'id="trial"' in reply.text) == (422, False)
            assert "so nothing can be tried. A person decides." in reply.text
    reply = post(amina, f"/officer/applications/{scored}/what-if", amount="9000")
    assert 'id="trial"' in reply.text
    reply = post(amina, f"/officer/applications/{referred}/what-if", amount="9000")
    assert reply.status_code == 422, "no model decided, so none is asked afterwards"


def test_an_officer_sees_the_own_branch(world: World, amina: TestClient) -> None:
    juma = browser(world)
    sign_in(juma, "juma")
    decision_id = id_of(send(amina))
    for path in ("", "/letter", "/what-if"):
        assert juma.get(f"/officer/applications/{decision_id}{path}").status_code == 404
    for what in ("decision", "problem", "appeal"):
        form = {"token": token(juma.get("/account")), "outcome": "approve"}
        path = f"/officer/applications/{decision_id}/{what}"
        assert juma.post(path, data=form, headers=SAME).status_code == 404
    assert "There is no application yet" in juma.get("/officer?of=branch").text


def test_the_list_goes_on_page_by_page(world: World) -> None:
    add(world.settings, "busy", branch="Nakuru")
    busy = browser(world)
    sign_in(busy, "busy")
    made = [id_of(send(busy, applicant_id=f"B-{n}")) for n in range(23)]
    for query in ("?of=mine", "?of=branch"):
        first = busy.get(f"/officer{query}").text
        older = search(r"before=(\d+)", first)
        assert older is not None
        second = busy.get(f"/officer{query}&before={older[1]}").text
        found = findall(r"/officer/applications/([0-9a-f-]{36})", first + second)
        assert found == made[::-1]
        assert "before=" not in second


def test_a_page_weighs_little(amina: TestClient) -> None:
    amina.headers["accept-encoding"] = "gzip"
    first = amina.get("/officer/new")
    names = set(findall(r'"(/assets/[^"]+)"', first.text))
    files = [amina.get(name) for name in names]
    assert len(files) + 1 <= 6
    page = len(gzip.compress(first.content))
    weight = page + sum(int(file.headers["content-length"]) for file in files)
    assert weight <= 60_000
    assert page <= 15_000
    assert {file.headers["cache-control"] for file in files} == {
        "public, max-age=31536000, immutable"
    }
    assert {file.headers["content-encoding"] for file in files} == {"gzip"}


@pytest.mark.parametrize(
    ("failure", "status", "told"),
    [
        (StoreError("down"), 503, "The server cannot reach its database now."),
        (Problem("no-champion"), 503, "No model is in service."),
        (come_later("too-many-requests", 7), 429, "Wait a minute"),
        (Problem("internal-error"), 500, "The server could not do that."),
    ],
)
def test_a_failure_is_a_page_too(
    world: World,
    amina: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
    status: int,
    told: str,
) -> None:
    def fail(*_: Any) -> None:
        raise failure

    app: Any = world.client.app
    monkeypatch.setattr(app.state.service.authenticator, "pace", fail)
    reply = amina.get("/officer")
    assert (reply.status_code, reply.headers["content-type"][:9]) == (status, "text/html")
    assert told in reply.text
    assert reply.headers.get("retry-after") == ("7" if status == 429 else None)


def test_a_file_changes_its_name_with_its_content() -> None:
    name = assets.address("style.css").removeprefix("/assets/")
    file = assets.find(name)
    assert file is not None
    assert gzip.decompress(file.packed) == file.plain
    assert assets.find(name.replace(".", "0", 1)) is None
    assert len(assets.plain("pages.js")) < 4096


def test_a_link_is_good_once(world: World) -> None:
    person = add(world.settings, "newcomer")
    pepper = Pepper.load_or_create(world.settings.keys_folder)
    with open_ledger(world.settings) as (store, ledger):
        path = make_link(store, ledger, pepper, person, "test")
    client = browser(world)
    assert "You will sign in as newcomer." in client.get(path).text
    assert post(client, path, password="short").status_code == 422
    assert post(client, path, password="a quiet morning tea").headers["location"] == "/"
    assert client.get("/officer").status_code == 200
    assert browser(world).get(path).status_code == 404
    assert sign_in(browser(world), "newcomer", "a quiet morning tea").status_code == 303


def test_the_form_asks_all_that_the_contract_names(amina: TestClient) -> None:
    page = amina.get("/officer/new").text
    assert set(findall(r'name="f\.(\w+)"', page)) == set(small_contract().inputs)
    assert 'inputmode="numeric"' in page
    assert 'inputmode="decimal"' in page
