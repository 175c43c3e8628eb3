"""Numbers of the report of realised performance, from counts of loans to overwhelming evidence."""

import pytest

from api.outcomes_replies import Performance
from api.reports.performance import PerformancePage


@pytest.fixture
def page() -> PerformancePage:
    return PerformancePage(Performance.model_construct(**{}), "en")  # noqa: PIE804


def test_whole_numbers_are_written_out(page: PerformancePage) -> None:
    assert page.number(12_345_678, 0) == "12,345,678"
    assert page.number(1.234) == "1.23"


@pytest.mark.parametrize("exponent", [6, 28, 29, 300])
def test_evidence_beyond_all_doubt_still_has_an_axis(page: PerformancePage, exponent: int) -> None:
    assert page.power_of_ten(float(exponent))
    assert page.number(10.0**exponent) == f"1e+{exponent:02d}"
