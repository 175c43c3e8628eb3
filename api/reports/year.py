"""One HTML file that shows a lived-through world, in three languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from api.drifting_words import told
from api.living.judging import Raised
from api.living.lender import contract_of_story
from api.living.story import Year
from api.reports.writing import DASH, templates
from api.reports.year_chart import Bar, YearChart, chart
from api.reports.year_words import YEAR_WORDS
from data.contract import LANGUAGES, Language
from scoring.intervals import Estimate

Rows = list[tuple[str, ...]]


def render(year: Year) -> str:
    """One self-contained page in all languages; ``Year.plain`` has the same numbers."""
    features = contract_of_story().features
    drawn = chart(year)
    pages = [
        YearPage(
            year,
            drawn,
            language,
            {name: feature.title.in_language(language) for name, feature in features.items()},
        )
        for language in LANGUAGES
    ]
    return templates().get_template("year.html").render(pages=pages)


@dataclass(frozen=True)
class YearPage:
    """The story in one language; ``titles``: field to its title."""

    year: Year
    chart: YearChart
    language: Language
    titles: Mapping[str, str]

    @property
    def words(self) -> Mapping[str, str]:
        """All fixed words of the page."""
        return YEAR_WORDS[self.language]

    @property
    def verdict(self) -> str:
        """Whether everything came as it should, in one sentence."""
        judged = self.year.judged
        return self.words["right" if self.year.right else "wrong"].format(
            due=len(judged.answered),
            missing=len(judged.missing),
            false=len(judged.false),
            promoted=len(self.year.promoted),
        )

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Numbers, and what they are."""
        months = self.year.months
        found = {
            "applications": sum(m.counts.applications for m in months),
            "lent": sum(m.counts.lent for m in months),
            "alarms": len(self.year.episodes),
            "models": len(self.chart.service),
        }
        return [(self.number(n), self.words[name]) for name, n in found.items()]

    @property
    def due(self) -> Rows:
        """Each alarm that was due, and when it came."""
        return [
            (
                self.words[alarm.cause],
                self.subject(alarm.subject),
                str(alarm.layer),
                self.day(alarm.earliest),
                self.day(alarm.latest),
                self.words["never"] if raised is None else self.day(raised.window),
            )
            for alarm, raised in self.year.judged.answered
        ]

    @property
    def months(self) -> Rows:
        """Each month in numbers."""
        vintages = {v.month: v for v in self.year.vintages}
        return [
            (
                self.month(m.first),
                m.champion[-12:],
                self.number(m.counts.applications),
                self.percent(m.counts.approved / max(m.counts.applications, 1)),
                self.number(m.counts.lent),
                self.percent(vintages[m.first].expected) if m.first in vintages else DASH,
                self.shares(vintages[m.first].observed) if m.first in vintages else DASH,
                "; ".join(self.raised(r) for r in m.raised),
            )
            for m in self.year.months
        ]

    def raised(self, raised: Raised) -> str:
        """What an episode says."""
        return told(raised, self.language, self.titles)

    def bar(self, bar: Bar) -> str:
        """What the episode of a bar says."""
        return self.subject(bar.subject)

    def subject(self, subject: str) -> str:
        """A subject as its alarm says it; an alarm that never came has only a name."""
        found = [e for e in self.year.episodes if e.subject == subject]
        return self.raised(found[0]) if found else subject

    def number(self, value: float) -> str:
        """A whole number."""
        return str(format_decimal(value, "#,##0", locale=self.language))

    def percent(self, value: float | None) -> str:
        """A share."""
        return DASH if value is None else str(format_percent(value, "0.0%", locale=self.language))

    def shares(self, seen: Estimate) -> str:
        """A share with its interval."""
        value, low, high = (self.percent(v) for v in seen)
        return f"{value} ({low} {DASH} {high})"

    def tick(self, value: float) -> str:
        """A share at an axis."""
        return str(format_percent(value, "0%", locale=self.language))

    def day(self, day: date | None) -> str:
        """A day."""
        return DASH if day is None else str(format_date(day, "medium", locale=self.language))

    def month(self, day: date) -> str:
        """A month."""
        return str(format_date(day, "MMM y", locale=self.language))

    @property
    def alarms(self) -> list[tuple[float, str]]:
        """The rows of the episodes: height and text."""
        rows = {bar.y: self.bar(bar) for bar in self.chart.episodes}
        return sorted(rows.items())
