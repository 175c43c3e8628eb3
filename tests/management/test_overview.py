"""The overview as a browser gets it: empty at first, then with the figures that jobs made."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from re import search

import pytest

from api.audits import AuditSettings
from api.management import run
from api.management_today import run as run_today
from api.schedule import Work
from api.wiring import open_ledger, open_registry
from data.store.audits import AuditEntry, add_audits
from data.store.feedback import of_decision
from tests.decisions import decision
from tests.language.tour import pages_under, walk
from tests.outcomes.champion import lending_bundle
from tests.security.pages import add, browser, post, sign_in
from tests.web.world import World, home_settings, promote, served

PATHS = ("/overview", "/overview/weeks", "/overview/quarters")
REF = "00000000-0000-7000-8000-000000000001"
RECORD = b'{"reasons":[],"contributions":{},"missing_fields":[],"masked_sources":[]}'


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = home_settings(tmp_path_factory.mktemp("led"))
    promote(settings, lending_bundle())
    with served(settings, champion=False) as made:
        for role in ("officer", "risk", "mlops", "auditor", "admin"):
            add(settings, role, role=role)
        yield made


def status(world: World, login: str, path: str) -> int:
    client = browser(world)
    sign_in(client, login)
    return client.get(path).status_code


@pytest.mark.parametrize("path", PATHS)
def test_who_may_look(world: World, path: str) -> None:
    answers = {role: status(world, role, path) for role in ("officer", "mlops", "auditor")}
    assert answers == {"officer": 403, "mlops": 403, "auditor": 200}


def test_empty_pages_say_what_makes_the_figures_and_then_they_are_there(world: World) -> None:
    client = browser(world)
    sign_in(client, "risk")
    for path in PATHS:
        assert "microscore worker --once" in client.get(path).text
    now = datetime.now(UTC)
    with open_ledger(world.settings) as (store, ledger):
        made = decision(
            1,
            decision_id=REF,
            created_at=now - timedelta(hours=30),
            officer="amina",
            request=b'{"sources":{}}',
            record=RECORD,
        )
        with store.write() as connection:
            ledger.append(connection, [made])
        settings = AuditSettings(home=world.settings.home)
        for job in (run, run_today):
            job(Work(settings, store, {}, now))
    pages = {path: client.get(path).text for path in PATHS}
    assert "Not measured: nobody asks the server" in pages["/overview"]
    assert search(r"0 of 1\s*\(", pages["/overview/weeks"]) is not None
    assert "amina" in pages["/overview/weeks"]
    assert "rows were verified, 0 are not right" in pages["/overview/quarters"]
    tour = walk(client, "/overview")
    assert tour.english == {}
    assert tour.seen == pages_under("/overview")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Fail, of ", "Open, of ", "Pass, of ")),
        ("fr", ("Échec, ", "Ouvert, ", "Conforme, ")),
        ("sw", ("Umeshindwa, ", "Haujaamuliwa, ", "Umefaulu, ")),
    ],
)
def test_verdicts_of_audits_are_words(world: World, language: str, words: tuple[str, ...]) -> None:
    now = datetime.now(UTC)
    verdicts = {"eu": "FAIL", "uemoa": "INCONCLUSIVE", "us": "PASS"}
    with open_registry(world.settings) as registry, registry.store.write() as connection:
        champion = registry.champion()
        assert champion is not None
        add_audits(
            connection,
            [
                AuditEntry(
                    str(n) * 64, champion, None, profile, "1" * 64, "data", now, verdict, b"{}"
                )
                for n, (profile, verdict) in enumerate(verdicts.items())
            ],
        )
    with open_ledger(world.settings) as (store, _):
        run(Work(AuditSettings(home=world.settings.home), store, {}, now))
    client = browser(world)
    sign_in(client, "risk")
    told = unescape(client.get(f"/overview/quarters?lang={language}").text)
    assert [word for word in words if f"<p>{word}" not in told] == []
    assert [code for code in verdicts.values() if code in told] == []


def test_an_officer_may_say_whether_a_result_helped(world: World) -> None:
    with open_ledger(world.settings) as (store, ledger):
        made = decision(1, decision_id=REF, request=b'{"sources":{}}', record=RECORD)
        with store.write() as connection:
            ledger.append(connection, [made])
    client, case = browser(world), f"/officer/applications/{REF}"
    sign_in(client, "officer")
    assert "Did this result help you to decide?" in client.get(case).text
    assert post(client, f"{case}/helped", case, helped="helped_maybe").status_code == 422
    reply = post(client, f"{case}/helped", case, helped="helped_partly")
    assert (reply.status_code, reply.headers["location"]) == (303, f"{case}?done=helped")
    assert "Thank you for your answer." in client.get(f"{case}?done=helped").text
    with open_ledger(world.settings) as (store, ledger):
        assert [said.theme for said in of_decision(store, ledger, REF)] == ["helped_partly"]
