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

from data.store import open_store

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
def postgres_url(postgres_server: str) -> str:
    """Create an empty database; give its SQLAlchemy URL. It goes when the server goes."""
    return _create(postgres_server, f"test_{next(_numbers)}", "template1")


@pytest.fixture(scope="session")
def migrated_database(postgres_server: str) -> str:
    """The name of a database with our tables, to be copied."""
    url = _create(postgres_server, "migrated", "template1")
    _migrate(url)
    return "migrated"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with our tables, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "store.db"
    _migrate(f"sqlite:///{file}")
    return file


def _migrate(url: str) -> None:
    store = open_store(url)
    store.migrate()
    store.close()


def _create(server: str, name: str, template: str) -> str:
    """Copy a database. To drop it again would take longer: the server first writes all it has."""
    connect = f"host={server} user=microscore dbname=postgres"
    names = sql.Identifier(name), sql.Identifier(template)
    with psycopg.connect(connect, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    return f"postgresql://microscore@/{name}?host={server}"


KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Run the test once on each kind of store that we support; give the URL of one with tables.

    To migrate an empty store takes longer than most tests.
    """
    if request.param == "sqlite":
        file = tmp_path / "store.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        return f"sqlite:///{file}"
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("migrated_database")
    return _create(server, f"test_{next(_numbers)}", template)


@pytest.fixture(params=KINDS)
def empty_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same for a store that has no table yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return str(request.getfixturevalue("postgres_url"))
