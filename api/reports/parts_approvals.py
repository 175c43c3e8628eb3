"""The parts of the report about who is approved: impact, cut-off, shortfall, time, segments."""

from __future__ import annotations

from itertools import groupby

from api.reports.charts import Panel, panel
from api.reports.charts_parts import shares, trend_panel
from api.reports.page import Page
from api.reports.parts import Part, Table
from fairness.schema_sections import Scorecard

RATIO = "adverse_impact_ratio"
MOST_CROSSINGS = 12


def impact(page: Page) -> Part:
    """Adverse impact ratios at the policy in force."""
    w = page.words
    rows = tuple(
        (
            page.label(i),
            page.group(i.reference),
            page.count(i.people[0]),
            page.count(i.approved[0]),
            page.percent(i.rate.value),
            page.percent(i.reference_rate.value),
            page.span(i.air),
            page.verdict(i.verdict),
        )
        for i in page.at_policy
    )
    keys = ("group", "reference", "people", "approved", "rate", "reference_rate", "air", "verdict")
    return Part(
        title=w["impact"],
        lead=w["impact_lead"],
        picture=page.forest(page.at_policy, "air", metric=RATIO, parity=1.0),
        tables=(Table(tuple(w[k] for k in keys), rows, texts=(1,), title=w["table_of"]),),
    )


def curves(page: Page) -> Part:
    """The ratio along the cut-off, one picture for each attribute."""
    w, low = page.words, page.tolerance(RATIO)[0]
    made = [
        panel(page.title(name), [(page.group(c.group), c) for c in found], low)
        for name, found in groupby(page.audit.curves, key=lambda c: c.attribute)
    ]
    rows = tuple(
        (page.label(c), page.percent(p.approved_share), page.span(p.air))
        for c in page.audit.curves
        for p in c.points
    )
    drawn: tuple[Panel, ...] = tuple(p for p in made if p)
    heads = (w["group"], w["approved"], w["air"])
    table = Table(heads, rows, folded=True, title=w["table_of"])
    return Part(w["curves"], w["curves_lead"], panels=drawn, tables=(table,))


def shortfall(page: Page) -> Part:
    """People missing among the approved."""
    w = page.words
    rows = tuple(
        (
            page.label(i),
            page.group(i.reference),
            page.span(i.difference, 3),
            page.span(i.shortfall, 0),
        )
        for i in page.at_policy
    )
    heads = (w["group"], w["reference"], w["difference"], w["shortfall"])
    return Part(
        title=w["shortfall"],
        lead=w["shortfall_lead"],
        picture=page.forest(page.at_policy, "shortfall", digits=0),
        tables=(Table(heads, rows, texts=(1,), title=w["table_of"]),),
    )


def trends(page: Page) -> Part:
    """Approval-rate differences over time."""
    w, low = page.words, page.tolerance("approval_rate_difference")[0]
    found = page.audit.trends
    made = [trend_panel(page.label(t), page.group(t.reference), t, low) for t in found]
    whole = tuple(
        (
            page.label(t),
            page.span(t.running),
            t.since or page.dash,
            page.count(len(t.windows)),
            page.count(t.waiting),
            page.verdict(t.verdict),
        )
        for t in found
    )
    each = tuple(
        (
            page.label(t),
            v.first if v.first == v.last else f"{v.first} \u2013 {v.last}",
            page.span(v.difference),
            page.span(v.running),
        )
        for t in found
        for v in t.windows
    )
    keys = ("group", "running", "since", "windows", "waiting", "verdict")
    own = ("group", "window", "own_difference", "running")
    return Part(
        title=w["trends"],
        lead=w["trends_lead"],
        trends=tuple(t for t in made if t),
        tables=(
            Table(tuple(w[k] for k in keys), whole, title=w["table_of"]),
            Table(tuple(w[k] for k in own), each, folded=True, title=w["by_window"]),
        ),
    )


def scorecard(page: Page) -> Part:
    """Women's World Banking's questions, for every attribute: one row a group."""
    w, cards = page.words, page.audit.scorecard
    measures = list(dict.fromkeys(m for c in cards for m in c.means))
    heads = [w[k] for k in ("group", "people", "applicants", "rejected", "approval")]
    rows = tuple(
        (
            _card_label(page, c),
            page.count(c.people),
            page.percent(c.share_of_applicants),
            page.percent(c.share_of_rejected),
            page.percent(c.approval_rate),
            *(page.size(c.means[m]) for m in measures),
        )
        for c in cards
    )
    told = [(_card_label(page, c), _two_shares(page, c), c) for c in cards]
    heads += [f"{w['mean_of']} {page.measure(m).lower()}" for m in measures]
    return Part(
        title=w["scorecard"],
        lead=w["scorecard_lead"],
        shares=shares(told),
        tables=(Table(tuple(heads), rows, title=w["table_of"]),),
    )


def _card_label(page: Page, card: Scorecard) -> str:
    return f"{page.label(card)} ({page.words['reference']})" if card.reference else page.label(card)


def _two_shares(page: Page, card: Scorecard) -> str:
    shown = page.percent(card.share_of_applicants), page.percent(card.share_of_rejected)
    return " \u2192 ".join(shown)


def segments(page: Page) -> Part:
    """Ratios within product, branch and season."""
    w, found = page.words, page.audit.segments
    labels = [f"{page.label(s)}, {w['within']} {page.segment(s.stratum)}" for s in found]
    rows = tuple(
        (
            label,
            page.span(s.air),
            page.probability(s.p_equal),
            page.probability(s.p_heterogeneous),
            page.count(len(s.pooled)),
        )
        for label, s in zip(labels, found, strict=True)
    )
    parts = tuple(
        (
            page.named(label, page.group(part.name)),
            page.count(part.people[0]),
            page.count(part.people[1]),
            page.span(part.air),
        )
        for label, s in zip(labels, found, strict=True)
        for part in s.segments
    )
    keys = ("group", "pooled_air", "p_equal", "p_heterogeneous", "pooled")
    own = ("group", "people", "reference_people", "air")
    return Part(
        title=w["segments"],
        lead=w["segments_lead"],
        picture=page.forest(found, "air", metric=RATIO, parity=1.0, labels=labels),
        tables=(
            Table(tuple(w[k] for k in keys), rows, title=w["table_of"]),
            Table(tuple(w[k] for k in own), parts, folded=True, title=w["each_segment"]),
        ),
    )


def crossings(page: Page) -> Part:
    """Two attributes at once: the lowest rates as a picture, all of them in the table."""
    w, found = page.words, page.audit.intersections
    lowest = sorted(found, key=lambda c: c.rate.value if c.rate.value is not None else 1.0)
    rows = tuple(
        (
            page.label(c),
            page.count(c.people),
            page.span(c.rate),
            page.number(c.pull),
            page.verdict(c.verdict),
        )
        for c in found
    )
    keys = ("group", "people", "shrunk_rate", "pull", "verdict")
    own = Table(tuple(w[k] for k in keys), rows, folded=True, title=w["table_of"])
    return Part(
        title=w["crossings"],
        lead=w["crossings_lead"],
        picture=page.forest(lowest[:MOST_CROSSINGS], "rate", parity=page.overall_rate),
        tables=(own,),
    )


def subgroups(page: Page) -> Part:
    """The subgroups that the search found, the worst first."""
    w, found = page.words, page.audit.worst_subgroup
    names = [page.conditions(s.conditions) for s in found.subgroups]
    rows = tuple(
        (
            name,
            page.count(s.people),
            page.span(s.rate),
            page.number(s.expected),
            page.count(s.shortfall),
            page.probability(s.p_corrected),
            w["proven"] if s.proven else w["not_proven"],
        )
        for name, s in zip(names, found.subgroups, strict=True)
    )
    keys = ("subgroup", "people", "rate", "expected", "lacking", "p", "finding")
    picture = page.forest(found.subgroups, "rate", parity=page.overall_rate, labels=names)
    table = Table(tuple(w[k] for k in keys), rows, texts=(6,), title=w["table_of"], style="long")
    return Part(w["subgroups"], w["subgroups_lead"], picture=picture, tables=(table,))
