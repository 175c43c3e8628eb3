"""MLOps in a browser: two people promote a challenger by keys alone; every page passes axe."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from api.accounts import create_person, new_person
from api.wiring import open_ledger, open_registry
from tests.browser.conftest import Phone, sign_in
from tests.browser.lender import PASSWORD
from tests.browser.test_axe import check
from tests.browser.test_story import tab_to
from tests.browser.test_weight import FIRST, REPEAT, REQUESTS, visit
from tests.promotion import audited, compared, register
from tests.web.monitored import Monitored, monitored
from tests.web.process import running
from tests.web.world import home_settings

WHY = "it ranks late payers better"
SLOW_MS = 60_000
"""Promoting loads and proves both models in processes of their own."""


@dataclass(frozen=True)
class Home:
    """A running server whose home was monitored; ``ready``: a version that passes every gate."""

    url: str
    path: Path
    made: Monitored
    ready: str


@pytest.fixture(scope="module")
def home(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    base = tmp_path_factory.mktemp("mlops")
    made = monitored(base / "home", base / "other")
    settings = home_settings(base / "home")
    with open_registry(settings) as registry:
        ready = register(registry, 2)
        audited(registry.store, ready)
        compared(registry.store, made.champion, ready, "NOT WORSE")
    with open_ledger(settings) as (store, ledger):
        for login in ("ana", "ben", "zoe"):
            person = new_person(login, "mlops", None, datetime.now(UTC))
            create_person(store, ledger, person, PASSWORD, "test")
    with running(base / "home") as server:
        yield Home(server.url, base / "home", made, ready)


@pytest.fixture(scope="module")
def zoe_state(browser: Browser, home: Home) -> StorageState:
    """What a browser holds in which zoe is signed in."""
    context = browser.new_context(base_url=home.url)
    sign_in(context.new_page(), "zoe")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def zoe(phone: Phone, home: Home, zoe_state: StorageState) -> Page:
    return phone(zoe_state, base_url=home.url)


def paths(home: Home) -> list[str]:
    """Every page of MLOps, with something on it."""
    made = home.made
    return [
        *("/mlops", "/mlops/models", "/mlops/challengers", "/mlops/drift", "/mlops/jobs"),
        *("/mlops/data-quality", "/mlops/service", "/mlops/change/retrain"),
        f"/mlops/models/{made.champion}",
        f"/mlops/drift/checks/{made.kept.check_id}",
        f"/mlops/models/{home.ready}/promote",
        f"/mlops/models/{made.challenger}/promote",
    ]


def _signed_in(page: Page, name: str, path: str) -> None:
    page.goto(f"/sign-in?next={path}")
    tab_to(page, "#login")
    page.keyboard.type(name)
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.tabs")


def _ask(page: Page) -> None:
    """Give the reason and confirm it, by keys alone."""
    tab_to(page, "#reason")
    page.keyboard.type(WHY)
    tab_to(page, "form button:not([name])")
    page.keyboard.press("Enter")
    page.wait_for_selector(".confirm")
    expect(page.locator(".confirm")).to_be_focused()
    tab_to(page, "[name=confirmed]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mlops?done=*", timeout=SLOW_MS)


def test_two_people_promote_a_challenger_by_keys_alone(phone: Phone, home: Home) -> None:
    ana, ben = phone(base_url=home.url), phone(base_url=home.url)
    _signed_in(ana, "ana", f"/mlops/models/{home.ready}")
    tab_to(ana, "main .actions a")
    ana.keyboard.press("Enter")
    ana.wait_for_selector(".gates")
    _ask(ana)
    expect(ana.locator("[role=status]")).to_contain_text("Another person has to agree")
    with open_registry(home_settings(home.path)) as registry:
        assert registry.champion() == home.made.champion, "one person is not enough"
    _signed_in(ben, "ben", "/mlops")
    tab_to(ben, "a[href$='/promote']")
    ben.keyboard.press("Enter")
    ben.wait_for_selector(".gates")
    expect(ben.locator(".gates")).to_contain_text("Proposed by ana")
    _ask(ben)
    expect(ben.locator("[role=status]")).to_contain_text("champion now")
    expect(ben.locator(".facts").first).to_contain_text(home.ready)
    with open_registry(home_settings(home.path)) as registry:
        assert registry.champion() == home.ready
        registry.rollback("champion", "test", "the other tests want the one before")


def test_every_page_is_accessible(zoe: Page, home: Home) -> None:
    for path in paths(home):
        zoe.goto(path)
        for folded in zoe.query_selector_all("details:not([open]) > summary"):
            folded.click()
        check(zoe)


def test_what_is_wrong_takes_the_focus(zoe: Page) -> None:
    zoe.goto("/mlops/change/suspend")
    zoe.click("form button:not([name])")
    expect(zoe.locator(".summary")).to_be_focused()
    check(zoe)
    zoe.fill("#reason", "strange scores")
    zoe.click("form button:not([name])")
    expect(zoe.locator(".confirm")).to_be_focused()
    check(zoe)


def test_every_page_weighs_little(phone: Phone, home: Home, zoe_state: StorageState) -> None:
    page = phone(zoe_state, base_url=home.url, service_workers="block")
    first = visit(page, "/mlops")
    assert first.bytes <= FIRST
    assert len(first.requests) <= REQUESTS
    for path in paths(home):
        visit(page, path)
        assert visit(page, path).bytes <= REPEAT, path


@pytest.mark.parametrize(("language", "title"), [("fr", "Modèles"), ("sw", "Modeli")])
def test_it_works_without_scripts_in_other_languages(
    phone: Phone, home: Home, zoe_state: StorageState, language: str, title: str
) -> None:
    page = phone(zoe_state, base_url=home.url, java_script_enabled=False)
    page.goto(f"/mlops/models?lang={language}")
    expect(page.locator("h1")).to_have_text(title)
    page.goto(f"/mlops/change/retrain?lang={language}")
    page.fill("#reason", "new products")
    page.click("form button:not([name])")
    expect(page.locator(".confirm")).to_be_visible()
