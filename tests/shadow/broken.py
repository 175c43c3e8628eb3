"""Challengers' programs that answer nothing: they die, or hang."""

from pathlib import Path

BROKEN = {
    "crashed": "import os; os.kill(os.getpid(), 9)",
    "timed-out": "import time; time.sleep(60)",
}
"""Fault to the statement that makes it."""

_READY = "import sys; sys.stdout.buffer.write(bytes([0] * 7 + [2]) + b'{}'); sys.stdout.flush()"


def broken(folder: Path, fault: str) -> Path:
    """A folder from which ``scoring.shadow.child`` is such a program."""
    inner = folder / "scoring" / "shadow"
    inner.mkdir(parents=True)
    for package in (inner, inner.parent):
        (package / "__init__.py").touch()
    program = f"{_READY}\nsys.stdin.buffer.read(8)\n{BROKEN[fault]}\n"
    (inner / "child.py").write_text(program)
    return folder
