"""The HTML report of a fairness audit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from api.reports.charts import Entry, Intervals, Panel, intervals, panel
from api.reports.words import GROUPS_FR, LANGUAGES, WORDS, ReportLanguage
from fairness.schema import Audit, Finding, Flipped, Impact, Range

POLICY = "policy"
DASH = "\u2013"
"""Stands where a number is withheld or not defined."""
NARROW = "\u202f"
"""The space before a sign of percent and between thousands, which no line breaks at."""
OUTCOMES = ("calibration_ratio", "tpr_difference", "fpr_difference", "proxy_auc")
"""Columns of the table of verdicts beside those of the adverse impact ratio."""
_BANDS = ((r"^under (.+)$", r"moins de \1"), (r"^(.+) and over$", r"\1 et plus"))


def render(audit: Audit) -> str:
    """One self-contained page in English and French; ``audit.json`` holds the same numbers."""
    environment = Environment(
        loader=PackageLoader("api.reports"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages = [Page(audit, language) for language in LANGUAGES]
    return environment.get_template("fairness.html").render(audit=audit, pages=pages)


@dataclass(frozen=True)
class Page:
    """The audit in one language."""

    audit: Audit
    language: ReportLanguage

    @property
    def words(self) -> dict[str, str]:
        """All fixed words of the page."""
        return WORDS[self.language]

    def title(self, attribute: str) -> str:
        """An attribute, or two for an intersection."""
        titles = self.audit.titles
        names = (titles[a].in_language(self.language) for a in attribute.split(" & "))
        return " & ".join(names)

    def group(self, name: str) -> str:
        """A group's name, translated where contracts commonly use it."""
        return " & ".join(self._one_group(part) for part in name.split(" & "))

    def feature(self, name: str) -> str:
        """The title of a feature."""
        return self.audit.features[name].in_language(self.language)

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

    def rule(self, rule: str) -> str:
        """The policy in force, or an approval rate."""
        return self.words["policy"] if rule == POLICY else rule.replace("%", f"{NARROW}%")

    @property
    def rules(self) -> list[str]:
        """The rules that approvals are judged under."""
        return list(dict.fromkeys(i.rule for i in self.audit.impact))

    @property
    def verdict_rows(self) -> list[tuple[str, str, str, list[Finding | None]]]:
        """Attribute, group, reference, and one finding a column of the table of verdicts."""
        findings = {(f.attribute, f.group, f.rule or f.metric): f for f in self.audit.findings}
        columns = [*self.rules, *OUTCOMES]
        return [
            (
                i.attribute,
                i.group,
                i.reference,
                [findings.get((i.attribute, i.group, c)) for c in columns],
            )
            for i in self.at_policy
        ]

    @property
    def verdict_heads(self) -> list[str]:
        """Heads of the table of verdicts."""
        w = self.words
        names = [*(self.rule(rule) for rule in self.rules), *(w[metric] for metric in OUTCOMES)]
        return [f"{w['group']} / {w['reference']}", *names]

    @property
    def at_policy(self) -> list[Impact]:
        """Approvals under the policy in force."""
        return [i for i in self.audit.impact if i.rule == POLICY]

    @property
    def worst_flip(self) -> Flipped | None:
        """The flip that moved most scores; None where nothing was flipped."""
        return max(self.audit.flips, key=lambda f: f.scores_changed, default=None)

    @property
    def open_ones(self) -> list[Finding]:
        """Findings that more applications would settle, the nearest first."""
        found = [f for f in self.audit.findings if f.applications_needed is not None]
        return sorted(found, key=lambda f: (f.rule != POLICY, f.applications_needed or 0))[:12]

    @property
    def impact_picture(self) -> Intervals | None:
        """Adverse impact ratios at the policy in force."""
        return self._intervals("adverse_impact_ratio", self.at_policy, "air")

    @property
    def calibration_picture(self) -> Intervals | None:
        """Observed over predicted defaults."""
        return self._intervals("calibration_ratio", self.audit.calibration, "ratio")

    @property
    def shortfall_picture(self) -> Intervals | None:
        """People missing among the approved."""
        shortfall = partial(self.span, digits=0)
        entries = [
            Entry(self._label(i), i.shortfall, None, shortfall(i.shortfall)) for i in self.at_policy
        ]
        return intervals(entries, 0.0, (None, None), ratio=False)

    @property
    def panels(self) -> list[Panel]:
        """Cut-off curves, one picture for each attribute."""
        low = self._tolerance("adverse_impact_ratio")[0]
        made = (
            panel(self.title(name), [(self.group(c.group), c) for c in curves], low)
            for name, curves in groupby(self.audit.curves, key=lambda c: c.attribute)
        )
        return [p for p in made if p]

    def _intervals(self, metric: str, rows: Sequence[Any], field: str) -> Intervals | None:
        entries = [
            Entry(
                self._label(row), getattr(row, field), row.verdict, self.span(getattr(row, field))
            )
            for row in rows
        ]
        return intervals(entries, 1.0, self._tolerance(metric), ratio=True)

    def _tolerance(self, metric: str) -> tuple[float | None, float | None]:
        found = (f.tolerance for f in self.audit.findings if f.metric == metric)
        return next(found, (None, None))

    def _label(self, row: Any) -> str:
        return f"{self.title(row.attribute)}: {self.group(row.group)}"
