"""New champions under load, through the registry: no failed request, no mixed reply."""

from pathlib import Path

from tests.fault.swapping import swap_under_load

SWAPS = 2
"""Each takes the watcher's second and a canary; tests/web/test_swap.py makes 50 without."""


def test_swaps_under_load(tmp_path: Path) -> None:
    seen = swap_under_load(tmp_path / "home", SWAPS)
    assert (seen.swaps, seen.failed, seen.mixed) == (SWAPS, 0, 0)
    assert seen.answers > SWAPS
