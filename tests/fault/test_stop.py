"""SIGTERM: not ready any more, but whatever was sent gets its answer; then exit code 0."""

from pathlib import Path

from tests.fault.stopping import stop_under_load

DRAIN_SECONDS = 1.5


def test_what_is_in_flight_is_finished(tmp_path: Path) -> None:
    seen = stop_under_load(tmp_path / "home", DRAIN_SECONDS)
    assert seen.answered_well == seen.sent
    assert seen.ready_while_draining == 503
    assert seen.score_while_draining == 200
    assert seen.exit_code == 0
    assert seen.seconds >= DRAIN_SECONDS
