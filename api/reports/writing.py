"""How reports write: numbers, shares, groups, in the report's language; and their templates."""

from __future__ import annotations

import re

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from api.reports.words import GROUPS
from data.contract import Language
from fairness.schema_sections import Range

DASH = "\u2013"
"""Stands where a number is withheld or not defined."""
NARROW = "\u202f"
"""The space before a sign of percent and between thousands, which no line breaks at."""
TO: dict[Language, str] = {"en": "to", "fr": "à", "sw": "hadi"}
"""Stands between the limits of an interval."""
_BANDS: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": (),
    "fr": ((r"^under (.+)$", r"moins de \1"), (r"^(.+) and over$", r"\1 et plus")),
    "sw": ((r"^under (.+)$", r"chini ya \1"), (r"^(.+) and over$", r"\1 na zaidi")),
}


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

    language: Language

    def group(self, name: str) -> str:
        """A group's name, translated where contracts commonly use it."""
        return " & ".join(self._one_group(part) for part in name.split(" & "))

    def _one_group(self, name: str) -> str:
        for pattern, told in _BANDS[self.language]:
            name = re.sub(pattern, told, name)
        return GROUPS[self.language].get(name, name)

    def named(self, title: str, name: str) -> str:
        """A title and what it is of, with a colon as the language sets it."""
        return f"{title}{NARROW if self.language == 'fr' else ''}: {name}"

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
        low, high = self.number(estimate.low, digits), self.number(estimate.high, digits)
        between = f"{low} {TO[self.language]} {high}"
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
