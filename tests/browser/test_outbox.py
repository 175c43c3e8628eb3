"""Forms filled without network are sent once each, whatever happens to the browser meanwhile."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from api.wiring import open_ledger
from tests.browser.conftest import FLAGS, PATIENCE_MS, SIZE, sign_in
from tests.browser.lender import Lender
from tests.browser.story import fill
from tests.web.world import home_settings

FORMS = 10
_LIST = "#outbox-list li"
_SEALED = """async () => {
  const database = await new Promise((done) => {
    const request = indexedDB.open("outbox", 1);
    request.onsuccess = () => done(request.result);
  });
  const all = (name) => new Promise((done) => {
    const request = database.transaction(name).objectStore(name).getAll();
    request.onsuccess = () => done(request.result);
  });
  const [[key], forms] = await Promise.all([all("keys"), all("forms")]);
  const told = forms.map((form) => JSON.stringify(form) + new TextDecoder().decode(form.sealed));
  return { extractable: key.extractable, told };
}"""


class Device:
    """A browser with a folder of its own, which can be killed and started again."""

    def __init__(self, driver: Playwright, chromium: str, url: str, folder: Path) -> None:
        self._driver, self._chromium = driver, chromium
        self._url, self._folder = url, folder
        self.context: BrowserContext | None = None

    def start(self) -> Page:
        """Start it; gives its page."""
        self.context = self._driver.chromium.launch_persistent_context(
            self._folder,
            executable_path=self._chromium,
            args=FLAGS,
            base_url=self._url,
            viewport=SIZE,
            locale="en-GB",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        return self.context.pages[0]

    def kill(self) -> None:
        """End the browser's own process as a flat battery would."""
        for folder in Path("/proc").iterdir():
            with suppress(OSError):
                command = (folder / "cmdline").read_bytes().decode(errors="replace")
                if str(self._folder) in command and "--type=" not in command:
                    os.kill(int(folder.name), signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Let it go, dead or alive."""
        with suppress(Exception):
            if self.context is not None:
                self.context.close()
        (self._folder / "SingletonLock").unlink(missing_ok=True)


@pytest.fixture
def device(driver: Playwright, chromium: str, lender: Lender, tmp_path: Path) -> Iterator[Device]:
    made = Device(driver, chromium, lender.url, tmp_path / "profile")
    yield made
    made.close()


def opened_again(device: Device) -> Page:
    """The outbox in a browser that was killed; it may have to sign in anew."""
    page = device.start()
    page.goto("/officer/outbox")
    if "/sign-in" in page.url:
        sign_in(page, "officer", "/officer/outbox")
    return page


def of_today(lender: Lender, begins: str) -> list[str]:
    """Applicants of the stored decisions whose number begins so."""
    with open_ledger(home_settings(lender.home)) as (_, ledger):
        found = [d.applicant_id for d in ledger.recent(limit=10_000)]
    return sorted(a for a in found if a.startswith(begins))


def prepared(device: Device) -> Page:
    """Signed in, with the form kept by the service worker."""
    page = device.start()
    sign_in(page, "officer", "/officer/new")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return page


def offline(device: Device, *, off: bool) -> None:
    assert device.context is not None
    device.context.set_offline(off)


def keep(page: Page, applicant: str, **more: str) -> None:
    """Fill the form without network; it ends up in the outbox."""
    page.goto("/officer/new")
    fill(page, applicant, **more)
    page.click("#application .actions button")
    page.wait_for_url("**/officer/outbox")


def test_ten_forms_become_ten_decisions_though_the_browser_is_killed_twice(
    device: Device, lender: Lender
) -> None:
    page = prepared(device)
    offline(device, off=True)
    for n in range(FORMS):
        keep(page, f"OFF-{n}")
    page.wait_for_function(f"() => document.querySelectorAll('{_LIST}').length === {FORMS}")
    assert of_today(lender, "OFF-") == []
    device.kill()

    page = opened_again(device)
    page.wait_for_selector(f"{_LIST} .approve", state="attached")
    device.kill()

    page = opened_again(device)
    sent = f"() => document.querySelectorAll('{_LIST} .approve').length === {FORMS}"
    page.wait_for_function(sent)
    assert of_today(lender, "OFF-") == [f"OFF-{n}" for n in range(FORMS)]
    assert page.locator("#outbox-count").is_hidden()


def test_what_waits_is_sealed_with_a_key_that_nobody_can_read(device: Device) -> None:
    page = prepared(device)
    offline(device, off=True)
    keep(page, "SEALED-4711")
    kept: Any = page.evaluate(_SEALED)
    assert kept["extractable"] is False
    assert len(kept["told"]) == 1
    assert "SEALED-4711" not in kept["told"][0]
    assert page.locator(f"{_LIST} strong").inner_text() == "SEALED-4711"


def test_a_form_that_the_server_refuses_can_be_corrected(device: Device, lender: Lender) -> None:
    page = prepared(device)
    offline(device, off=True)
    keep(page, "BAD-1", **{"f.amount": "much"})
    offline(device, off=False)
    page.click("#outbox-send")
    page.click(f"{_LIST} a")
    page.wait_for_function("() => document.querySelector('#applicant_id').value === 'BAD-1'")
    page.fill("[name='f.amount']", "250000")
    page.click("#application .actions button")
    page.wait_for_url("**/officer/applications/*")
    page.goto("/officer/outbox")
    page.wait_for_selector("#outbox-empty")
    assert of_today(lender, "BAD-") == ["BAD-1"]


def test_a_form_is_dropped_after_a_day(device: Device, lender: Lender) -> None:
    page = prepared(device)
    page.clock.install()
    offline(device, off=True)
    keep(page, "OLD-1")
    page.clock.fast_forward("24:00:01")
    offline(device, off=False)
    page.goto("/officer/outbox")
    page.wait_for_selector("#outbox-empty")
    assert of_today(lender, "OLD-") == []
