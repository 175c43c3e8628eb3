"""Rules for every source file, read from the files themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGES = ("api", "data", "drift", "fairness", "scoring")
FOLDERS = (*PACKAGES, "bench", "deploy", "tests")
LONGEST = 350
PICKLING = {"pickle", "joblib", "cloudpickle", "dill", "shelve"}


def sources(root: Path, *folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Name the top-level packages that a file imports anywhere, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def reads_environment(path: Path) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        for node in ast.walk(ast.parse(path.read_bytes()))
    )


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
