"""Every page passes axe (WCAG 2.2 AA and its best practices), light and dark, and fits a phone."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.story import apply, fill

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def _wrong_password(page: Page) -> None:
    page.goto("/sign-in")
    page.fill("#login", "nobody")
    page.fill("#password", "not the password")
    page.click("main button")
    page.wait_for_selector(".summary")


def _broken_form(page: Page) -> None:
    page.goto("/officer/new")
    fill(page)
    page.fill("[name='f.amount']", "much")
    page.click("#application .actions button")
    page.wait_for_selector(".summary")


def _what_if(page: Page) -> None:
    page.goto(f"{apply(page)}/what-if")
    page.click("#what-if button")
    page.wait_for_selector("#trial")


VISITS: dict[str, Callable[[Page], object]] = {
    "applications": lambda page: page.goto("/officer"),
    "branch": lambda page: page.goto("/officer?of=branch"),
    "form": lambda page: page.goto("/officer/new"),
    "form with errors": _broken_form,
    "result": apply,
    "what if": _what_if,
    "letter": lambda page: page.goto(f"{apply(page)}/letter"),
    "outbox": lambda page: page.goto("/officer/outbox"),
    "account": lambda page: page.goto("/account"),
    "problem": lambda page: page.goto(f"/officer/applications/{'0' * 8}-0000-0000-0000-{'0' * 12}"),
}
OPEN_VISITS: dict[str, Callable[[Page], object]] = {
    "sign in": lambda page: page.goto("/sign-in"),
    "wrong password": _wrong_password,
}


TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}


def check(page: Page) -> None:
    """Nothing for axe to complain about, in both schemes, and nothing wider than the screen."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options=OPTIONS)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) == 0


@pytest.mark.parametrize("name", OPEN_VISITS)
def test_an_open_page_is_accessible(page: Page, name: str) -> None:
    OPEN_VISITS[name](page)
    check(page)


@pytest.mark.parametrize("name", VISITS)
def test_a_page_of_the_officer_is_accessible(officer: Page, name: str) -> None:
    VISITS[name](officer)
    check(officer)
