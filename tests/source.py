"""Reading the project's own source files in tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("api", "data", "drift", "fairness", "scoring")
FOLDERS = (*PACKAGES, "bench", "deploy", "tests")


def sources(root: Path, *folders: str) -> Iterator[Path]:
    """Yield the Python files of ``folders``."""
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
    """Tell whether a file mentions ``os.environ`` or ``os.getenv``."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        for node in ast.walk(ast.parse(path.read_bytes()))
    )
