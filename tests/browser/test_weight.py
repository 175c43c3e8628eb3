"""What pages cost a phone on a slow network: bytes on the wire and requests, in Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Page, StorageState

from tests.browser.conftest import Phone, sign_in
from tests.browser.lender import Lender
from tests.browser.story import apply

FIRST, REPEAT, REQUESTS = 60_000, 15_000, 6
IN_TURN = ("/officer", "/officer/new", "/officer/outbox", "/account", "/officer")


class Traffic:
    """What went over the wire: responses with their headers, and who was asked."""

    def __init__(self) -> None:
        self.bytes = 0
        self.requests: list[str] = []
        self.hosts: set[str] = set()


@contextmanager
def watched(page: Page) -> Iterator[Traffic]:
    """Count what the browser's network really receives; what it has already costs nothing."""
    seen, cached = Traffic(), set[str]()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def asked(event: dict[str, object]) -> None:
        request = event["request"]
        assert isinstance(request, dict)
        seen.hosts.add(urlsplit(str(request["url"])).netloc)

    def received(event: dict[str, object]) -> None:
        response = event["response"]
        assert isinstance(response, dict)
        if response["fromDiskCache"] or response.get("fromServiceWorker"):
            cached.add(str(event["requestId"]))
        else:
            seen.requests.append(str(response["url"]))

    def finished(event: dict[str, object]) -> None:
        if str(event["requestId"]) not in cached:
            seen.bytes += int(str(event["encodedDataLength"]).partition(".")[0])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.responseReceived", received)
    session.on("Network.loadingFinished", finished)
    yield seen
    session.detach()


def visit(page: Page, path: str) -> Traffic:
    with watched(page) as seen:
        page.goto(path, wait_until="networkidle")
    return seen


def test_the_first_visit(page: Page, lender: Lender) -> None:
    seen = visit(page, "/sign-in")
    assert 0 < seen.bytes <= FIRST
    assert 2 <= len(seen.requests) <= REQUESTS, seen.requests
    assert seen.hosts == {urlsplit(lender.url).netloc}


def test_the_first_visit_to_the_form(phone: Phone, officer_state: StorageState) -> None:
    page = phone(officer_state, service_workers="block")
    seen = visit(page, "/officer/new")
    assert seen.bytes <= FIRST
    assert len(seen.requests) <= REQUESTS, seen.requests


def test_every_later_visit(phone: Phone, lender: Lender) -> None:
    page = phone(service_workers="block")
    sign_in(page, "officer")
    case = apply(page, "C-9001")
    for path in (*IN_TURN, case, f"{case}/letter", f"{case}/what-if"):
        visit(page, path)
        again = visit(page, path)
        assert 0 < again.bytes <= REPEAT, path
        assert len(again.requests) <= REQUESTS
        assert again.hosts == {urlsplit(lender.url).netloc}
