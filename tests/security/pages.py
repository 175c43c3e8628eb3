"""People and browsers' requests for tests of the pages, in this process."""

from datetime import UTC, datetime
from html import unescape
from re import search
from typing import Any

from starlette.testclient import TestClient

from api.accounts import create_person, new_person
from api.roles import Scope
from api.settings import Settings
from api.wiring import open_ledger
from data.store.people import Person
from tests.web.world import World

CASE = "/officer/applications/{decision_id}"
PAGES: dict[tuple[str, str], Scope | None] = {
    ("GET", "/"): None,
    ("GET", "/account"): None,
    ("POST", "/account/password"): None,
    ("POST", "/sign-out"): None,
    ("GET", "/officer"): "scores:read",
    ("GET", "/officer/new"): "score:write",
    ("POST", "/officer/new"): "score:write",
    ("GET", "/officer/outbox"): "score:write",
    ("GET", "/officer/follow-ups"): "scores:read",
    ("GET", CASE): "scores:read",
    ("GET", f"{CASE}/letter"): "scores:read",
    ("GET", f"{CASE}/what-if"): "score:write",
    ("POST", f"{CASE}/what-if"): "score:write",
    ("POST", f"{CASE}/decision"): "decisions:write",
    ("POST", f"{CASE}/problem"): "feedback:write",
    ("POST", f"{CASE}/appeal"): "appeals:write",
    ("POST", f"{CASE}/helped"): "feedback:write",
    ("GET", "/overview"): "oversight:read",
    ("GET", "/overview/weeks"): "oversight:read",
    ("GET", "/overview/quarters"): "oversight:read",
    **{("GET", f"/mlops{path}"): "models:read" for path in ("", "/models", "/challengers")},
    ("GET", "/mlops/models/{version}"): "models:read",
    ("GET", "/mlops/models/{version}/card"): "models:read",
    ("GET", "/mlops/challengers/reports/{report_id}"): "models:read",
    **{("GET", f"/mlops/{name}"): "monitor:read" for name in ("drift", "data-quality", "jobs")},
    ("GET", "/mlops/service"): "monitor:read",
    ("GET", "/mlops/drift/checks/{check_id}"): "monitor:read",
    ("GET", "/mlops/drift/checks/{check_id}/report"): "monitor:read",
    ("GET", "/mlops/drift/checks/{check_id}/evidently"): "monitor:read",
    **{(how, "/mlops/models/{version}/promote"): "models:write" for how in ("GET", "POST")},
    **{(how, "/mlops/change/{change}"): "models:write" for how in ("GET", "POST")},
    **{("GET", f"/risk{path}"): "oversight:read" for path in ("", "/audits", "/overrides")},
    **{("GET", f"/risk/{name}"): "oversight:read" for name in ("policy", "feedback", "impact")},
    **{
        ("GET", f"/risk/audits/{{audit_id}}{file}"): "oversight:read"
        for file in ("", "/audit.json", "/report.html")
    },
    ("POST", "/risk/audits/{audit_id}/acceptance"): "audits:accept",
    ("GET", "/risk/appeals/{appeal_id}"): "oversight:read",
    ("POST", "/risk/appeals/{appeal_id}"): "appeals:resolve",
}
"""The scope that a person needs for each page; None: to be signed in is enough."""
OPEN_PAGES = {
    ("GET", "/assets/{name}"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/oidc"),
    ("GET", "/sign-in/oidc/callback"),
    ("POST", "/language"),
    ("GET", "/welcome/{secret}"),
    ("POST", "/welcome/{secret}"),
    ("GET", "/officer/worker.js"),
}
"""Pages and files for everybody: they hold nothing about a client."""
PASSWORD = "seven tall baobab trees"
SAME = {"origin": "http://127.0.0.1"}
"""What a browser says of a form that comes from a page of ours."""


def add(settings: Settings, login: str, role: str = "officer", branch: str | None = None) -> Person:
    """Add a person with ``PASSWORD``."""
    branch = branch or ("Kisumu" if role == "officer" else None)
    person = new_person(login, role, branch, datetime.now(UTC))
    with open_ledger(settings) as (store, ledger):
        return create_person(store, ledger, person, PASSWORD, "test")


def browser(world: World, **options: Any) -> TestClient:
    """A browser on this machine, without cookies, that follows no redirect by itself."""
    app: Any = world.client.app
    made = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False, **options)
    made.headers["accept-language"] = "en"
    return made


def token(page: Any) -> str:
    """The token in the first form of a page."""
    found = search(r'name="token" value="([^"]+)"', page.text)
    assert found is not None
    return unescape(found[1])


def sign_in(client: TestClient, login: str, password: str = PASSWORD) -> Any:
    """Sign in through the form."""
    form = {"login": login, "password": password, "token": token(client.get("/sign-in"))}
    return client.post("/sign-in", data=form, headers=SAME)


def post(client: TestClient, path: str, start: str | None = None, **fields: str) -> Any:
    """Send the form of the page ``start`` (else ``path``) with its token."""
    given = token(client.get(start or path))
    return client.post(path, data={"token": given} | fields, headers=SAME)
