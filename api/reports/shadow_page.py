"""A comparison in one language: its words, and how its numbers are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.reports.shadow_words import WORDS
from api.reports.writing import DASH, TO, Writing
from api.shadowing_records import ShadowRecord
from data.contract import Language
from drift.shadow.schema import Interval
from fairness.schema_sections import Range
from scoring.states import State

SHADES = {
    State.BETTER: "PASS",
    State.NOT_WORSE: "PASS",
    State.WORSE: "FAIL",
    State.KEEP_WATCHING: "INCONCLUSIVE",
}
"""States in the colours of the audit's verdicts."""


@dataclass(frozen=True)
class ShadowPage(Writing):
    """The record in one language."""

    record: ShadowRecord
    language: Language

    @property
    def words(self) -> dict[str, str]:
        """All fixed words of the page."""
        return WORDS[self.language]

    @property
    def words_of_verdicts(self) -> tuple[str, ...]:
        """Cells of tables that are set as badges: none here."""
        return ()

    @property
    def dash(self) -> str:
        """Stands where there is nothing."""
        return DASH

    @property
    def shade(self) -> str:
        """The colour of the state."""
        return SHADES[self.record.state]

    @property
    def how(self) -> str:
        """The method in words."""
        plan = self.words["daily" if self.record.plan == "daily" else "looks"]
        return self.words["how"].format(plan=plan, not_new=self.number(self.record.not_new, 0))

    def range(self, interval: Interval) -> Range:
        """The form that pictures take."""
        return Range(value=interval.value, low=interval.low, high=interval.high)

    def told(self, estimate: Interval | Range, digits: int = 3) -> str:
        """``0.012 (0.003 to 0.021)``, or the interval alone, or a dash."""
        if estimate.low is None or estimate.high is None:
            return DASH
        low, high = self.number(estimate.low, digits), self.number(estimate.high, digits)
        between = f"{low} {TO[self.language]} {high}"
        if estimate.value is None:
            return between
        return f"{self.number(estimate.value, digits)} ({between})"

    def money(self, amount: float | None) -> str:
        """An amount in the contract's currency."""
        return DASH if amount is None else f"{self.number(amount, 0)} {self.record.currency}"

    def label(self, row: Any) -> str:
        """The attribute and the group of a row."""
        title = self.record.titles.get(row.attribute, {}).get(self.language, row.attribute)
        return self.named(title, self.group(row.group))
