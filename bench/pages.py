"""How long every page takes with 100,000 decisions in the store, at the server, for every role.

    python bench/pages.py [--quick] [--times N] [--home FOLDER]

A lender is made with people of every role, a year of decisions (through the ledger, sealed and on
the chain), what people decided on them, answers, appeals and loans; then the jobs run that sum up
for pages, and the real server starts. Each role signs in and asks every page that its scopes open
(``tests/security/pages.py``), N times in turn over one connection on loopback. A page whose
address needs something that this lender does not have (an audit, a drift check) is named and not
measured. The bar is 150 ms at p95; the exit code is 1 when a page misses it or fails.
"""

from __future__ import annotations

import argparse
import platform
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from sqlalchemy import select

from api.roles import ROLES, SCOPES_BY_ROLE, Role
from api.wiring import open_home_store
from bench.servers.filled import Filled, fill, summed_up
from data.store.tables_officers import appeals
from tests.security.pages import PAGES
from tests.web.process import running
from tests.web.world import home_settings

BAR_MS = 150.0
DECISIONS, QUICK = 100_000, 5_000
LOANS, QUICK_LOANS = 8_000, 600
JOBS = ("outcomes", "portfolio", "data-quality", "today", "management", "follow-ups")
VARIANTS = ("/officer?of=branch", "/officer?of=branch&before={position}")
_PLACE = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Timed:
    """What came of one page: its status, and milliseconds (n,)."""

    role: str
    path: str
    status: int
    milliseconds: list[float]

    @property
    def p95(self) -> float:
        """95 of 100 answers took at most this."""
        return float(np.quantile(self.milliseconds, 0.95))

    @property
    def met(self) -> bool:
        """Whether it was answered in time."""
        return self.status < 400 and self.p95 <= BAR_MS


class Visitor:
    """A browser of one person, over one connection."""

    def __init__(self, url: str) -> None:
        self._address = url.removeprefix("http://")
        self._connection = HTTPConnection(self._address, timeout=60)
        self._cookie = ""

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a page."""
        return self._ask("GET", path, None)

    def sign_in(self, login: str, password: str) -> None:
        """Sign in through the form."""
        found = re.search(rb'name="token" value="([^"]+)"', self.get("/sign-in")[1])
        assert found is not None
        form = {"login": login, "password": password, "token": unescape(found[1].decode())}
        status, _ = self._ask("POST", "/sign-in", urlencode(form))
        assert status == 303, f"{login} could not sign in: {status}"

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, bytes]:
        headers = {"Cookie": self._cookie, "Origin": f"http://{self._address}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        reply = self._connection.getresponse()
        given = reply.getheader("set-cookie") or ""
        if given.startswith(("session=", "__Host-session=")):
            self._cookie = given.partition(";")[0]
        return reply.status, reply.read()


def main() -> None:
    """Fill, sum up, ask, print."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="microscore-bench-") as folder:
        home = options.home or Path(folder)
        n, loans = (QUICK, QUICK_LOANS) if options.quick else (DECISIONS, LOANS)
        began = time.perf_counter()
        filled = fill(home, n, loans)
        print(f"{n} decisions, {loans} loans: {time.perf_counter() - began:.0f} s to fill")
        for job in JOBS:
            began = time.perf_counter()
            if summed_up(filled, [job]):
                print(f"job {job}: {time.perf_counter() - began:.1f} s")
        with running(home, program=(sys.executable, "-m", "api.cli")) as server:
            timed = [one for role in ROLES for one in _asked(server.url, role, filled, options)]
    _told(timed, options.times)
    raise SystemExit(not all(one.met for one in timed))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} decisions")
    parser.add_argument("--times", type=int, default=40, help="how often each page is asked")
    parser.add_argument("--home", type=Path, help="an empty folder that stays")
    return parser.parse_args()


def _asked(url: str, role: Role, filled: Filled, options: argparse.Namespace) -> Iterator[Timed]:
    visitor = Visitor(url)
    visitor.sign_in(role, filled.password)
    for page, path in _paths(role, filled):
        status = visitor.get(path)[0]  # the first answer loads what later ones have
        times = []
        for _ in range(options.times):
            began = time.perf_counter()
            visitor.get(path)
            times.append(1000 * (time.perf_counter() - began))
        yield Timed(role, page, status, times)


def _paths(role: Role, filled: Filled) -> Iterator[tuple[str, str]]:
    """The pages that ``role`` may see, each with its address in this store."""
    given = _given(filled)
    pages = [path for method, path in PAGES if method == "GET" and _may(role, method, path)]
    pages += [path for path in VARIANTS if _may(role, "GET", "/officer")]
    for path in pages:
        lacking = [name for name in _PLACE.findall(path) if name not in given]
        if lacking:
            print(f"not measured for {role}: {path} (this lender has no {lacking[0]})")
        else:
            yield path, _PLACE.sub(lambda found: given[found[1]], path)


def _may(role: Role, method: str, path: str) -> bool:
    scope = PAGES[method, path]
    return scope is None or scope in SCOPES_BY_ROLE[role]


def _given(filled: Filled) -> dict[str, str]:
    """What addresses may need: a decision of the officer's own, the model, an appeal."""
    with open_home_store(home_settings(filled.home)) as store, store.read() as connection:
        appeal = connection.execute(select(appeals.c.appeal_id).limit(1)).scalar()
    own = (len(filled.decisions) - 1) // 10 * 10
    found = {
        "decision_id": filled.decisions[own],
        "version": filled.model,
        "change": "suspend",
        "position": f"{len(filled.decisions) // 2}",
    }
    return found | ({"appeal_id": appeal} if appeal else {})


def _told(timed: list[Timed], times: int) -> None:
    print(f"\nPython {platform.python_version()}, each page {times} times\n")
    print(f"{'role':8} {'page':62} {'status':>6} {'p50 ms':>8} {'p95 ms':>8}")
    for one in sorted(timed, key=lambda one: -one.p95):
        path = one.path if len(one.path) <= 62 else f"{one.path[:59]}..."
        middle = float(np.median(one.milliseconds))
        told = "" if one.met else "  MISSED"
        print(f"{one.role:8} {path:62} {one.status:6} {middle:8.1f} {one.p95:8.1f}{told}")
    missed = sum(not one.met for one in timed)
    print(f"\n{len(timed)} pages, {missed} over {BAR_MS:.0f} ms at p95 or failing")


if __name__ == "__main__":
    main()
