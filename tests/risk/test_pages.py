"""The pages of the risk team: what they show, who may act, and what they say when they cannot."""

from collections.abc import Iterator
from datetime import UTC
from html import unescape
from re import findall, search
from shutil import rmtree

import orjson
import pytest
from starlette.testclient import TestClient

from api.kept_reports import REPORT, audit_folder
from api.web.writing import Writing
from api.wiring import open_home_store
from data.contract import LANGUAGES, Language
from data.store.audits import acceptances_of, find_audit
from fairness.records import audit_id
from tests.language.tour import pages_under, walk
from tests.risk.planted import furnish, rules
from tests.security.pages import SAME, add, browser, post, sign_in, token
from tests.web.world import World, home_settings, served

PAGES = ("", "/audits", "/overrides", "/policy", "/feedback", "/impact")
REASON = "A new branch needs time until its data are complete."
OTHER_FORM = "0" * 64


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A furnished home and its people."""
    settings = home_settings(tmp_path_factory.mktemp("risk"))
    furnish(settings)
    for login, role in (("one", "risk"), ("two", "risk"), ("looker", "auditor")):
        add(settings, login, role)
    with served(settings, champion=False) as made:
        yield made


def signed_in(world: World, login: str) -> TestClient:
    made = browser(world)
    sign_in(made, login)
    return made


@pytest.fixture
def one(world: World) -> TestClient:
    return signed_in(world, "one")


def text_of(client: TestClient, path: str) -> str:
    reply = client.get(path)
    assert reply.status_code == 200, path
    return unescape(reply.text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_in_every_language(one: TestClient, path: str, language: str) -> None:
    assert 'aria-current="true"' in text_of(one, f"/risk{path}?lang={language}")


def test_no_sentence_is_left_in_english(one: TestClient) -> None:
    tour = walk(one, "/risk", known=frozenset({"Pay slip <b>lost</b>."}))
    assert tour.english == {}
    assert tour.seen == pages_under("/risk")


def test_every_chart_has_its_numbers_beneath(one: TestClient) -> None:
    html = text_of(one, "/risk")
    assert html.count('class="plot"') == html.count('class="numbers"') > 0
    assert " style=" not in html


def test_the_share_of_the_month_has_its_interval(one: TestClient) -> None:
    html = text_of(one, "/risk?lang=en")
    told = r"<strong>(\d+)%</strong> <span[^>]*>of those decided \(95% interval: (\d+)% to (\d+)%\)"
    found = search(told, html)
    assert found is not None
    share, low, high = map(int, found.groups())
    assert low < high
    assert low <= share <= high


def test_without_figures_the_page_says_how_to_make_them(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings = home_settings(tmp_path_factory.mktemp("empty"))
    with served(settings) as empty:
        add(settings, "one", "risk")
        client = signed_in(empty, "one")
        for path in ("", "/overrides", "/policy", "/impact"):
            assert "microscore portfolio" in text_of(client, f"/risk{path}")
        assert "microscore fairness audit" in text_of(client, "/risk/audits")


def fail_of(client: TestClient) -> str:
    found = search(r"/risk/audits/([1-9a-f][0-9a-f]{63})", text_of(client, "/risk/audits"))
    assert found is not None
    return found[1]


def test_an_audit_in_the_words_of_its_report(one: TestClient) -> None:
    name = fail_of(one)
    html = text_of(one, f"/risk/audits/{name}")
    titles = findall(r'<option value="(\d+)"', html)
    assert len(titles) > 5
    for number in titles:
        assert text_of(one, f"/risk/audits/{name}?part={number}")
    assert one.get(f"/risk/audits/{name}?part=49").status_code == 404
    assert one.get(f"/risk/audits/{'f' * 64}").status_code == 404
    for language in LANGUAGES:
        told = text_of(one, f"/risk/audits/{name}?part=1&lang={language}")
        assert f'class="report" lang="{language}"' in told


def test_an_audit_is_downloaded_whole(one: TestClient) -> None:
    name = fail_of(one)
    sent = one.get(f"/risk/audits/{name}/audit.json")
    assert audit_id(sent.content) == name
    assert sent.headers["content-disposition"].startswith("attachment")
    page = one.get(f"/risk/audits/{name}/report.html")
    assert page.status_code == 200
    assert page.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in page.headers["content-security-policy"]


def test_the_report_that_was_written_with_the_audit_is_handed_out(
    world: World, one: TestClient
) -> None:
    name, home = fail_of(one), world.settings.home
    with open_home_store(world.settings) as store:
        entry = find_audit(store, name)
    day = entry.made_at.astimezone(UTC).date()
    folder = audit_folder(home, entry.model_version, day, entry.profile, name)
    rmtree(folder, ignore_errors=True)
    made = one.get(f"/risk/audits/{name}/report.html").content
    assert (folder / REPORT).read_bytes() == made, "it is made once"
    (folder / REPORT).write_bytes(b"<p>as it was written</p>")
    assert one.get(f"/risk/audits/{name}/report.html").content == b"<p>as it was written</p>"
    rmtree(folder)
    folder.touch()
    assert one.get(f"/risk/audits/{name}/report.html").content == made, "nor does it need a place"
    folder.unlink()


def test_an_audit_in_another_form_is_told_and_downloaded(one: TestClient) -> None:
    html = text_of(one, f"/risk/audits/{OTHER_FORM}")
    assert "Another version of the program made this audit" in html
    assert orjson.loads(one.get(f"/risk/audits/{OTHER_FORM}/audit.json").content) == {"a": 1}
    assert one.get(f"/risk/audits/{OTHER_FORM}/report.html").status_code == 404


def test_two_people_let_a_failed_audit_stand(world: World, one: TestClient) -> None:
    name = fail_of(one)
    path = f"/risk/audits/{name}"
    short = post(one, f"{path}/acceptance", path, reason="because")
    assert short.status_code == 422
    assert "20 characters" in short.text
    assert post(one, f"{path}/acceptance", path, reason=REASON).status_code == 303
    again = post(one, f"{path}/acceptance", path, reason=REASON)
    assert (again.status_code, "Another person must" in again.text) == (422, True)
    two = signed_in(world, "two")
    assert post(two, f"{path}/acceptance", path, reason=REASON).status_code == 303
    with open_home_store(world.settings) as store:
        kept = acceptances_of(store, name)
    assert [a.person for a in kept] == ["one", "two"]
    assert all(a.key_id.startswith("person:") for a in kept)
    passed = post(one, f"/risk/audits/{OTHER_FORM}/acceptance", path, reason=REASON)
    assert (passed.status_code, "nothing has to be accepted" in passed.text) == (422, True)


def test_an_auditor_reads_and_does_nothing(world: World) -> None:
    client = signed_in(world, "looker")
    name = fail_of(client)
    assert "<textarea" not in text_of(client, f"/risk/audits/{name}")
    given = {"token": token(client.get("/account")), "reason": REASON}
    path = f"/risk/audits/{name}/acceptance"
    assert client.post(path, data=given, headers=SAME).status_code == 403


def test_moving_the_cut_off_tells_what_would_change(one: TestClient) -> None:
    html = text_of(one, "/risk/policy?cut_off=12,5&lang=fr")
    assert "12,5" in html
    assert 'class="hint">' in html
    now = text_of(one, "/risk/policy?lang=en")
    assert "In force:" in now
    for wrong in ("much", "-1", "100", "1e9"):
        reply = one.get(f"/risk/policy?cut_off={wrong}&lang=en")
        assert reply.status_code == 422
        assert "Enter a number from 0.5 to 99.5." in reply.text


@pytest.mark.parametrize(
    ("language", "named", "force"),
    [
        ("en", "Not declined: approved, or left to a person", "approve below {}, decline from {}"),
        ("fr", "Non refusées : accordées, ou laissées à une personne",
         "accorder sous {}, refuser à partir de {}"),
        ("sw", "Hayakukataliwa: yamekubaliwa, au yameachiwa mtu",
         "kubali chini ya {}, kataa kuanzia {}"),
    ],
)  # fmt: skip
def test_whom_a_person_reviews_is_not_told_as_approved(
    one: TestClient, language: Language, named: str, force: str
) -> None:
    html = text_of(one, f"/risk/policy?lang={language}")
    assert f'<th scope="row">{named}</th>' in html
    written = Writing(language, "XOF", "UTC")
    both = (rules().approve_below, rules().decline_from)
    assert force.format(*(written.percent(cut, 1) for cut in both)) in html


def test_groups_are_told_from_the_published_audit_alone(one: TestClient) -> None:
    html = text_of(one, "/risk/policy?cut_off=20&lang=en")
    assert "/risk/audits/" + fail_of(one) in html
    assert html.count('<tr><th scope="row">') > 3


@pytest.mark.parametrize(
    ("language", "unknown"), [("en", "not stated"), ("fr", "non déclaré"), ("sw", "haikutajwa")]
)
def test_groups_have_names_in_the_readers_language(
    one: TestClient, language: str, unknown: str
) -> None:
    html = text_of(one, f"/risk/policy?cut_off=20&lang={language}")
    assert f": {unknown}</th>" in html
    assert language == "en" or ": not stated</th>" not in html


def test_overrides_say_whether_people_look(one: TestClient) -> None:
    html = text_of(one, "/risk/overrides?lang=en")
    assert "close to the cut-offs" in html
    assert "officer-1" in html
    assert "Kisumu" in html


def test_complaints_are_grouped_and_their_text_is_text(one: TestClient) -> None:
    raw = one.get("/risk/feedback?lang=en").text
    assert "Pay slip &lt;b&gt;lost&lt;/b&gt;." in raw
    assert "Overdue since" in raw
    chosen = text_of(one, "/risk/feedback?theme=wrong_data&lang=en")
    assert "The newest complaints: A value is wrong" in chosen
    assert text_of(one, "/risk/feedback?theme=<script>&lang=en")


def test_an_appeal_is_answered_once(one: TestClient) -> None:
    found = findall(r"/risk/appeals/([0-9a-f-]{36})", text_of(one, "/risk/feedback"))
    path = f"/risk/appeals/{found[0]}"
    missing = post(one, path, lang="en")
    assert missing.status_code == 422
    half = post(one, path, result="changed")
    assert (half.status_code, "Choose the new decision." in half.text) == (422, True)
    given = {"token": token(one.get(path)), "result": "changed", "outcome": "approve"}
    assert one.post(path, data=given, headers=SAME).status_code == 303
    again = one.post(path, data=given | {"text": "x"}, headers=SAME)
    assert again.status_code == 409
    assert "Another decision is made" in text_of(one, path)
    assert found[0] not in text_of(one, "/risk/feedback")


def test_before_and_now(world: World, one: TestClient) -> None:
    file = world.settings.home / "baseline.yaml"
    assert "first_day: 2024-01-01" in text_of(one, "/risk/impact?lang=en")
    file.write_text("first_day: 2024-01-01\nlast_day: x\n", "utf-8")
    assert "baseline.yaml:2: last_day:" in text_of(one, "/risk/impact?lang=en")
    days = "first_day: 2024-01-01\nlast_day: 2024-12-30\n"
    file.write_text(f"{days}applications: 10\nhours_to_decision: 99\n", "utf-8")
    told = text_of(one, "/risk/impact?lang=en")
    assert "99 hours" in told
    assert "better" in told
    assert "1 Jan 2024" in told
    file.unlink()
