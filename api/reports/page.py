"""An audit in one language: its words, and how names and findings are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from re import fullmatch
from typing import Any

from api.reports.charts import Entry, Intervals, intervals
from api.reports.words import WORDS
from api.reports.words_method import METHOD
from api.reports.writing import DASH, NARROW, Writing
from data.contract import Language
from fairness.schema import Audit, Finding
from fairness.schema_sections import Flipped, Impact, Range
from fairness.verdicts import Verdict

POLICY = "policy"
OUTCOMES = (
    "approval_rate_difference",
    "calibration_ratio",
    "tpr_difference",
    "fpr_difference",
    "outcome_test_difference",
    "explanation_difference",
    "proxy_auc",
)
"""Columns of the table of verdicts beside those of the adverse impact ratio."""
NOT_STATED = "not stated"
SHIFTED = r"(\d+) on of (\d+)"
"""A flip that gives each value the one some steps further."""
MOST_OPEN = 12
WORST = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.INSUFFICIENT, Verdict.PASS)


def fails_audit(finding: Finding) -> bool:
    """Whether this finding alone makes the audit a FAIL."""
    return finding.counts and finding.verdict == Verdict.FAIL


def in_summary(finding: Finding) -> bool:
    """Whether a summary tells of it: at the policy, without a rule, or because it fails the audit.

    An audit can fail at a fixed approval rate alone, and must not hide that among all numbers.
    """
    return finding.rule in {None, POLICY} or fails_audit(finding)


@dataclass(frozen=True)
class Page(Writing):
    """The audit in one language."""

    audit: Audit
    language: Language

    @property
    def words(self) -> dict[str, str]:
        """All fixed words of the page."""
        return WORDS[self.language]

    @property
    def words_of_verdicts(self) -> tuple[str, ...]:
        """Cells of tables that are set as badges."""
        return tuple(v.value for v in Verdict)

    def title(self, attribute: str) -> str:
        """An attribute, or two for an intersection."""
        titles = self.audit.titles
        names = (titles[a].in_language(self.language) for a in attribute.split(" & "))
        return " & ".join(names)

    @property
    def jurisdiction(self) -> str:
        """Whose law; in English where the audit was made before it had this language."""
        told = self.audit.jurisdiction
        return told.get(self.language, told["en"])

    def flip(self, change: str) -> str:
        """What was done to a column."""
        steps = fullmatch(SHIFTED, change)
        if steps:
            return self.words["shifted"].format(step=steps[1], of=steps[2])
        return self.words.get(change, change)

    def feature(self, name: str) -> str:
        """The title of a feature."""
        return self.audit.features[name].in_language(self.language)

    def measure(self, name: str) -> str:
        """The score, or the title of what was asked for."""
        known = {str(role): text for role, text in self.audit.terms.items()}
        return known[name].in_language(self.language) if name in known else self.words[name]

    def segment(self, stratum: str) -> str:
        """Product, branch or season, or the stratum as it is called."""
        return self.words.get(f"by_{stratum}", stratum)

    def rule(self, rule: str) -> str:
        """The policy in force, or an approval rate."""
        return self.words["policy"] if rule == POLICY else rule.replace("%", f"{NARROW}%")

    def label(self, row: Any) -> str:
        """The attribute and the group of a row."""
        return self.named(self.title(row.attribute), self.group(row.group))

    def count(self, people: float | None) -> str:
        """A count of people."""
        return self.number(people, 0)

    def verdict(self, verdict: Verdict | None) -> str:
        """The cell of a verdict, which becomes a badge."""
        return "" if verdict is None else verdict.value

    def size(self, estimate: Range) -> str:
        """A mean or a distance with its interval, with as many decimals as its size needs."""
        largest = max((abs(v) for v in (estimate.low, estimate.high) if v is not None), default=0)
        return self.span(estimate, 0 if largest >= 100 else 1 if largest >= 10 else 2)

    def conditions(self, conditions: Sequence[str]) -> str:
        """The conditions of a subgroup; without any it is everyone."""
        return ", ".join(self._condition(c) for c in conditions) or self.words["everyone"]

    def _condition(self, condition: str) -> str:
        attribute, _, rest = condition.partition(" is ")
        negated = rest.startswith("not ") and rest != NOT_STATED
        group = self.group(rest.removeprefix("not ") if negated else rest)
        excepted = self.words["not_in"] if negated else ""
        return self.named(self.title(attribute), f"{excepted}{group}")

    @property
    def overall_rate(self) -> float:
        """Share of all applicants that the policy approves."""
        return self.audit.population.approved_share

    @property
    def rules(self) -> list[str]:
        """The rules that approvals are judged under."""
        return list(dict.fromkeys(i.rule for i in self.audit.impact))

    @property
    def columns(self) -> list[str]:
        """Rules, and those other metrics that this audit has a verdict on."""
        there = {f.metric for f in self.audit.findings}
        return [*self.rules, *(metric for metric in OUTCOMES if metric in there)]

    @property
    def verdict_rows(self) -> list[tuple[Impact, list[Verdict | None]]]:
        """Groups, and one verdict a column of the table of verdicts: the worst of its measures."""
        found: dict[tuple[str, str | None, str], set[Verdict]] = {}
        for f in self.audit.findings:
            found.setdefault((f.attribute, f.group, f.rule or f.metric), set()).add(f.verdict)

        def worst(i: Impact, column: str) -> Verdict | None:
            there = found.get((i.attribute, i.group, column), set())
            return next((v for v in WORST if v in there), None)

        return [(i, [worst(i, c) for c in self.columns]) for i in self.at_policy]

    @property
    def verdict_heads(self) -> list[str]:
        """Heads of the table of verdicts."""
        rules, w = self.rules, self.words
        return [self.rule(c) if c in rules else w[c] for c in self.columns]

    @property
    def at_policy(self) -> list[Impact]:
        """Approvals under the policy in force."""
        return [i for i in self.audit.impact if i.rule == POLICY]

    @property
    def worst_flip(self) -> Flipped | None:
        """The flip that moved most scores; None where nothing was flipped."""
        return max(self.audit.flips, key=lambda f: f.scores_changed, default=None)

    @property
    def failures(self) -> list[Finding]:
        """Failed findings of a summary, those that fail the audit first."""
        found = [f for f in self.audit.findings if f.verdict == Verdict.FAIL and in_summary(f)]
        return sorted(found, key=lambda f: not f.counts)

    @property
    def open_ones(self) -> list[Finding]:
        """Findings that more applications would settle, the nearest first."""
        found = [f for f in self.audit.findings if f.applications_needed is not None]
        at_policy = [f for f in found if f.rule in {None, POLICY}]
        return sorted(at_policy, key=lambda f: f.applications_needed or 0)[:MOST_OPEN]

    def told(self, finding: Finding) -> str:
        """What a finding is about, in words."""
        what = self.words[finding.metric]
        if finding.measure is not None and finding.measure in self.words:
            what = f"{what} ({self.words[finding.measure].lower()})"
        if finding.rule is not None:
            at = "at_policy" if finding.rule == POLICY else "at_rate"
            what = f"{what}, {self.words[at].format(rate=self.rule(finding.rule))}"
        group = self.group(finding.group) if finding.group else self.words["everyone"]
        return self.named(self.title(finding.attribute), f"{group}, {what}")

    def forest(
        self,
        rows: Sequence[Any],
        field: str,
        *,
        metric: str | None = None,
        parity: float = 0.0,
        digits: int = 2,
        labels: Sequence[str] | None = None,
    ) -> Intervals | None:
        """The intervals in ``field`` of ``rows`` against the tolerance of ``metric``."""
        names = labels or [self.label(row) for row in rows]
        entries = [
            Entry(name, estimate, getattr(row, "verdict", None), self.span(estimate, digits))
            for name, row in zip(names, rows, strict=True)
            for estimate in [self._whole(getattr(row, field))]
        ]
        return intervals(entries, parity, self.tolerance(metric), ratio=parity == 1.0)

    def tolerance(self, metric: str | None) -> tuple[float | None, float | None]:
        """The limits that a finding of ``metric`` was judged by; none without one."""
        found = (f.tolerance for f in self.audit.findings if f.metric == metric)
        return next(found, (None, None))

    def _whole(self, estimate: Range | float | None) -> Range:
        return estimate if isinstance(estimate, Range) else Range()

    @property
    def methods(self) -> tuple[str, ...]:
        """Parts of which the method is told, in their order."""
        return tuple(key.removeprefix("how_") for key in METHOD["en"] if key.startswith("how_"))

    @property
    def dash(self) -> str:
        """Stands where a number is withheld or not defined."""
        return DASH
