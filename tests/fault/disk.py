"""A full disk under a running server: a limit on the size of its files, or a small file system."""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fault.outage import Faults

_SLACK = 16 * 1024


def limited_files(pid: int, folder: Path) -> Faults:
    """No file of process ``pid`` may grow beyond the largest in ``folder`` (RLIMIT_FSIZE).

    Every write beyond it fails, as on a full disk; it works everywhere and takes no rights.
    """
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)

    def fill() -> None:
        largest = max(p.stat().st_size for p in folder.iterdir() if p.is_file())
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest + _SLACK, most))

    def free() -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))

    return {"full": (fill, free)}


def filled(folder: Path) -> Faults:
    """A ballast takes all the room of the file system of ``folder``."""
    ballast = folder / "ballast"

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file:
            for size in (2**20, 2**12, 1):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    return {"full": (fill, ballast.unlink)}


@contextmanager
def small_file_system(folder: Path, megabytes: int) -> Iterator[bool]:
    """``folder`` on a file system of its own; False where none can be mounted."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
