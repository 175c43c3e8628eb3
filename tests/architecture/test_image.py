"""The serve target, built by the image's own script in an empty folder, without Docker."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.bundles import small_bundle
from tests.dockerfile import copied, stage
from tests.web.process import running
from tests.web.world import application, home_settings, promote

MEGABYTES = 350
NOT_ON_THE_SERVER = (
    "duckdb evidently fairlearn ibis imblearn joblib mlflow pandas pyarrow shap sklearn sqlglot"
)


def run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(program), *arguments], capture_output=True, text=True)


@pytest.fixture(scope="module")
def installed(root: Path, uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the serve target from what the Dockerfile copies, out of uv's cache."""
    context = tmp_path_factory.mktemp("context")
    for name in copied(stage(root, "build")):
        place = context / name
        place.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (root / name).is_dir() else shutil.copy)(root / name, place)
    destination = tmp_path_factory.mktemp("opt") / "microscore"
    settings = {
        "PATH": f"{Path(uv).parent}:/usr/bin:/bin",
        "UV_PYTHON": sys.executable,
        "UV_OFFLINE": "1",
    }
    done = subprocess.run(
        ["deploy/image/install.sh", "serve", str(destination)],
        cwd=context,
        env=os.environ | settings,
        capture_output=True,
        text=True,
    )
    if "Network connectivity is disabled" in done.stderr:
        pytest.skip("uv's cache lacks packages of the serve target; `make test` fills it")
    assert done.returncode == 0, done.stderr
    return destination


def test_the_serve_target_is_small(installed: Path) -> None:
    size = sum(p.stat().st_size for p in installed.rglob("*") if p.is_file() and not p.is_symlink())
    assert size <= MEGABYTES * 1_000_000, f"{size / 1_000_000:.0f} MB"


def test_the_serve_target_holds_no_job_library(installed: Path) -> None:
    code = "import importlib.util as u, sys; print(*[n for n in sys.argv[1:] if u.find_spec(n)])"
    done = run(installed / "bin/python", "-I", "-c", code, *NOT_ON_THE_SERVER.split())
    assert done.stdout.strip() == "", done.stderr


def test_the_installed_packages_are_whole_and_ours(installed: Path, root: Path) -> None:
    code = "import data.contract_loading as m; print(m.__file__)"
    done = run(installed / "bin/python", "-I", "-c", code)
    assert done.stdout.startswith(str(installed)), done.stderr
    shipped = Path(done.stdout.strip()).parent / "contracts"
    assert {p.name for p in shipped.iterdir()} == {
        p.name for p in (root / "data/contracts").iterdir()
    }


def test_the_serve_target_serves_and_scores(installed: Path, root: Path, home: Path) -> None:
    promote(home_settings(home), small_bundle())
    microscore = str(installed / "bin/microscore")
    made = run(Path(microscore), "keys", "create", "--role", "officer", "--json")
    assert made.returncode == 0, made.stderr
    headers = {
        "Authorization": f"Bearer {json.loads(made.stdout)['key']}",
        "Content-Type": "application/json",
    }
    body = json.dumps(application()).encode()
    with running(home, program=(microscore,)) as server:
        with urlopen(Request(f"{server.url}/score", body, headers), timeout=10) as reply:
            scored = json.load(reply)
        port = server.url.rsplit(":", 1)[1]
        health = root / "deploy/image/healthcheck.py"
        assert run(installed / "bin/python", "-I", str(health), port).returncode == 0
    assert 0 < scored["probability_of_default"] < 1
    assert scored["reasons"]
    assert run(installed / "bin/python", "-I", str(health), port).returncode == 1


def test_an_unknown_target_is_refused(root: Path, tmp_path: Path) -> None:
    done = run(root / "deploy/image/install.sh", "everything", str(tmp_path / "opt"))
    assert done.returncode == 2
    assert "use serve or jobs" in done.stderr
    assert not (tmp_path / "opt").exists()
