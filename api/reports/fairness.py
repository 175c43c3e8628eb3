"""The HTML report of a fairness audit."""

from __future__ import annotations

from collections.abc import Callable

from api.reports import challenger
from api.reports import parts_approvals as approvals
from api.reports import parts_loans as loans
from api.reports import parts_recourse as costs
from api.reports.page import Page
from api.reports.parts import Part
from api.reports.writing import templates
from data.contract import LANGUAGES
from fairness.schema import Audit

PARTS: tuple[Callable[[Page], Part], ...] = (
    challenger.changed,
    challenger.moved,
    challenger.recalibrated,
    approvals.impact,
    approvals.curves,
    loans.calibration,
    approvals.shortfall,
    approvals.scorecard,
    approvals.trends,
    approvals.segments,
    approvals.crossings,
    approvals.subgroups,
    loans.outcomes,
    loans.outcome_tests,
    loans.explanations,
    costs.recourse,
    loans.proxies,
    loans.shifts,
    loans.details,
)
"""In the order of the report, after the verdicts and before the method."""


def render(audit: Audit) -> str:
    """One self-contained page in every language; ``audit.json`` holds the same numbers."""
    pages = [(page, parts(page)) for page in (Page(audit, language) for language in LANGUAGES)]
    return templates().get_template("fairness.html").render(audit=audit, pages=pages)


def parts(page: Page) -> list[Part]:
    """All parts that have something to show, and those that a reader would look for."""
    made = [make(page) for make in PARTS]
    wanted = {page.words[k] for k in ("impact", "curves", "calibration", "shortfall", "details")}
    return [part for part in made if not part.empty or part.title in wanted]
