"""The overview and the follow-ups in a browser: without a mouse, for everybody, and light."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from bench.servers.filled import done, fill
from data.contract import LANGUAGES
from tests.browser.conftest import Phone, sign_in
from tests.browser.lender import PASSWORD
from tests.browser.test_axe import check
from tests.browser.test_story import tab_to
from tests.browser.test_weight import FIRST, REPEAT, REQUESTS, visit
from tests.web.process import running

LED = ("/overview", "/overview/weeks", "/overview/quarters")
LATE = "/officer/follow-ups"


@pytest.fixture(scope="module")
def url(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A lender with a year of decisions and loans, and what the worker made of them."""
    home = tmp_path_factory.mktemp("led") / "home"
    filled = fill(home, 400, 120)
    for kind in ("today", "management", "follow-ups"):
        done(filled.settings, kind)
    with running(home) as server:
        yield server.url


def page_of(phone: Phone, url: str, login: str, path: str = "/account") -> Page:
    page = phone(base_url=url)
    sign_in(page, login, path)
    return page


def test_pages_are_accessible_and_light_in_every_language(phone: Phone, url: str) -> None:
    for login, paths in (("auditor", LED), ("officer", (LATE,))):
        page = page_of(phone, url, login)
        for language in LANGUAGES:
            for path in paths:
                seen = visit(page, f"{path}?lang={language}")
                assert seen.bytes <= FIRST
                assert page.get_attribute("html", "lang") == language
                check(page)
        for path in paths:
            again = visit(page, path)
            assert again.bytes <= REPEAT, path
            assert len(again.requests) <= REQUESTS


def test_who_leads_finds_the_three_levels_without_a_mouse(phone: Phone, url: str) -> None:
    page = phone(base_url=url)
    page.goto("/sign-in?next=/overview")
    tab_to(page, "#login")
    page.keyboard.type("auditor")
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("main h2").first).to_have_text("The last 24 hours")
    tab_to(page, "a[href='/overview/weeks']")
    page.keyboard.press("Enter")
    expect(page.locator(".tile h3").first).to_have_text("Applications")
    tab_to(page, "main details:not(.numbers) > summary")
    page.keyboard.press("Enter")
    expect(page.locator("details[open] table")).to_contain_text("kisumu-")
    tab_to(page, "a[href='/overview/quarters']")
    page.keyboard.press("Enter")
    expect(page.locator(".checks")).to_contain_text("rows were verified, 0 are not right")


def test_an_officer_comes_from_the_list_to_the_late_loans_and_on_to_the_case(
    phone: Phone, url: str
) -> None:
    page = page_of(phone, url, "officer", "/officer")
    page.click(".tabs a[href='/officer/follow-ups']")
    first = page.locator(".late li").first
    expect(first.locator(".days")).to_contain_text("late")
    days = [int(text.split()[0]) for text in page.locator(".late .days").all_inner_texts()]
    assert days == sorted(days, reverse=True)
    first.locator("a").click()
    page.wait_for_url("**/officer/applications/*")
    page.click("button[value=helped_yes]")
    expect(page.locator("[role=status]")).to_have_text("Thank you for your answer.")
