"""The part of the report about recourse: what it would take those declined to be approved."""

from __future__ import annotations

from api.reports.page import Page
from api.reports.parts import Part, Table


def recourse(page: Page) -> Part:
    """Shares with a way to a better answer, and the effort of the easiest."""
    w, found = page.words, page.audit.recourse
    rows = tuple(
        (
            page.label(r),
            page.group(r.reference),
            page.count(r.searched[0]),
            page.percent(r.with_option.value),
            page.percent(r.reference_with_option.value),
            page.span(r.option_difference),
            page.number(r.effort.value),
            page.number(r.reference_effort.value),
            page.span(r.effort_difference),
        )
        for r in found
    )
    keys = ("group", "reference", "searched", "with_option", "reference_with_option", "difference")
    efforts = ("effort", "reference_effort", "difference")
    heads = tuple(w[k] for k in (*keys, *efforts))
    return Part(
        title=w["recourse"],
        lead=w["recourse_lead"],
        picture=page.forest(found, "effort_difference"),
        tables=(Table(heads, rows, texts=(1,), title=w["table_of"]),),
    )
