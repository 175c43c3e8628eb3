"""One small portfolio lived through once by all story tests: generate, train, promote."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from api.wiring import open_registry
from tests.gates import CLEARED

APPLICATIONS = 4000


@dataclass(frozen=True)
class Outcome:
    """What a command gave back."""

    code: int
    text: str
    errors: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object of ``--json``; nothing else may stand on standard output."""
        parsed = json.loads(self.text)
        assert isinstance(parsed, dict)
        return parsed


Command = Callable[..., Outcome]


@dataclass(frozen=True)
class Story:
    """A home in which a model was trained on a portfolio and promoted."""

    home: Path
    portfolio: Path
    trained: dict[str, Any]
    run: Command


def run_command(*arguments: str) -> Outcome:
    """Run ``microscore`` in this process."""
    text, errors = io.StringIO(), io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    code = 0
    with redirect_stdout(text), redirect_stderr(errors):
        try:
            main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
    errors.seek(0)
    return Outcome(code, text.getvalue(), errors.read())


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Generate, train and promote once; the home is named by ``MICROSCORE_HOME``.

    Without an audit, which would take longer than the rest: test_decided_commands.py promotes
    with one.
    """
    base = tmp_path_factory.mktemp("story")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICROSCORE_HOME", str(base / "home"))
        portfolio = base / "portfolio"
        made = run_command(
            "data",
            "generate",
            "--applications",
            str(APPLICATIONS),
            "--out",
            str(portfolio),
            "--json",
        )
        assert made.code == 0
        trained = run_command("train", "microloan", "--data", str(portfolio), "--json")
        assert trained.code == 0, trained.errors
        with open_registry() as registry:
            registry.promote(trained.json["version"], CLEARED, "test")
        yield Story(base / "home", portfolio, trained.json, run_command)
