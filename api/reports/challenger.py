"""The parts of the report about a challenger against the champion; empty without one."""

from __future__ import annotations

from api.reports.challenger_words import WORDS
from api.reports.charts import Entry, intervals
from api.reports.page import Page
from api.reports.parts import Part, Table
from fairness.records import AuditRecord, Comparison


def changed(page: Page) -> Part:
    """The change of the impact ratio of every group, with its verdict."""
    w, made = WORDS[page.language], _comparison(page)
    if made is None:
        return Part(w["changed"], "")
    entries = [Entry(page.label(g), g.air, None, page.span(g.air)) for g in made.groups]
    heads = tuple(w[k] for k in ("group", "air", "difference", "settle", "verdict"))
    rows = tuple(
        (
            page.label(g),
            page.span(g.air),
            page.span(g.difference),
            page.count(g.applications_needed),
            w[g.verdict],
        )
        for g in made.groups
    )
    lead = w["changed_lead"].format(
        champion=made.champion, verdict=w[made.verdict], margin=page.number(made.margin)
    )
    picture = intervals(entries, 0.0, (-made.margin, None), ratio=False)
    return Part(w["changed"], lead, picture=picture, tables=(Table(heads, rows),))


def moved(page: Page) -> Part:
    """The decisions that differ, by group."""
    w, made = WORDS[page.language], _comparison(page)
    rows = tuple(
        (
            page.label(m),
            page.count(m.gained),
            page.count(m.lost),
            page.count(m.net),
            page.probability(m.p),
        )
        for m in (made.moved if made else ())
    )
    heads = (*(w[k] for k in ("group", "gained", "lost", "net")), "p")
    return Part(w["moved"], w["moved_lead"], tables=(Table(heads, rows),))


def recalibrated(page: Page) -> Part:
    """The change of observed over predicted defaults, by group."""
    w, made = WORDS[page.language], _comparison(page)
    found = made.calibration if made else ()
    entries = [Entry(page.label(c), c.ratio, None, page.span(c.ratio)) for c in found]
    rows = tuple((page.label(c), page.span(c.ratio)) for c in found)
    return Part(
        w["recalibrated"],
        w["recalibrated_lead"],
        picture=intervals(entries, 0.0, (None, None), ratio=False),
        tables=(Table((w["group"], w["change"]), rows),),
    )


def _comparison(page: Page) -> Comparison | None:
    return page.audit.comparison if isinstance(page.audit, AuditRecord) else None
