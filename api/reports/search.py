"""The HTML report of a search for a less discriminatory model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from api.reports.charts import Entry, Intervals, intervals
from api.reports.search_charts import COLOURS, Cloud, changes, cloud
from api.reports.search_words import SEARCH_WORDS
from api.reports.writing import NARROW, Writing, templates
from data.contract import LANGUAGES, Language
from fairness.schema_sections import Range
from fairness.search_claims import CHECKS, Check
from fairness.search_schema import Finalist, Search, Trial

SHADES = {"FOUND": "PASS", "NOT_FOUND": "INSUFFICIENT", "REFUTED": "INCONCLUSIVE"}
"""Verdicts in the colours of the audit's."""


def render(search: Search) -> str:
    """One self-contained page in every language; ``search.json`` holds the same numbers."""
    pages = [SearchPage(search, language) for language in LANGUAGES]
    return templates().get_template("search.html").render(search=search, pages=pages)


@dataclass(frozen=True)
class SearchPage(Writing):
    """The search in one language."""

    search: Search
    language: Language

    @property
    def words(self) -> dict[str, str]:
        """All fixed words of the page."""
        return SEARCH_WORDS[self.language]

    @property
    def shade(self) -> str:
        """The colour of the verdict."""
        return SHADES[self.search.verdict.value]

    @property
    def checks(self) -> tuple[Check, ...]:
        """The conditions, in their order."""
        return CHECKS

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """Ways that were tried, and their colours."""
        tried = {c.kind for c in self.search.candidates[1:]}
        return [(kind, colour) for kind, colour in COLOURS.items() if kind in tried]

    @cached_property
    def cloud(self) -> Cloud:
        """Candidates on validation."""
        return cloud(self.search)

    @cached_property
    def changes(self) -> Cloud | None:
        """Finalists on later data."""
        return changes(self.search)

    @property
    def margins(self) -> list[str]:
        """The margins in words."""
        m = self.search.margins
        values = {
            "auc": self.number(m.auc, 3),
            "loss": f"{self.number(100 * m.loss, 0)}{NARROW}%",
            "approvals": self.number(100 * m.approvals, 0),
            "error": self.number(m.error, 2),
        }
        names = ("margin_auc", "margin_loss", "margin_approvals", "margin_air")
        return [self.words[name].format(**values) for name in names]

    @property
    def standing(self) -> str:
        """How the named group stands under today's model."""
        goal = self.search.goal
        behind = (goal.air.value or 1.0) <= 1
        return self.words["behind" if behind else "ahead"].format(
            group=self.label(goal.attribute, goal.group),
            reference=self.group(goal.reference),
            air=self.span(goal.air, 3),
        )

    def title(self, attribute: str) -> str:
        """An attribute."""
        return self.search.titles[attribute].in_language(self.language)

    def label(self, attribute: str, group: str) -> str:
        """An attribute and a group of it."""
        return self.named(self.title(attribute), self.group(group))

    def feature(self, name: str) -> str:
        """The title of a feature."""
        return self.search.features[name].in_language(self.language)

    def trial(self, number: int) -> Trial:
        """A candidate by its number."""
        return self.search.candidates[number]

    def signed(self, estimate: Range, digits: int) -> str:
        """A difference with its interval, with a sign."""
        text = self.span(estimate, digits)
        return f"+{text}" if (estimate.value or 0.0) > 0 else text

    def what(self, trial: Trial) -> str:
        """What a candidate changes, in words; nothing but settings: empty."""
        return "; ".join(self._what(trial))

    def _what(self, trial: Trial) -> Iterator[str]:
        for word, names in (("without", trial.left_out), ("coarse", trial.coarse)):
            if names:
                yield f"{self.words[word]} {', '.join(map(self.feature, names))}"
        for word, parameter in (("penalty_of", "strength"), ("reduction_of", "tolerance")):
            value = trial.parameters[parameter]
            if value and not isinstance(value, str):
                yield f"{self.words[word]} {self.number(value, 2)}"

    def settings(self, trial: Trial) -> str:
        """Leaves, rows a leaf, rounds."""
        names = ("num_leaves", "min_data_in_leaf", "rounds")
        return " / ".join(str(trial.parameters[name]) for name in names)

    def pair(self, finalist: Finalist) -> str:
        """The named group's ratio, today's and the finalist's."""
        goal = (self.search.goal.attribute, self.search.goal.group)
        own = next(r.air for r in finalist.ratios if (r.attribute, r.group) == goal)
        before, after = self.search.goal.air.value, own.value
        return f"{self.number(before, 3)} \u2192 {self.number(after, 3)}"

    @property
    def forest(self) -> Intervals | None:
        """Ratios of all groups, today's model first in each."""
        models = [(self.words["today"], self.search.incumbent)]
        models += [(f"{self.words['finalist']} {f.number}", f) for f in self.search.finalists]
        entries = [
            Entry(
                f"{self.group(r.group)}, {label}",
                model.ratios[i].air,
                None,
                self.span(model.ratios[i].air, 3),
            )
            for i, r in enumerate(self.search.incumbent.ratios)
            for label, model in models
        ]
        return intervals(entries, 1.0, (None, None), ratio=True)
