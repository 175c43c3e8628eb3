"""The risk team's pages in a browser: without a mouse or scripts, for everybody, and light."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from api.accounts import create_person, new_person
from api.wiring import open_ledger
from data.contract import LANGUAGES
from tests.browser.conftest import Phone, sign_in
from tests.browser.lender import PASSWORD
from tests.browser.test_axe import check
from tests.browser.test_story import tab_to
from tests.browser.test_weight import FIRST, REPEAT, REQUESTS, visit
from tests.risk.planted import furnish
from tests.web.process import running
from tests.web.world import home_settings

PAGES = ("", "/audits", "/overrides", "/policy?cut_off=25", "/feedback", "/impact")
REASON = "The branch is new, and its data are not complete yet."


@dataclass(frozen=True)
class Home:
    """A running server; addresses of a failed audit and of two appeals."""

    url: str
    audit: str
    appeals: tuple[str, ...]


@pytest.fixture(scope="module")
def home(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    settings = home_settings(tmp_path_factory.mktemp("risk") / "home")
    found = furnish(settings)
    with open_ledger(settings) as (store, ledger):
        person = new_person("risk", "risk", None, datetime.now(UTC))
        create_person(store, ledger, person, PASSWORD, "test")
    with running(settings.home) as server:
        appeals = tuple(f"/risk/appeals/{name}" for name in found.appeals)
        yield Home(server.url, f"/risk/audits/{found.failed}", appeals)


@pytest.fixture(scope="module")
def risk_state(browser: Browser, home: Home) -> StorageState:
    """What a browser holds in which the risk manager is signed in."""
    made = browser.new_context(base_url=home.url)
    sign_in(made.new_page(), "risk")
    state = made.storage_state()
    made.close()
    return state


@pytest.fixture
def risk(phone: Phone, home: Home, risk_state: StorageState) -> Page:
    """A page of a risk manager who is signed in."""
    return phone(risk_state, base_url=home.url)


def test_the_risk_managers_story_without_a_mouse(phone: Phone, home: Home) -> None:
    page = phone(base_url=home.url)
    page.goto("/sign-in?next=/risk")
    tab_to(page, "#login")
    page.keyboard.type("risk")
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Portfolio")

    tab_to(page, "details.numbers > summary")
    page.keyboard.press("Enter")
    expect(page.locator("details.numbers table").first).to_be_visible()

    tab_to(page, "a[href='/risk/audits']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Fairness audits")
    tab_to(page, f".rows a[href='{home.audit}']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Audit")
    tab_to(page, "#reason")
    page.keyboard.type("too short")
    tab_to(page, "main form[method=post] button")
    page.keyboard.press("Enter")
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type(f" {REASON}")
    tab_to(page, "main form[method=post] button")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_have_text("Your acceptance is kept.")

    tab_to(page, "a[href='/risk/policy']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Try another cut-off")
    tab_to(page, "#cut_off")
    page.keyboard.press("Control+A")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    page.wait_for_url("**cut_off=30")
    expect(page.locator("th", has_text="Then, 30.0%")).to_be_visible()

    tab_to(page, "a[href='/risk/feedback']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Complaints and appeals")
    tab_to(page, f"a[href='{home.appeals[0]}']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Appeal: It seems unfair")
    tab_to(page, "#result")
    page.keyboard.type("The decision")
    tab_to(page, "#text")
    page.keyboard.type("We looked again, and the loan is too high for the income.")
    tab_to(page, "main form[method=post] button")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_have_text("The answer is kept.")


def _answer_wrong(page: Page, home: Home) -> None:
    page.goto(home.audit)
    page.click("main form[method=post] button")
    page.wait_for_selector("#reason-error")


VISITS: dict[str, Callable[[Page, Home], object]] = {
    **{path or "/": lambda page, _, path=path: page.goto(f"/risk{path}") for path in PAGES},  # type: ignore[misc]
    "audit": lambda page, home: page.goto(home.audit),
    "part": lambda page, home: page.goto(f"{home.audit}?part=1"),
    "table": lambda page, home: page.goto(f"{home.audit}?part=2"),
    "wrong": _answer_wrong,
    "wrong cut-off": lambda page, _: page.goto("/risk/policy?cut_off=much"),
    "appeal": lambda page, home: page.goto(home.appeals[1]),
}


@pytest.mark.parametrize("name", VISITS)
def test_a_page_of_the_risk_team_is_accessible(risk: Page, home: Home, name: str) -> None:
    VISITS[name](risk, home)
    for summary in risk.query_selector_all("details:not([open]) > summary"):
        summary.click()
    check(risk)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_a_phone_in_any_language(risk: Page, language: str) -> None:
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for path in PAGES:
        risk.goto(f"/risk{path}{'&' if '?' in path else '?'}lang={language}")
        assert risk.evaluate(wider) == 0, path


def test_a_cut_off_is_tried_without_scripts(
    phone: Phone, home: Home, risk_state: StorageState
) -> None:
    page = phone(risk_state, base_url=home.url, java_script_enabled=False)
    page.goto("/risk/policy")
    page.fill("#cut_off", "12.5")
    page.click("main form button")
    expect(page.locator("th", has_text="12.5%")).to_be_visible()


def test_what_the_pages_weigh(phone: Phone, risk_state: StorageState, home: Home) -> None:
    page = phone(risk_state, base_url=home.url, service_workers="block")
    for path in (*(f"/risk{p}" for p in PAGES), home.audit, f"{home.audit}?part=2"):
        first = visit(page, path)
        assert (first.bytes <= FIRST, len(first.requests) <= REQUESTS) == (True, True), path
        assert visit(page, path).bytes <= REPEAT, path
