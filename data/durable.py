"""Files that are whole or not there: temporary name, fsync, rename, fsync of the folder."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def write_new(path: Path, content: bytes, mode: int) -> None:
    """Make the file ``path`` with ``mode``; whoever was there first stays.

    A link, not a rename: of two processes that make the same file at once, both then read the
    same one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            _write(file.fileno(), content)
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()
    sync_folder(path.parent)


def replace(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of the file ``path``, all of it or nothing."""
    handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        _write(file.fileno(), content)
    Path(name).replace(path)
    sync_folder(path.parent)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Make ``folder`` with exactly ``files``; False when it was there already."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    try:
        for name, content in files.items():
            with (partial / name).open("xb") as file:
                _write(file.fileno(), content)
        sync_folder(partial)
        partial.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        return False
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    sync_folder(folder.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]
    os.fsync(handle)
