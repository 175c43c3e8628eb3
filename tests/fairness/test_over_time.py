"""Fairness over time."""

import numpy as np
import pytest

from fairness.groups import Grouping, grouping
from fairness.over_time import confidence_sequence, over_time

MONTHS = [f"2026-{m:02d}" for m in range(1, 13)]


def lender(
    months: int, group: int, reference: int, rates: tuple[float, float], seed: int
) -> tuple[Grouping, "np.ndarray[tuple[int], np.dtype[np.bool_]]", list[int]]:
    """Applicants of ``months`` months, so many of each group a month."""
    each = np.repeat(np.array(["b", "a"], dtype=object), [group, reference])
    names = np.tile(each, months)
    rng = np.random.default_rng(seed)
    passed = rng.random(len(names)) < np.where(names == "b", *rates)
    return grouping("x", names, "a"), passed, np.repeat(np.arange(months), len(each)).tolist()


def test_a_gap_is_found_and_dated() -> None:
    groups, passed, month = lender(12, 200, 400, (0.5, 0.7), 0)
    (found,) = over_time(groups, passed, month, MONTHS)
    assert found.since in MONTHS[:4]
    last = found.windows[-1].running
    assert (last.low or 0) < -0.2 < (last.high or 0) < 0
    assert len(found.windows) == 12


def test_looking_every_month_for_ten_years_keeps_the_error() -> None:
    rng = np.random.default_rng(1)
    worlds, months, n = 400, 120, 50
    x = rng.binomial(n, 0.65, (2, worlds, months))
    missed = 0
    for a, b in zip(*x, strict=True):
        variance = sum((v + 2) / (n + 4) * (n + 2 - v) / (n + 4) / n for v in (a, b))
        mean, half = confidence_sequence((a - b) / n, np.asarray(variance), np.full(months, n / 2))
        missed += bool(np.any(np.abs(mean) > half))
    assert missed <= 0.05 * worlds


def test_small_vintages_are_merged_and_what_is_left_waits() -> None:
    groups, passed, month = lender(12, 14, 90, (0.6, 0.6), 2)
    (found,) = over_time(groups, passed, month, MONTHS)
    told = [v for w in found.windows for v in w.vintages]
    assert told + list(found.waiting) == MONTHS
    assert all(len(w.vintages) >= 3 and w.people >= 30 for w in found.windows)


def test_later_vintages_never_change_what_stood() -> None:
    groups, passed, month = lender(12, 40, 90, (0.6, 0.7), 3)
    early = np.array(month) < 6
    then = over_time(
        Grouping(groups.attributes, groups.names, groups.reference, groups.codes[early]),
        passed[early],
        [m for m in month if m < 6],
        MONTHS[:6],
    )[0]
    now = over_time(groups, passed, month, MONTHS)[0]
    assert now.windows[: len(then.windows)] == then.windows


def test_the_running_mean_weighs_windows_by_their_people() -> None:
    mean, half = confidence_sequence(
        np.array([0.2, 0.0]), np.array([0.01, 0.01]), np.array([10.0, 30.0])
    )
    assert mean == pytest.approx([0.2, 0.05])
    assert half[1] < half[0]


def test_too_few_people_wait() -> None:
    groups, passed, month = lender(2, 5, 90, (0.6, 0.7), 4)
    (found,) = over_time(groups, passed, month, MONTHS[:2])
    assert (found.windows, found.since, found.waiting) == ((), None, ("2026-01", "2026-02"))
