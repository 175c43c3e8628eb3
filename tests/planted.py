"""Planted personal data: words that no log may ever hold, in any test of the whole run.

A pytest plugin: what the servers inside a test's process log is looked through after each test;
``tests.web.process`` does the same with the logs of servers in processes of their own.
"""

from collections.abc import Generator, Iterable
from contextlib import suppress

import psycopg
import pytest

WORDS = ("PLANTED", "C-48213", "A-2026-000123")
"""What tests plant where it does not belong, and the person and application of the examples."""


def found_in(lines: Iterable[str]) -> list[str]:
    """The planted words in those of ``lines`` that are events of a log."""
    events = [line for line in lines if line.startswith("{") and '"event":' in line]
    return [word for word in WORDS if any(word in event for event in events)]


def written_forms(word: str) -> tuple[bytes, ...]:
    """The bytes by which ``word`` could stand in a file or a dump."""
    return word.encode(), word.encode().hex().encode(), word.encode("utf-16-le")


def dump(url: str) -> bytes:
    """All tables of a PostgreSQL database as text."""
    content = bytearray()
    with psycopg.connect(url) as connection:
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for (name,) in connection.execute(named).fetchall():
            with suppress(StopIteration), connection.cursor().copy(f"COPY {name} TO STDOUT") as out:
                for part in out:
                    content.extend(part)
    return bytes(content)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail the test whose servers logged a planted word."""
    report = yield
    if report.when == "teardown" and report.passed:
        texts = [text for name, text in report.sections if "stderr" in name]
        if words := found_in(line for text in texts for line in text.splitlines()):
            report.outcome = "failed"
            report.longrepr = f"planted personal data in the log: {', '.join(words)}"
    return report
