"""The wheel holds the five packages, whole, and nothing else."""

import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.source import PACKAGES

METADATA = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}


@pytest.fixture(scope="module")
def wheel(root: Path, uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [uv, "build", "--wheel", "--offline", "--quiet", "--out-dir", str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_is_the_tree(root: Path, wheel: Path) -> None:
    tree = {
        path.relative_to(root).as_posix()
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    about = "-".join(wheel.name.split("-")[:2]) + ".dist-info"
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.endswith("/")}
    assert held - tree == {f"{about}/{name}" for name in METADATA}
    assert tree - held == set()


def test_the_wheel_tells_its_types_and_its_command(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        points = next(name for name in names if name.endswith("entry_points.txt"))
        assert "microscore = api.cli:main" in archive.read(points).decode()
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
