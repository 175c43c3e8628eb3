"""A PostgreSQL server for the test run, on a unix socket in a temporary folder.

Started only when a test asks for it. Durable as in production (fsync stays on); no password,
as only this socket leads to it. As root, the server runs as user ``postgres``.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

_numbers = count(1)


def _programs() -> Path | None:
    """Find the newest folder that holds the server programs."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = max(debian, key=lambda path: int(path.parts[-3]), default=None)
    return found.parent if found else None


def _server_user() -> str | None:
    """Name the user that the server must run as: itself refuses to run as root."""
    if os.geteuid() != 0:
        return None
    if not any(entry.pw_name == "postgres" for entry in pwd.getpwall()):
        pytest.skip("PostgreSQL does not run as root, and there is no user 'postgres'")
    return "postgres"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a server; give the folder of its socket."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    user = _server_user()
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path is short
    if user:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), f"--pgdata={folder / 'data'}", *arguments]
        done = subprocess.run(command, user=user, group=user, cwd=folder, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()

    try:
        options = ["--username=microscore", "--auth=trust", "--encoding=UTF8", "--no-locale"]
        run("initdb", "--no-sync", *options)
        socket = f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
        run("pg_ctl", "start", "--wait", f"--log={folder / 'log'}", f"--options={socket}")
        yield str(folder)
        run("pg_ctl", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Create an empty database; give its SQLAlchemy URL."""
    name = f"test_{next(_numbers)}"
    database = sql.Identifier(name)
    connect = f"host={postgres_server} user=microscore dbname=postgres"
    with psycopg.connect(connect, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(database))
        yield f"postgresql://microscore@/{name}?host={postgres_server}"
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Run the test once on each kind of store that we support; give the store's URL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return str(request.getfixturevalue("postgres_url"))
