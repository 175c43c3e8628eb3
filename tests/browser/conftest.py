"""A real Chromium and one real server for the browser tests."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    StorageState,
    ViewportSize,
    sync_playwright,
)

from tests.browser.lender import PASSWORD, Lender, lending

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
PATIENCE_MS = 15_000
SIZE: ViewportSize = {"width": 360, "height": 740}
Phone = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The system's Chromium; without one these tests are skipped."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    return found


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    """What speaks to the browser.

    Not for the whole run: its event loop runs in this thread, where other tests need their own.
    """
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(driver: Playwright, chromium: str) -> Iterator[Browser]:
    """The browser, started once a file."""
    started = driver.chromium.launch(executable_path=chromium, args=FLAGS)
    yield started
    started.close()


@pytest.fixture(scope="session")
def lender(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lender]:
    """The real server in its own process."""
    with lending(tmp_path_factory.mktemp("lender")) as started:
        yield started


@pytest.fixture(scope="module")
def officer_state(browser: Browser, lender: Lender) -> StorageState:
    """What a browser holds in which the officer is signed in."""
    made = browser.new_context(base_url=lender.url)
    sign_in(made.new_page(), "officer")
    state = made.storage_state()
    made.close()
    return state


@pytest.fixture
def phone(browser: Browser, lender: Lender) -> Iterator[Phone]:
    """Makes phones, each with nothing on it; a script that fails on one fails the test."""
    made: list[BrowserContext] = []
    errors: list[str] = []

    def make(state: StorageState | None = None, **options: Any) -> Page:
        given = {"base_url": lender.url, "viewport": SIZE, "locale": "en-GB"} | options
        context = browser.new_context(storage_state=state, **given)
        context.set_default_timeout(PATIENCE_MS)
        made.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error.message))
        return page

    yield make
    for context in made:
        context.close()
    assert errors == []


@pytest.fixture
def page(phone: Phone) -> Page:
    """A page of a phone that has never been here."""
    return phone()


@pytest.fixture
def officer(phone: Phone, officer_state: StorageState) -> Page:
    """A page of an officer who is signed in."""
    return phone(officer_state)


def sign_in(page: Page, name: str, start: str = "/") -> None:
    """Sign in as a person does."""
    page.goto(f"/sign-in?next={start}")
    page.fill("#login", name)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda url: "/sign-in" not in url)
