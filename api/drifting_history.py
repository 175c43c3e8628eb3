"""The same season of the first year: applications of the lender's files, from before any decision.

A harvest or a school year alarms nobody who knows the year before. In its first year a service has
none of its own, but the lender has.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from data.contract import Contract
from data.loading import LoadedApplications, load_applications

Stamp = tuple[str, int, int]


def applications_before(contract: Contract, path: Path) -> LoadedApplications:
    """All applications in the files at ``path``; read once while nothing in them changes.

    Raises DataFileError.
    """
    return _read(contract.model_dump_json(), path, _stamps(path))


@lru_cache(maxsize=1)
def _read(contract: str, path: Path, _stamps: tuple[Stamp, ...]) -> LoadedApplications:
    return load_applications(Contract.model_validate_json(contract), path, labelled=False)


def _stamps(path: Path) -> tuple[Stamp, ...]:
    """Name, time of change and size of each file; none where there is nothing to read."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    found = [(f.name, f.stat()) for f in files if f.is_file()]
    return tuple((name, s.st_mtime_ns, s.st_size) for name, s in found)
