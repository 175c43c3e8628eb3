"""One small portfolio lived through once by all story tests: generate, train, audit, promote."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli import main

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


def promote(version: str, portfolio: Path, folder: Path) -> Outcome:
    """Audit a version and make it champion; if it fails, two people accept that."""
    options = ("--model", version, "--data", str(portfolio), "--profile", "uemoa", "--no-flips")
    audited = run_command("fairness", "audit", *options, "--json")
    assert audited.code == 0, audited.errors
    (audit,) = audited.json["audits"]
    for name in ("Ana", "Ben") if audit["verdict"] == "FAIL" else ():
        made = run_command("keys", "create", "--role", "risk", "--name", name, "--json").json
        key = folder / f"{name}.key"
        key.write_text(made["key"], "utf-8")
        given = ("--reason", "People of this test are made up.", "--key-file", str(key))
        assert run_command("fairness", "accept", audit["audit"], *given).code == 0
    return run_command("models", "promote", version, "--json")


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Generate, train, audit and promote once; the home is named by ``MICROSCORE_HOME``."""
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
        promoted = promote(trained.json["version"], portfolio, base)
        assert promoted.json["version"] == trained.json["version"], promoted.errors
        yield Story(base / "home", portfolio, trained.json, run_command)
