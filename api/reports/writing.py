"""How reports write: numbers, shares, groups, in the report's language; and their templates."""

from __future__ import annotations

import re

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from api.reports.words import GROUPS_FR, ReportLanguage
from fairness.schema_sections import Range

DASH = "\u2013"
"""Stands where a number is withheld or not defined."""
NARROW = "\u202f"
"""The space before a sign of percent and between thousands, which no line breaks at."""
_BANDS = ((r"^under (.+)$", r"moins de \1"), (r"^(.+) and over$", r"\1 et plus"))


def templates() -> Environment:
    """The templates of the reports: everything escaped, nothing undefined."""
    return Environment(
        loader=PackageLoader("api.reports"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Writing:
    """Writes in ``language``; pages of reports inherit it."""

    language: ReportLanguage

    def group(self, name: str) -> str:
        """A group's name, translated where contracts commonly use it."""
        return " & ".join(self._one_group(part) for part in name.split(" & "))

    def _one_group(self, name: str) -> str:
        if self.language == "en":
            return name
        for pattern, french in _BANDS:
            name = re.sub(pattern, french, name)
        return GROUPS_FR.get(name, name)

    def number(self, value: float | None, digits: int = 2) -> str:
        """A number as the language writes it; a dash where there is none."""
        if value is None:
            return DASH
        text = f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "\u2212")
        if self.language == "fr":
            text = text.replace(",", NARROW).replace(".", ",")
        return text

    def percent(self, value: float | None) -> str:
        """A share."""
        return DASH if value is None else f"{self.number(100 * value, 1)}{NARROW}%"

    def span(self, estimate: Range, digits: int = 2) -> str:
        """``1.08 (1.03 to 1.13)``, or the interval alone, or a dash."""
        if estimate.low is None or estimate.high is None:
            return DASH
        to = "to" if self.language == "en" else "à"
        low, high = self.number(estimate.low, digits), self.number(estimate.high, digits)
        between = f"{low} {to} {high}"
        return (
            between
            if estimate.value is None
            else f"{self.number(estimate.value, digits)} ({between})"
        )

    def probability(self, p: float | None) -> str:
        """A p-value."""
        if p is None:
            return DASH
        return f"< {self.number(0.001, 3)}" if p < 0.001 else self.number(p, 3)
