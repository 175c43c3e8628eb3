"""Rules for every source file, read from the files themselves."""

from pathlib import Path

import pytest

from tests.source import FOLDERS, PACKAGES, imported, reads_environment, sources

LONGEST = 350
PICKLING = {"pickle", "joblib", "cloudpickle", "dill", "shelve"}


def test_no_file_is_long(root: Path) -> None:
    lengths = {
        p.relative_to(root): len(p.read_text().splitlines()) for p in sources(root, *FOLDERS)
    }
    assert {path: n for path, n in lengths.items() if n > LONGEST} == {}


@pytest.mark.parametrize("library", ["evidently", "fairlearn", "shap"])
def test_an_audit_library_has_one_adapter(root: Path, library: str) -> None:
    users = [p.relative_to(root) for p in sources(root, *PACKAGES) if library in imported(p)]
    assert len(users) <= 1, f"{library} is imported by {users}"


def test_nothing_pickles(root: Path) -> None:
    assert [p for p in sources(root, *FOLDERS) if PICKLING & imported(p)] == []


def test_only_api_reads_the_environment(root: Path) -> None:
    rooms = [room for room in PACKAGES if room != "api"]
    assert [p for p in sources(root, *rooms) if reads_environment(p)] == []
