"""The test harness keeps its own promises."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.conftest import NetworkReachedError
from tests.strictness import MESSAGE

SKIPS = {
    "test_a.py": "import pytest\ndef test_it(): pytest.skip('no server')\n",
    "test_b.py": "import pytest\n@pytest.mark.skip(reason='no server')\ndef test_it(): ...\n",
    "test_c.py": "import pytest\npytest.skip('no server', allow_module_level=True)\n",
}


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.com"])
def test_other_machines_are_out_of_reach(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as client, pytest.raises(NetworkReachedError, match=host):
        client.connect((host, 80))
    with pytest.raises(NetworkReachedError, match=host):
        socket.create_connection((host, 80))


def test_this_machine_is_within_reach() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_home_is_empty_and_named_by_the_environment(home: Path) -> None:
    assert os.environ["MICROSCORE_HOME"] == str(home)
    assert not list(home.iterdir())


@pytest.mark.public_data
def test_public_data_is_found(public_data: Callable[[str], Path]) -> None:
    assert any(public_data("superlender").iterdir())


@pytest.mark.postgres
def test_postgres_is_durable_and_empty(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(tables).fetchone() == (0,)


@pytest.mark.parametrize(("ci", "failures"), [("true", len(SKIPS)), ("", 0)])
def test_a_skip_fails_on_the_ci_machine(root: Path, tmp_path: Path, ci: str, failures: int) -> None:
    for name, text in SKIPS.items():
        (tmp_path / name).write_text(text)
    arguments = ["-p", "tests.strictness", "-c", os.devnull, "-rN"]
    arguments.append("--continue-on-collection-errors")
    environment = {"CI": ci, "PYTHONPATH": str(root), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, str(tmp_path)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout.count(f"{MESSAGE}Skipped: no server") == failures, done.stdout
    assert (done.returncode == 0) == (failures == 0)
