"""The file of a SQLite database: it must stay where it was opened.

A program that has a file open goes on writing to it after it was deleted or another was put in
its place, and every such write is lost. So each commit looks whether the file is still there.
"""

import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, event


class _Identity(NamedTuple):
    device: int
    inode: int


class LocalFile:
    """The file at ``path``. Threads may share it."""

    OPENED = "opened_file"
    """Name of the file's identity in a connection's ``info``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = False

    @classmethod
    def of(cls, database: str | None) -> "LocalFile | None":
        """The file of a SQLite URL's ``database``; None for memory and for SQLite's own URIs."""
        if not database or database.startswith((":memory:", "file:")):
            return None
        return cls(Path(database).absolute())

    def watch(self, engine: Engine) -> None:
        """Note in each connection which file it opened; never make the file a second time."""

        @event.listens_for(engine, "do_connect")
        def refuse(*_: Any) -> None:
            if self._known and self._identity() is None:
                raise sqlite3.OperationalError("the database's file is gone")

        @event.listens_for(engine, "connect")
        def note(_connection: Any, record: Any) -> None:
            self._known = True
            record.info[self.OPENED] = self._identity()

    def still(self, opened: Any) -> bool:
        """Whether the file that was ``opened`` is the one at ``path``."""
        return opened is not None and opened == self._identity()

    def _identity(self) -> _Identity | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return _Identity(found.st_dev, found.st_ino)
