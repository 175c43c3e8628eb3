"""kill -9 of the server under load: what it had answered is in the store and on the chain."""

from pathlib import Path

from tests.fault.killing import kill_rounds

ROUNDS = 2
"""bench/faults.py makes 50."""


def test_nothing_acknowledged_is_lost(store_url: str, tmp_path: Path) -> None:
    figures = kill_rounds(tmp_path / "home", store_url, ROUNDS)
    assert figures.rounds == ROUNDS
    assert figures.acknowledged >= ROUNDS
    assert figures.faults == 0, figures
