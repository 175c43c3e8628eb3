"""A full disk: refused, nothing half-written, and well again when there is room."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import Cursor, sql
from psycopg.errors import DiskFull

from tests.fault.disk import filled, limited_files, small_file_system
from tests.fault.outage import check_whole, serve_through
from tests.fault.servers import Server
from tests.postgres import _server_user
from tests.web.world import World, application, home_settings, served

MEGABYTES = 40
MOST = 300
_INSERT = "INSERT INTO audit_chain"


def test_a_full_disk(tmp_path: Path) -> None:
    file = tmp_path / "database" / "store.db"
    file.parent.mkdir()
    settings = home_settings(tmp_path / "home", f"sqlite:///{file}")
    serve_through(settings, lambda server: limited_files(server.process.pid, file.parent))


@pytest.mark.postgres
def test_a_full_disk_under_postgresql(server: Server, tmp_path: Path) -> None:
    """Its tables stand on a file system of their own, which a ballast fills.

    Where none can be mounted, the driver says what it would say then (SQLSTATE 53100).
    """
    with tablespace(server) as (mounted, url):
        settings = home_settings(tmp_path / "home", url)
        fill, free = filled(mounted)["full"] if mounted else told_by_the_driver()
        with served(settings) as world:
            assert world.score().status_code == 200
            fill()
            key, refused = score_until_refused(world)
            assert refused.json()["type"] == "/problems/store-unavailable"
            assert "Retry-After" in refused.headers
            assert world.client.get("/livez").status_code == 200
            free()
            found = [world.score(application_of(key), headers=key).json() for _ in range(2)]
            assert found[0]["decision_id"] == found[1]["decision_id"]
        check_whole(settings)


def score_until_refused(world: World) -> tuple[dict[str, str], Any]:
    """Score until the pages that are there are full; the key and the refusal."""
    for n in range(MOST):
        key = {"Idempotency-Key": f"full-{n}"}
        reply = world.score(application_of(key), headers=key)
        if reply.status_code != 200:
            return key, reply
    raise AssertionError(f"{MOST} decisions found room on a full disk")


def application_of(key: dict[str, str]) -> dict[str, Any]:
    return application(application_id=key["Idempotency-Key"], applicant_id="P-full")


def told_by_the_driver() -> tuple[Callable[[], None], Callable[[], None]]:
    """The decision is in, and then there is no room for its row of the chain."""
    executemany = Cursor.executemany

    def full(self: Any, query: Any, *rest: Any, **more: Any) -> None:
        if query.startswith(_INSERT):
            raise DiskFull("could not extend file: No space left on device")
        executemany(self, query, *rest, **more)

    patch = pytest.MonkeyPatch()
    return lambda: patch.setattr(Cursor, "executemany", full), patch.undo


@contextmanager
def tablespace(server: Server) -> Iterator[tuple[Path | None, str]]:
    """A database on a small file system, and where that is; None where none can be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="small-", dir="/tmp"))
    mount = folder / "mount"
    try:
        with (
            small_file_system(mount, MEGABYTES) as mounted,
            psycopg.connect(server.url, autocommit=True) as admin,
        ):
            folder.chmod(0o755)
            where = _on(admin, mount / "tables") if mounted else ""
            admin.execute(f"CREATE DATABASE small {where}")
            yield mount if mounted else None, server.url.replace("/postgres?", "/small?")
            admin.execute("DROP DATABASE small WITH (FORCE)")
            if mounted:
                admin.execute("DROP TABLESPACE small")
    finally:
        shutil.rmtree(folder)


def _on(admin: psycopg.Connection, folder: Path) -> LiteralString:
    """Make a tablespace in ``folder``; what puts a database there."""
    folder.mkdir()
    if user := _server_user():
        shutil.chown(folder, user)
    place = sql.Literal(str(folder))
    admin.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(place))
    return "TABLESPACE small"
