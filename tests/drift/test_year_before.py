"""The same season a year before: by the calendar for months, by weeks for anything shorter."""

from datetime import date, timedelta

import pytest

from drift.stored import YEAR, year_before


def test_four_weeks_are_the_same_days_of_the_calendar() -> None:
    start, end = date(2023, 11, 3), date(2023, 11, 30)
    assert year_before(start, end) == (date(2022, 11, 3), date(2022, 11, 30))


@pytest.mark.parametrize("days", [1, 7, 10, 27, 29, 366])
def test_other_windows_keep_their_weekdays(days: int) -> None:
    start = date(2024, 3, 1)
    end = start + timedelta(days=days - 1)
    assert year_before(start, end) == (start - YEAR, end - YEAR)


@pytest.mark.parametrize("start", [date(2024, 2, 29), date(2024, 2, 2), date(2025, 2, 1)])
def test_a_leap_day_changes_no_length(start: date) -> None:
    end = start + timedelta(days=27)
    first, last = year_before(start, end)
    assert last - first == end - start
    assert abs((start - first).days - 365) <= 1
