"""How long every page takes with 100,000 decisions in the store, at the server, for every role.

    python bench/pages.py [--quick] [--times N] [--home FOLDER]

A lender is made with people of every role, a year of decisions (through the ledger, sealed and on
the chain), what people decided on them, answers, appeals and loans; a challenger follows the newest
decisions. Then the jobs run that pages live from: sums, audits, drift checks, shadow reports; and
the real server starts. Each role signs in and asks every page that its scopes open
(``tests/security/pages.py``), first once, then N times in turn, over one connection on loopback.
The bar is 150 ms at p95; the exit code is 1 when a page misses it, fails, or is left out.
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
from bench.servers.filled import Filled, fill
from bench.servers.watched import steps
from data.store import Store
from data.store.audits import audit_heads, find_audit
from data.store.monitoring import checks_of
from data.store.shadow_reports import reports_of
from data.store.tables_officers import appeals
from tests.security.pages import CASE, PAGES
from tests.web.process import running
from tests.web.world import home_settings

BAR_MS = 150.0
DECISIONS, QUICK = 100_000, 5_000
LOANS, QUICK_LOANS = 8_000, 600
PARTS = range(1, 12)
"""Parts of an audit that can be opened on its page."""
VARIANTS = {
    "/officer": ("?of=branch", "?of=branch&before={position}"),
    CASE: ("/officer/applications/{former_id}",),
    "/mlops/models/{version}": ("/mlops/models/{champion}",),
    "/mlops/models/{version}/card": ("/mlops/models/{champion}/card",),
    "/mlops/drift": ("?model={champion}",),
    "/mlops/challengers": ("?version={version}",),
    "/mlops/jobs": ("?kind=drift",),
    "/mlops/change/{change}": tuple(
        f"/mlops/change/{c}" for c in ("resume", "rollback", "retrain")
    ),
    "/risk/audits/{audit_id}": (*(f"?part={n}" for n in PARTS), "/risk/audits/{compared_id}"),
}
"""Route to other addresses or queries of it that are asked as well."""
_LONG = re.compile(r"[0-9a-f]{40,}")
_PLACE = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Timed:
    """What came of one page: its status, and milliseconds of the ``first`` visit and later (n,)."""

    role: str
    route: str
    path: str
    status: int
    first: float
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
    """Fill, watch, ask, print."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="microscore-bench-") as folder:
        home = options.home or Path(folder)
        filled = Filled.of(home) or _filled(home, quick=options.quick)
        with running(home, program=(sys.executable, "-m", "api.cli")) as server:
            timed = [one for role in ROLES for one in _asked(server.url, role, filled, options)]
    _told(timed, options.times)
    lacking = _left_out(timed)
    raise SystemExit(bool(lacking) or not all(one.met for one in timed))


def _filled(home: Path, *, quick: bool) -> Filled:
    """A lender made now; how long it took is printed."""
    n, loans = (QUICK, QUICK_LOANS) if quick else (DECISIONS, LOANS)
    began = time.perf_counter()
    filled = fill(home, n, loans)
    print(f"{n} decisions, {loans} loans: {time.perf_counter() - began:.0f} s to fill", flush=True)
    for name, step in steps(filled).items():
        began = time.perf_counter()
        step()
        print(f"{name}: {time.perf_counter() - began:.1f} s", flush=True)
    filled.save()
    return filled


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} decisions")
    parser.add_argument("--times", type=int, default=40, help="how often each page is asked")
    parser.add_argument("--home", type=Path, help="an empty folder that stays, or a filled one")
    return parser.parse_args()


def _asked(url: str, role: Role, filled: Filled, options: argparse.Namespace) -> Iterator[Timed]:
    visitor = Visitor(url)
    visitor.sign_in(role, filled.password)
    for route, path in _paths(role, filled):
        (status, _), first = _timed(visitor, path)
        times = [_timed(visitor, path)[1] for _ in range(options.times)]
        yield Timed(role, route, path, status, first, times)


def _timed(visitor: Visitor, path: str) -> tuple[tuple[int, bytes], float]:
    began = time.perf_counter()
    answer = visitor.get(path)
    return answer, 1000 * (time.perf_counter() - began)


def _paths(role: Role, filled: Filled) -> Iterator[tuple[str, str]]:
    """The routes that ``role`` may see, each with its addresses in this store."""
    given = _given(filled)
    for (method, route), scope in PAGES.items():
        if method == "GET" and (scope is None or scope in SCOPES_BY_ROLE[role]):
            for path in (route, *VARIANTS.get(route, ())):
                whole = path if path.startswith("/") else route + path
                if set(_PLACE.findall(whole)) <= given.keys():
                    yield route, _PLACE.sub(lambda found: given[found[1]], whole)


def _given(filled: Filled) -> dict[str, str]:
    """What addresses may need and this lender has."""
    with open_home_store(home_settings(filled.home)) as store:
        found = {**_watched(store), "appeal_id": _appeal(store)}
    models, position = filled.models, f"{filled.decisions // 2}"
    return {name: value for name, value in found.items() if value} | {
        "decision_id": filled.newest,
        "former_id": filled.oldest,
        "version": models.challenger,
        "champion": models.champion,
        "change": "suspend",
        "position": position,
    }


def _watched(store: Store) -> dict[str, str | None]:
    """The newest check and report, the newest audit of all and of two models compared."""
    checks, reports = checks_of(store, limit=1), reports_of(store, limit=1)
    audits = [head.audit_id for head in audit_heads(store, 10)]
    compared = [a for a in audits if find_audit(store, a).champion]
    return {
        "check_id": next((c.check_id for c in checks), None),
        "report_id": next((r.report_id for r in reports), None),
        "audit_id": next((a for a in audits if a not in compared), None),
        "compared_id": next(iter(compared), None),
    }


def _appeal(store: Store) -> str | None:
    with store.read() as connection:
        return connection.execute(select(appeals.c.appeal_id).limit(1)).scalar()


def _left_out(timed: list[Timed]) -> list[str]:
    """Routes of PAGES that nobody was asked for, printed."""
    asked = {one.route for one in timed}
    lacking = [route for method, route in PAGES if method == "GET" and route not in asked]
    for route in lacking:
        print(
            f"left out: {route} (this lender lacks what its address needs, or no role may see it)"
        )
    print(f"{len(asked)} routes measured, {len(lacking)} left out")
    return lacking


def _told(timed: list[Timed], times: int) -> None:
    print(f"\nPython {platform.python_version()}, each page {times} times\n")
    print(f"{'role':8} {'page':62} {'status':>6} {'first':>8} {'p50 ms':>8} {'p95 ms':>8}")
    for one in sorted(timed, key=lambda one: -one.p95):
        path = _LONG.sub(lambda found: f"{found[0][:8]}~", one.path)
        numbers = (one.first, float(np.median(one.milliseconds)), one.p95)
        told = " ".join(f"{number:8.1f}" for number in numbers)
        missed = "" if one.met else "  MISSED"
        print(f"{one.role:8} {path:62} {one.status:6} {told}{missed}")
    over = sum(not one.met for one in timed)
    print(f"\n{len(timed)} pages, {over} over {BAR_MS:.0f} ms at p95 or failing")


if __name__ == "__main__":
    main()
