"""How the report of realised performance writes numbers, shares and days in three languages."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from api.outcomes_replies import EstimateShown
from api.reports.performance_words import WORDS
from api.reports.writing import DASH
from data.contract import Language

LARGE, LARGEST = 1e6, 1e15
"""From here on two figures are enough: of what has decimals, and of whole numbers."""


class PerformanceWriting:
    """Writes in ``language``; the page inherits it."""

    language: Language

    def number(self, value: float | None, digits: int = 2) -> str:
        """A number as the language writes it; a dash where there is none."""
        if value is None:
            return DASH
        if abs(value) >= (LARGE if digits else LARGEST):
            return f"{value:.2g}"
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return str(format_decimal(value, format=pattern, locale=self.language))

    def percent(self, value: float | None) -> str:
        """A share."""
        if value is None:
            return DASH
        return str(format_percent(value, format="#,##0.0 %", locale=self.language))

    def span(self, estimate: EstimateShown, digits: int = 2) -> str:
        """``1.08 (1.03 to 1.13)``, or a dash."""
        if estimate.low is None or estimate.high is None:
            return DASH
        value, low, high = (
            self.number(v, digits) for v in (estimate.value, estimate.low, estimate.high)
        )
        return f"{value} ({low} {WORDS[self.language]['to']} {high})"

    def shares(self, estimate: EstimateShown) -> str:
        """``9.1 % (8.0 % to 10.3 %)``, or a dash."""
        if estimate.low is None or estimate.high is None:
            return DASH
        low, high = self.percent(estimate.low), self.percent(estimate.high)
        return f"{self.percent(estimate.value)} ({low} {WORDS[self.language]['to']} {high})"

    def date(self, day: dt.date | None) -> str:
        """A day as the language writes it; a dash where there is none."""
        return DASH if day is None else str(format_date(day, "medium", locale=self.language))

    def power_of_ten(self, exponent: float) -> str:
        """Ten to this power."""
        return self.number(10**exponent, 0 if exponent >= 0 else 2)
