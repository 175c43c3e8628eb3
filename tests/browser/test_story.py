"""An officer's day in a browser: from form to letter, by mouse, by keys, in each language."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Phone, sign_in
from tests.browser.lender import PASSWORD
from tests.browser.story import ANSWERS, CHOICES, apply, fill

TEXTS = {
    "en": ("Applications", "Why", "What if: other terms", "Dear client,"),
    "fr": (
        "Demandes",
        "Pourquoi",
        "Et si\u00a0: d'autres conditions",
        "Chère cliente, cher client,",
    ),
    "sw": ("Maombi", "Kwa nini", "Je, ikiwa: masharti mengine", "Mteja mpendwa,"),
}


def test_from_signing_in_to_the_letter(page: Page) -> None:
    sign_in(page, "officer")
    page.click("text=New application")
    fill(page, "C-8001")
    page.click("#application .actions button")
    page.wait_for_url("**/officer/applications/*")
    expect(page.locator(".answer .verdict")).to_be_visible()
    recommended = page.locator(".answer").get_attribute("class")
    other = "decline" if recommended and "approve" in recommended else "approve"
    needs_reason = bool(recommended and re.search("approve|decline", recommended))
    expect(page.locator(".people .late").first).to_be_visible()

    page.check(f"[name=outcome][value={other}]")
    page.click("text=Keep my decision")
    if needs_reason:
        expect(page.locator(".summary")).to_contain_text("choose a reason")
        expect(page.locator(".summary")).to_be_focused()
        assert page.is_checked(f"[name=outcome][value={other}]"), "what was chosen stays"
        page.select_option("#reason", "new_information")
        page.click("text=Keep my decision")
    expect(page.locator("[role=status]")).to_have_text("Your decision is kept.")

    page.click("summary:has-text('Report a problem')")
    page.select_option("#theme", "wrong_data")
    page.fill("#problem_text", "The income is wrong.")
    page.click("text=Report it")
    expect(page.locator("[role=status]")).to_contain_text("reported")

    page.click("text=Letter for the client")
    expect(page.locator("#letter")).to_contain_text("You may ask us to look again.")
    page.emulate_media(media="print")
    assert page.locator("header").is_hidden()
    assert page.locator(".screen-only").is_hidden()
    page.emulate_media(media="screen")

    page.goto("/officer")
    expect(page.locator(".rows li").first).to_contain_text("Client C-8001")


def test_an_appeal_is_opened_once(officer: Page) -> None:
    apply(officer, "C-8002")
    for expected in ("Another person will look at it", "An appeal is open already."):
        if officer.locator("#ground").is_hidden():
            officer.click("summary:has-text('does not agree')")
        officer.select_option("#ground", "unfair")
        officer.fill("#appeal_text", "My mother was ill.")
        officer.click("text=Open an appeal")
        expect(officer.locator("[role=status], .summary")).to_contain_text(expected)


def test_other_terms_are_tried_and_kept_nowhere(officer: Page) -> None:
    address = apply(officer, "C-8003")
    officer.goto(f"{address}/what-if")
    officer.fill("#amount", "100000")
    officer.click("#what-if button")
    expect(officer.locator("#trial")).to_be_focused()
    expect(officer.locator("#trial .watermark")).to_have_text("What if")
    officer.fill("#amount", "1")
    officer.click("#what-if button")
    expect(officer.locator(".summary")).to_contain_text("Enter a value in the range.")
    officer.goto("/officer")
    assert officer.locator(".rows li", has_text="C-8003").count() == 1


def test_what_is_wrong_is_told_beside_the_field_and_what_is_right_stays(officer: Page) -> None:
    officer.goto("/officer/new")
    fill(officer, "C-8004", **{"f.amount": "much", "f.term_months": "999"})
    officer.click("#application .actions button")
    summary = officer.locator(".summary")
    expect(summary).to_be_focused()
    expect(summary.locator("li")).to_have_count(2)
    summary.locator("a", has_text="Amount").click()
    field = officer.locator("[name='f.amount']")
    expect(field).to_be_focused()
    expect(field).to_have_value("much")
    expect(field).to_have_attribute("aria-invalid", "true")
    described = str(field.get_attribute("aria-describedby")).split()
    assert "Enter a number." in [officer.locator(f"#{name}").inner_text() for name in described]
    expect(officer.locator("[name='f.declared_income']")).to_have_value("90000")


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(most):
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no number of tabs leads to {selector}")


def test_the_whole_day_without_a_mouse(page: Page) -> None:
    page.goto("/sign-in?next=/officer/new")
    tab_to(page, "#login")
    page.keyboard.type("officer")
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#application")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    tab_to(page, "#applicant_id")
    page.keyboard.type("C-8005")
    wanted = dict.fromkeys(CHOICES, "s") | ANSWERS
    for name in page.eval_on_selector_all(
        "#application [name^='f.']", "all => all.map(e => e.name)"
    ):
        if name in wanted:
            tab_to(page, f"[name='{name}']")
            page.keyboard.type(wanted.pop(name))
    assert wanted == {}
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    if page.url.endswith("/new"):
        tab_to(page, "#application .actions button")
        page.keyboard.press("Enter")
    page.wait_for_url("**/officer/applications/*")
    tab_to(page, "[name=outcome]")
    page.keyboard.press("Space")
    tab_to(page, "#reason")
    page.keyboard.type("We")
    tab_to(page, "#own button")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_be_focused()


@pytest.mark.parametrize("language", TEXTS)
def test_every_page_speaks_the_language(page: Page, language: str) -> None:
    sign_in(page, "linguist")
    title, why, trial, dear = TEXTS[language]
    page.goto("/officer")
    page.click(f"footer button[value={language}]")
    expect(page.locator("h1")).to_have_text(title)
    address = apply(page, f"C-81{language}")
    assert page.get_attribute("html", "lang") == language
    expect(page.locator("h2", has_text=re.compile(f"^{why}$"))).to_be_visible()
    page.goto(f"{address}/what-if")
    expect(page.locator("h1")).to_have_text(trial)
    page.goto(f"{address}/letter?lang={language}")
    expect(page.locator("#letter")).to_contain_text(dear)
    page.goto("/officer/new")
    page.fill("[name='f.amount']", "x")
    page.click("#application .actions button")
    page.wait_for_selector(".summary")
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) == 0


@pytest.mark.parametrize(("locale", "title"), [("fr-SN", "Se connecter"), ("sw-KE", "Ingia")])
def test_the_browser_says_which_language(phone: Phone, locale: str, title: str) -> None:
    page = phone(locale=locale)
    page.goto("/")
    expect(page.locator("h1")).to_have_text(title)


def test_everything_works_without_scripts(phone: Phone) -> None:
    page = phone(java_script_enabled=False)
    sign_in(page, "linguist")
    page.click("footer button[value=en]")
    address = apply(page, "C-8006")
    page.goto(f"{address}/what-if")
    page.fill("#amount", "100000")
    page.click("#what-if button")
    expect(page.locator("#trial")).to_be_visible()
    page.goto(address)
    page.check("[name=outcome][value=refer]")
    page.select_option("#reason", "policy")
    page.click("#own button")
    expect(page.locator("[role=status]")).to_have_text("Your decision is kept.")
    page.goto("/officer/new")
    page.click("#application .actions button")
    expect(page.locator(".summary")).to_contain_text("Client number: Fill this in.")
    page.goto("/officer/new")
    page.click("footer button[value=sw]")
    expect(page.locator("h1")).to_have_text("Ombi jipya")


def test_a_branch_is_for_its_own_officers(phone: Phone, officer: Page) -> None:
    address = apply(officer, "C-8007")
    other = phone()
    sign_in(other, "neighbour")
    reply = other.goto(address)
    assert reply is not None
    assert reply.status == 404
    other.goto("/officer?of=branch")
    assert other.locator(".rows li").count() == 0
