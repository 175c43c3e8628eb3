"""Expected volume: growth and seasons are no alarm, a lost branch and a doubled feed are one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from api.drifting_volume import with_volume
from drift.volume import MOST_WINDOWS, expected_rows
from drift.window import Expected
from tests.drift.stored import AT, DAYS, decisions, scorer, settings_of, watching

YEAR = 13


def stream(seed: int, growth: float, swing: float, windows: int = 3 * YEAR) -> np.ndarray:
    """Applications in windows of four weeks: growth a year, seasons, and chance of its own."""
    rng = np.random.default_rng(seed)
    t = np.arange(windows)
    season = swing * np.sin(2 * np.pi * t / YEAR + seed)
    rate = 400 * (1 + growth) ** (t / YEAR) * np.exp(season + rng.normal(0, 0.05, windows))
    return np.asarray(rng.poisson(rate))


def foretold(counts: np.ndarray, at: int) -> tuple[int, int] | None:
    """What the windows before ``at`` foretell, as the job asks."""
    before = [int(n) for n in counts[max(0, at - MOST_WINDOWS) : at]]
    season = (int(counts[at - YEAR]), int(counts[at - YEAR - 1])) if at > YEAR else None
    return expected_rows(before, season)


@pytest.mark.parametrize(("growth", "swing"), [(0.0, 0.0), (1.5, 0.0), (0.0, 0.8), (1.5, 0.8)])
def test_growth_and_seasons_are_no_alarm(growth: float, swing: float) -> None:
    alarms, windows = 0, 0
    for seed in range(40):
        counts = stream(seed, growth, swing)
        for at in range(5, len(counts)):
            found = foretold(counts, at)
            assert found is not None
            windows += 1
            alarms += not found[0] <= counts[at] <= found[1]
    assert alarms / windows <= 0.001


@pytest.mark.parametrize(("growth", "swing"), [(0.0, 0.0), (1.5, 0.0)])
@pytest.mark.parametrize("times", [0.35, 3.0])
def test_a_lost_branch_and_a_doubled_feed_are_found(
    growth: float, swing: float, times: float
) -> None:
    seen = []
    for seed in range(40):
        counts = stream(seed, growth, swing)
        low, high = foretold(counts, 2 * YEAR) or (0, 0)
        seen.append(not low <= counts[2 * YEAR] * times <= high)
    assert np.mean(seen) >= 0.95


def test_nothing_is_foretold_too_early() -> None:
    assert expected_rows([]) is None
    assert expected_rows([0] * 13) is None
    assert expected_rows([0, 0, 7, 400, 410, 390]) is None, "the first window is half empty"
    assert expected_rows([0, 7, 400, 410, 390, 405]) is not None
    assert expected_rows([5, 3, 0, 0, 0]) is not None


def test_a_season_of_nothing_foretells_nothing() -> None:
    usual = expected_rows([400] * 8)
    assert usual == expected_rows([400] * 8, (0, 400)) == expected_rows([400] * 8, (400, 0))
    assert usual is not None
    harvest = expected_rows([400] * 8, (1200, 400))
    assert harvest == (usual[0], 3 * usual[1])


def test_the_store_is_asked_for_the_windows_before(tmp_path: Path) -> None:
    week = timedelta(weeks=1)
    batches = [decisions(60 + 4 * i, i, at=AT - (6 - i) * week) for i in range(6)]
    days = DAYS[0], DAYS[0] + week - timedelta(days=1)
    until = datetime(2026, 11, 9, tzinfo=UTC)
    with watching(settings_of(tmp_path), *batches, decisions(20, 9)) as watch:
        fixed = Expected(rows=(10, 130), until=until)
        found = with_volume(fixed, watch.store, scorer().contract_hash, days)
        assert found.rows is not None
        assert 30 <= found.rows[0] <= 45
        assert found.rows[1] == 130, "what is set stays the limit"
        assert with_volume(fixed, watch.store, "f" * 64, days) == fixed, "another contract"
        check = watch.decisions(days, "asked")
    assert [f.subject for f in check.findings if f.layer == 0] == ["contract:too-few-rows"]
