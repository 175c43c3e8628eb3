"""Where the files of audits and shadow reports stand; who hands them out need not make them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from data.durable import replace

AUDIT, SHADOW, REPORT = "audit.json", "report.json", "report.html"
"""The audit and the shadow report themselves, and the page that says either in words."""
SHORT = 8
"""Figures of an id in the name of a folder."""


def audit_folder(home: Path, version: str, on: date, profile: str, audit_id: str) -> Path:
    """The folder of an audit of ``version`` made on a day, unless its maker named another."""
    return home / "audits" / version / f"{on}-{profile}-{audit_id[:SHORT]}"


def shadow_folder(home: Path, challenger: str, on: date, report_id: str) -> Path:
    """The folder of a shadow report made on a day, unless its maker named another."""
    return home / "shadow" / challenger / f"{on}-{report_id[:SHORT]}"


def page_in(folder: Path, make: Callable[[], str | None]) -> bytes | None:
    """The page that stands in ``folder``; made and put there when there is none yet.

    None where ``make`` cannot. To make one takes long, and a folder that cannot be written to (or
    is another machine's) only means that it is made again.
    """
    file = folder / REPORT
    with suppress(OSError):
        return file.read_bytes()
    made = make()
    if made is None:
        return None
    content = made.encode()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        replace(file, content)
    return content
