"""Where the files of a drift check stand; who only looks for them need not know how it was made."""

from datetime import date
from pathlib import Path

REPORT, RECORD, EVIDENTLY = "index.html", "drift.json", "report.html"
"""The page of a check, the check itself, and Evidently's page where it was asked for."""


def check_folder(
    home: Path, model: str, days: tuple[date, date], source: str, check_id: str
) -> Path:
    """The folder of a check of ``model`` over ``days``, the first and the last one."""
    name = f"{days[0]}..{days[1]}"
    own = name if source != "file" else f"{name}-file-{check_id[:8]}"
    return home / "drift" / model / own
