"""Who may import whom, and what the server may not import at all."""

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

# Each of these costs seconds or hundreds of megabytes. (LightGBM itself imports scikit-learn,
# pandas and pyarrow where they are installed; the image test shows that none is needed.)
HEAVY = {"duckdb", "evidently", "fairlearn", "ibis", "imblearn", "mlflow", "plotly", "shap"}


def test_the_rooms_keep_their_layers(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(str(root / "pyproject.toml"), no_cache=True, no_logo=True)
    assert status == 0, capsys.readouterr().out


@pytest.mark.parametrize("module", ["api.app", "api.cli"])
def test_the_server_starts_light(root: Path, module: str) -> None:
    code = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert HEAVY.isdisjoint(done.stdout.split())
