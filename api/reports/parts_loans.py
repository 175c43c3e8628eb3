"""The parts of the report about loans and reasons: calibration, outcomes, explanations, proxies."""

from __future__ import annotations

from api.reports.page import Page
from api.reports.parts import Part, Table

SHARES_SHOWN = 3
"""Features of a score gap that a row of the table names."""


def calibration(page: Page) -> Part:
    """Observed over predicted defaults."""
    w = page.words
    whole = [c for c in page.audit.calibration if c.vintage is None]
    rows = tuple(
        (
            page.label(c),
            page.count(c.loans),
            page.count(c.defaults),
            page.span(c.ratio),
            page.probability(c.p),
            page.span(c.slope),
            page.span(c.brier),
            page.verdict(c.verdict),
        )
        for c in whole
    )
    years = tuple(
        (page.label(c), str(c.vintage), page.span(c.ratio), page.span(c.slope), page.span(c.brier))
        for c in page.audit.calibration
        if c.vintage is not None
    )
    keys = ("group", "loans", "defaults", "ratio", "p_alone", "slope", "brier", "verdict")
    own = ("group", "vintage", "ratio", "slope", "brier")
    tables = (
        Table(tuple(w[k] for k in keys), rows, title=w["table_of"]),
        Table(tuple(w[k] for k in own), years, folded=True, title=w["by_vintage"]),
    )
    picture = page.forest(whole, "ratio", metric="calibration_ratio", parity=1.0)
    return Part(w["calibration"], w["calibration_lead"], picture=picture, tables=tables)


def outcomes(page: Page) -> Part:
    """TPR, FPR, equalized odds and AUC: three answers each."""
    w, found = page.words, page.audit.outcomes
    rows = tuple(
        (
            page.label(o),
            w[o.metric],
            page.span(o.approved_only),
            page.span(o.weighted),
            page.span(o.bounds),
            w[o.sign],
            page.verdict(o.verdict),
        )
        for o in found
    )
    rates = [o for o in found if o.metric == "tpr_difference"]
    by_chance = any(o.weighted.low is not None for o in rates)
    keys = ("group", "metric", "approved_only", "weighted", "bounds", "sign", "verdict")
    return Part(
        title=w["outcomes"],
        lead=f"{w['outcomes_lead']} {w['outcomes_weighted' if by_chance else 'outcomes_unlogged']}",
        picture=page.forest(rates, "weighted" if by_chance else "bounds", metric="tpr_difference"),
        tables=(Table(tuple(w[k] for k in keys), rows, texts=(1, 5), title=w["table_of"]),),
    )


def outcome_tests(page: Page) -> Part:
    """Bad rates just above the cut-off."""
    w, found = page.words, page.audit.outcome_tests
    rows = tuple(
        (
            page.label(o),
            page.group(o.reference),
            page.count(o.loans[0]),
            page.count(o.loans[1]),
            page.percent(o.rate.value),
            page.percent(o.reference_rate.value),
            page.span(o.difference),
            page.verdict(o.verdict),
        )
        for o in found
    )
    keys = ("group", "reference", "loans", "reference_loans", "bad_rate", "reference_bad_rate")
    heads = (*(w[k] for k in keys), w["difference"], w["verdict"])
    picture = page.forest(found, "difference", metric="outcome_test_difference")
    table = Table(heads, rows, texts=(1,), title=w["table_of"])
    return Part(w["outcome_tests"], w["outcome_tests_lead"], picture=picture, tables=(table,))


def explanations(page: Page) -> Part:
    """Quality of the reasons that declined applicants are told."""
    w, found = page.words, page.audit.explanations
    judged = [e for e in found if e.measure != "reasons"]
    labels = [f"{page.label(e)}, {w[e.measure].lower()}" for e in judged]
    rows = tuple(
        (
            page.label(e),
            w[e.measure],
            page.count(e.declines[0]),
            page.number(e.value.value),
            page.number(e.reference_value.value),
            page.span(e.difference),
            page.verdict(e.verdict),
        )
        for e in found
    )
    keys = ("group", "measure", "declines", "value", "reference_value", "difference", "verdict")
    metric = "explanation_difference"
    return Part(
        title=w["explanations"],
        lead=w["explanations_lead"],
        picture=page.forest(judged, "difference", metric=metric, labels=labels),
        tables=(Table(tuple(w[k] for k in keys), rows, texts=(1,), title=w["table_of"]),),
    )


def proxies(page: Page) -> Part:
    """What the features know of groups, and which carry the score gap."""
    w, found = page.words, page.audit.proxies
    rows = tuple(
        (
            page.label(x),
            page.group(x.reference),
            page.span(x.auc),
            page.probability(x.p),
            page.span(x.gap),
            ", ".join(
                f"{page.feature(name)} {page.number(gap.value)}"
                for name, gap in x.features[:SHARES_SHOWN]
            ),
            page.verdict(x.verdict),
        )
        for x in found
    )
    keys = ("group", "reference", "auc", "p_alone", "gap", "features", "verdict")
    table = Table(tuple(w[k] for k in keys), rows, texts=(1, 5), title=w["table_of"], style="long")
    picture = page.forest(found, "auc", metric="proxy_auc", parity=0.5)
    return Part(w["proxies"], w["proxies_lead"], picture=picture, tables=(table,))


def shifts(page: Page) -> Part:
    """How far score, amount, rate and collateral lie apart."""
    w, found = page.words, page.audit.distribution
    everyone = [d for d in found if d.of == "all"]
    labels = [f"{page.label(d)}, {page.measure(d.measure).lower()}" for d in everyone]
    rows = tuple(
        (
            page.label(d),
            page.measure(d.measure),
            w[f"of_{d.of}"],
            page.span(d.standardised_difference),
            page.size(d.wasserstein),
            page.verdict(d.verdict),
        )
        for d in found
    )
    judged = any(d.verdict for d in found)
    keys = ("group", "measure", "among", "smd", "wasserstein", *(("verdict",) if judged else ()))
    metric = "standardised_mean_difference"
    return Part(
        title=w["distribution"],
        lead=w["distribution_lead"],
        picture=page.forest(everyone, "standardised_difference", metric=metric, labels=labels),
        tables=(
            Table(
                tuple(w[k] for k in keys),
                tuple(row[: len(keys)] for row in rows),
                texts=(1, 2),
                title=w["table_of"],
            ),
        ),
    )


def details(page: Page) -> Part:
    """Approvals by group and rule, and every flip."""
    w = page.words
    rows = tuple(
        (
            page.label(i),
            page.rule(i.rule),
            page.count(i.people[0]),
            page.count(i.approved[0]),
            page.percent(i.rate.value),
            page.span(i.air),
            page.span(i.difference, 3),
            page.probability(i.p_corrected),
            page.verdict(i.verdict),
        )
        for i in page.audit.impact
    )
    flips = tuple(
        (
            page.title(f.attribute),
            f.column,
            page.flip(f.change),
            page.count(f.applications),
            page.count(f.scores_changed),
            page.verdict(f.verdict),
        )
        for f in page.audit.flips
    )
    keys = ("group", "rule", "people", "approved", "rate", "air", "difference", "p", "verdict")
    own = ("attribute", "column", "change", "applications", "scores_changed", "verdict")
    tables = [Table(tuple(w[k] for k in keys), rows, texts=(1,), title=w["rates_table"])]
    if flips:
        tables.append(Table(tuple(w[k] for k in own), flips, texts=(1, 2), title=w["flips"]))
    return Part(w["details"], w["details_lead"], tables=tuple(tables))
