"""What comes every season is not blamed for what another feature does to it this year."""

import numpy as np

from drift.check import check
from drift.reference import Reference
from drift.window import Window
from scoring.vector import Columns

RNG = np.random.default_rng(5)


def applications(n: int, months: tuple[float, ...], rain: float) -> Columns:
    """``months`` to the harvest, the rain, which goes with them a little, and an amount."""
    month = RNG.choice(months, n)
    fell = 0.5 * (month - np.mean(months)) + RNG.normal(0, 1, n) + rain
    return {"months": month, "rain": fell, "amount": RNG.normal(0, 1, n)}


def at_fault(window: Columns) -> tuple[str, ...]:
    whole_year = tuple(map(float, range(12)))
    reference = Reference.of_columns(applications(3000, whole_year, 0.0), {})
    season = Reference.of_columns(applications(800, (3.0, 4.0, 5.0), 0.0), {})
    report = check(reference, Window(window), season=season)
    assert "months" in report.against[0].significant(), "against training every season differs"
    return report.at_fault


def test_a_season_like_the_year_before_is_nobodys_fault() -> None:
    assert at_fault(applications(500, (3.0, 4.0, 5.0), 0.0)) == ()


def test_the_rain_is_at_fault_and_not_the_months_that_went_with_it() -> None:
    assert at_fault(applications(500, (3.0, 4.0, 5.0), -6.0)) == ("rain",)


def test_another_season_than_the_year_before_is_at_fault_itself() -> None:
    assert "months" in at_fault(applications(500, (7.0, 8.0, 9.0), 0.0))
