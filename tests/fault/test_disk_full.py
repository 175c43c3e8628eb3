"""A full disk: refused, nothing half-written, and well again when there is room."""

from pathlib import Path

from tests.fault.disk import limited_files
from tests.fault.outage import serve_through
from tests.web.world import home_settings


def test_a_full_disk(tmp_path: Path) -> None:
    file = tmp_path / "database" / "store.db"
    file.parent.mkdir()
    settings = home_settings(tmp_path / "home", f"sqlite:///{file}")
    serve_through(settings, lambda server: limited_files(server.process.pid, file.parent))
