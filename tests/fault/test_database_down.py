"""A database that is away: the server says so, lives, refuses, and heals without a restart."""

from pathlib import Path

import pytest

from tests.fault.outage import Faults, away, locked, serve_through
from tests.fault.servers import Server
from tests.web.world import home_settings


def test_sqlite(tmp_path: Path) -> None:
    file = tmp_path / "database" / "store.db"
    file.parent.mkdir()
    settings = home_settings(tmp_path / "home", f"sqlite:///{file}")
    serve_through(settings, lambda _: locked(file) | away(file))


@pytest.mark.postgres
def test_postgresql(server: Server, tmp_path: Path) -> None:
    settings = home_settings(tmp_path / "home", server.url)
    faults: Faults = {
        "stopped": (server.stop, server.start),
        "frozen": (server.freeze, server.thaw),
    }
    serve_through(settings, lambda _: faults)
