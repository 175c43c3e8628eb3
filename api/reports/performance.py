"""One HTML file of realised performance in three languages: pictures, the same numbers beneath."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import get_args

from api.outcomes_replies import EarlyShown, GroupShown, Performance, YearShown
from api.reports.performance_charts import Plot, Series, curves, whiskers
from api.reports.performance_words import WORDS
from api.reports.performance_writing import PerformanceWriting
from api.reports.writing import DASH, templates
from data.contract import Language

Rows = tuple[tuple[str, ...], ...]
NEWEST = 12
"""Vintages that the picture shows."""


@dataclass(frozen=True)
class Part:
    """One part of the report; ``heads`` and ``rows`` are texts."""

    title: str
    lead: str
    heads: tuple[str, ...]
    rows: Rows
    plot: Plot | None = None


def render(record: Performance) -> str:
    """The whole file; ``performance.json`` holds the same numbers."""
    pages = [PerformancePage(record, language) for language in get_args(Language)]
    return templates().get_template("performance.html").render(record=record, pages=pages)


@dataclass(frozen=True)
class PerformancePage(PerformanceWriting):
    """The report in one language."""

    record: Performance
    language: Language

    @property
    def words(self) -> dict[str, str]:
        """All fixed words of the page."""
        return WORDS[self.language]

    @property
    def year(self) -> YearShown | None:
        """The year in force."""
        return self.record.years[-1] if self.record.years else None

    @property
    def shade(self) -> str:
        """The colour of the verdict, as in the other reports."""
        return "INSUFFICIENT" if self.year is None else "FAIL" if self.year.alarm else "PASS"

    @property
    def verdict(self) -> str:
        """What the evidence says, in one sentence."""
        year = self.year
        if year is None:
            return self.words["no_loans"]
        name = (year.direction if year.alarm else None) or "quiet"
        since = year.since if year.alarm else year.year_from
        return self.words[name].format(
            day=self.date(year.alarmed_on), since=self.date(since), odds=self.span(year.odds)
        )

    @property
    def known(self) -> str:
        """As of when."""
        record = self.record
        return self.words["known"].format(
            day=self.date(record.known_on), seen=self.date(record.seen_until)
        )

    @property
    def definition(self) -> str:
        """What a bad loan is."""
        record = self.record
        return self.words["bad"].format(days=record.days_past_due, window=record.window_days)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Numbers of loans, and what they are."""
        counts = self.record.loans.model_dump()
        return [(self.number(n, 0), self.words[name]) for name, n in counts.items()]

    @property
    def parts(self) -> list[Part]:
        """All parts that have something to show."""
        found = [
            self._evidence(),
            self._groups("by_vintage", self.record.by_vintage),
            self._bands(),
            self._ranking(),
            self._early(),
            self._vintages(),
            self._at_risk(),
            self._rolls(),
        ]
        return [part for part in found if part.rows]

    def _evidence(self) -> Part:
        w, year = self.words, self.year
        looks = year.looks if year else []
        points = [(i, log10(max(look.e_value, 1e-3))) for i, look in enumerate(looks)]
        names = [self.date(look.day) for look in looks]
        picture = curves(names, [(w["e_value"], points)], self.power_of_ten, log10(20))
        keys = ("year", "until", "loans", "left_out", "observed", "expected", "ratio", "e_value")
        rows = tuple(
            (
                self.date(y.year_from),
                self.date(y.until),
                self.number(y.n, 0),
                self.number(y.overlapping, 0),
                self.number(y.observed, 0),
                self.number(y.expected, 1),
                self.span(y.ratio),
                self.number(y.e_value),
                self.number(y.largest),
                w["yes"] if y.alarm else w["no"],
            )
            for y in self.record.years
        )
        heads = tuple(w[k] for k in (*keys, "largest", "alarm"))
        return Part(w["evidence"], w["evidence_lead"], heads, rows, picture)

    def _groups(self, name: str, groups: Sequence[GroupShown]) -> Part:
        w = self.words
        picture = whiskers([(g.name[:7], g.ratio, None) for g in groups], self.number, 1.0)
        heads = tuple(w[k] for k in ("month", "loans", "observed", "expected", "ratio"))
        rows = tuple(
            (
                g.name[:7],
                self.number(g.loans, 0),
                self.number(g.observed, 0),
                self.number(g.expected, 1),
                self.span(g.ratio),
            )
            for g in groups
        )
        return Part(w[name], w[f"{name}_lead"], heads, rows, picture)

    def _bands(self) -> Part:
        w, groups = self.words, self.record.by_band
        entries = [(g.name, g.share, g.expected / g.loans) for g in groups]
        heads = tuple(w[k] for k in ("band", "loans", "observed", "expected", "share", "ratio"))
        rows = tuple(
            (
                g.name,
                self.number(g.loans, 0),
                self.number(g.observed, 0),
                self.number(g.expected, 1),
                self.shares(g.share),
                self.span(g.ratio),
            )
            for g in groups
        )
        return Part(w["by_band"], w["by_band_lead"], heads, rows, whiskers(entries, self.percent))

    def _ranking(self) -> Part:
        w, found = self.words, self.record.ranking
        names = ("auc", "ks", "slope", "intercept")
        rows = tuple((w[n], self.span(getattr(found, n), 3)) for n in names) if found.loans else ()
        return Part(w["ranking"], w["ranking_lead"], (w["measure"], w["value"]), rows)

    def _early(self) -> Part:
        w, early = self.words, self.record.early
        both = {"first_payment": early.first_payment, "third_month": early.third_month}
        months = sorted({v.month for found in both.values() for v in found})
        series = [(w[n], self._by_month(months, found)) for n, found in both.items()]
        by_month = {n: {v.month: v for v in found} for n, found in both.items()}
        rows = tuple(
            (f"{m:%Y-%m}", *(text for n in both for text in self._early_cells(by_month[n].get(m))))
            for m in months
        )
        heads = (w["month"], *(text for n in both for text in (w["loans"], w[n])))
        picture = curves([f"{m:%Y-%m}" for m in months], series, self.percent)
        return Part(w["early"], w["early_lead"], heads, rows, picture)

    def _by_month(
        self, months: Sequence[dt.date], found: Sequence[EarlyShown]
    ) -> list[tuple[int, float]]:
        return [(months.index(v.month), v.share.value or 0.0) for v in found]

    def _early_cells(self, found: EarlyShown | None) -> tuple[str, str]:
        if found is None:
            return DASH, DASH
        return self.number(found.loans, 0), self.shares(found.share)

    def _vintages(self) -> Part:
        w, vintages = self.words, self.record.portfolio.vintages
        longest = max((len(v.curve) for v in vintages), default=0)
        ages = [str(age) for age in range(1, longest + 1)]
        series: list[Series] = [
            (f"{v.month:%Y-%m}", [(p.month_on_book - 1, p.share.value or 0.0) for p in v.curve])
            for v in vintages[-NEWEST:]
        ]
        rows = tuple(
            (
                f"{v.month:%Y-%m}",
                self.number(v.loans, 0),
                *(self.percent(p.share.value) for p in v.curve),
                *[DASH] * (longest - len(v.curve)),
            )
            for v in vintages
            if v.curve
        )
        heads = (w["month"], w["loans"], *ages)
        return Part(
            w["vintages"], w["vintages_lead"], heads, rows, curves(ages, series, self.percent)
        )

    def _at_risk(self) -> Part:
        w, months = self.words, self.record.at_risk.months
        names = [f"{m.day:%Y-%m}" for m in months]
        series: list[Series] = [
            ("PAR30", [(i, m.par30.value or 0.0) for i, m in enumerate(months)]),
            ("PAR90", [(i, m.par90.value or 0.0) for i, m in enumerate(months)]),
        ]
        rows = tuple(
            (
                name,
                self.number(m.loans, 0),
                self.number(m.balance, 0),
                self.shares(m.par30),
                self.shares(m.par90),
                self.percent(m.rescheduled.value),
                self.number(m.written_off, 0),
            )
            for name, m in zip(names, months, strict=True)
        )
        balance = f"{w['balance']} ({self.record.at_risk.currency})"
        heads = (w["month"], w["loans"], balance, "PAR30", "PAR90", w["rescheduled"])
        picture = curves(names, series, self.percent)
        return Part(w["at_risk"], w["at_risk_lead"], (*heads, w["written_off"]), rows, picture)

    def _rolls(self) -> Part:
        w, rolls = self.words, self.record.portfolio.roll_rates
        starts = list(dict.fromkeys(r.start for r in rolls))
        ends = list(dict.fromkeys(r.end for r in rolls))
        cells = {(r.start, r.end): r for r in rolls}
        rows = tuple(
            (
                w.get(a, a),
                self.number(cells[a, ends[0]].loans, 0),
                *(self.shares(cells[a, b].share) for b in ends),
            )
            for a in starts
        )
        heads = (w["from_to"], w["loans"], *(w.get(b, b) for b in ends))
        return Part(w["rolls"], w["rolls_lead"], heads, rows)
