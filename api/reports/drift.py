"""The HTML page of a drift check: verdicts, the series of windows, the order of the features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal

from api.drifting_words import BLIND, LAYER_NAMES, told
from api.reports.charts import scale, ticks_between
from api.reports.drift_words import DRIFT_WORDS
from api.reports.writing import DASH, templates
from data.contract import LANGUAGES, Contract, Language
from drift.findings import LAYERS, Finding
from drift.harm import HarmMeasure
from drift.record import DriftCheck
from drift.verdicts import FeatureVerdict

SHADES = {"ok": "PASS", "explain": "INSUFFICIENT", "ticket": "INCONCLUSIVE", "page": "FAIL"}
"""Levels in the colours of the audit's verdicts."""
LAYER_SHADES = {"ok": "PASS", "found": "FAIL", "not_checked": "INSUFFICIENT"}
MOST_FEATURES, MOST_POINTS = 12, 60
WIDTH, HEIGHT = 620.0, 180.0


@dataclass(frozen=True)
class Point:
    """One window of the series: its last day, its level, and an estimate with what came of it."""

    day: date
    level: str
    value: float
    low: float
    high: float
    realised: float | None


@dataclass(frozen=True)
class Mark:
    """One window as it is drawn, in pixels."""

    x: float
    low: float
    value: float
    high: float
    realised: float | None
    shade: str
    title: str


@dataclass(frozen=True)
class Chart:
    """The series of windows; ``up``: heights and values of the ticks."""

    marks: tuple[Mark, ...]
    up: tuple[tuple[float, float], ...]
    first: str
    last: str


Series = Mapping[str, Sequence[Point]]
"""Measure of estimated harm to its windows, the oldest first."""
DRAWN = ("applicants_bad_rate", "bad_rate")


def render(check: DriftCheck, contract: Contract, series: Series) -> str:
    """One self-contained page in all languages; drift.json holds the same numbers."""
    pages = [DriftPage(check, contract, series, language) for language in LANGUAGES]
    return templates().get_template("drift.html").render(check=check, pages=pages)


@dataclass(frozen=True)
class DriftPage:
    """The check in one language."""

    check: DriftCheck
    contract: Contract
    series: Series
    language: Language

    @property
    def words(self) -> Mapping[str, str]:
        """All fixed words of the page."""
        return DRIFT_WORDS[self.language]

    @property
    def shade(self) -> str:
        """The colour of the level."""
        return SHADES[self.check.level]

    @property
    def blind(self) -> str:
        """What no estimate without outcomes can see."""
        return str(getattr(BLIND, self.language))

    @property
    def layers(self) -> list[tuple[str, str, str, str]]:
        """Number, name, verdict and shade of each layer."""
        verdicts = self.check.layers
        return [
            (n, getattr(LAYER_NAMES[n], self.language), verdicts[n], LAYER_SHADES[verdicts[n]])
            for n in LAYERS
        ]

    @property
    def ranking(self) -> list[tuple[FeatureVerdict, float]]:
        """Features against the training reference, the most severe first, and bars in percent."""
        if not self.check.report.against:
            return []
        features = self.check.report.against[0].features
        found = sorted(features, key=lambda f: (not f.significant, -f.severity))[:MOST_FEATURES]
        most = max((f.severity for f in found), default=0.0) or 1.0
        return [(f, round(100 * f.severity / most, 1)) for f in found]

    @property
    def charts(self) -> list[tuple[str, Chart]]:
        """The measures that have two windows or more, as they are drawn."""
        known = {name: self.series.get(name, ())[-MOST_POINTS:] for name in DRAWN}
        return [(name, self._chart(points)) for name, points in known.items() if len(points) > 1]

    def _chart(self, shown: Sequence[Point]) -> Chart:
        known = [v for p in shown for v in (p.low, p.high, p.realised) if v is not None]
        ticks = ticks_between(min(known), max(known))
        y = scale(ticks[0], ticks[-1], HEIGHT, 0.0, ratio=False)
        x = scale(0, len(shown) - 1, 8.0, WIDTH - 8.0, ratio=False)
        marks = tuple(
            Mark(
                x=x(i),
                low=y(p.low),
                value=y(p.value),
                high=y(p.high),
                realised=None if p.realised is None else y(p.realised),
                shade=SHADES[p.level],
                title=f"{self.day(p.day)}: {self.number(p.value)}",
            )
            for i, p in enumerate(shown)
        )
        up = tuple((y(t), t) for t in ticks)
        return Chart(marks, up, self.day(shown[0].day), self.day(shown[-1].day))

    def told(self, finding: Finding) -> str:
        """A finding in words."""
        titles = {name: self.title(name) for name in self.contract.features}
        return told(finding, self.language, titles)

    def title(self, name: str) -> str:
        """The title of a feature."""
        feature = self.contract.features.get(name)
        return name if feature is None else feature.title.in_language(self.language)

    def worse(self, m: HarmMeasure) -> str:
        """How much worse than the reference, with its interval."""
        limits = f"{self.number(m.worse_low)} \u2013 {self.number(m.worse_high)}"
        return f"{self.number(m.worse)} ({limits})"

    def estimate(self, m: HarmMeasure) -> str:
        """An estimate with its interval."""
        return f"{self.number(m.value)} ({self.number(m.low)} \u2013 {self.number(m.high)})"

    def number(self, value: float | None, digits: int = 3) -> str:
        """A number as the language writes it; a dash where there is none."""
        if value is None:
            return DASH
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return str(format_decimal(value, pattern, self.language))

    def day(self, day: date) -> str:
        """A day as the language writes it."""
        return str(format_date(day, "medium", self.language))
