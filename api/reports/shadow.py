"""The HTML report of a challenger in shadow."""

from __future__ import annotations

from api.reports.shadow_page import ShadowPage
from api.reports.shadow_parts import PARTS
from api.reports.writing import templates
from api.shadowing_records import ShadowRecord
from data.contract import LANGUAGES


def render(record: ShadowRecord) -> str:
    """One self-contained page in every language; ``report.json`` holds the same numbers."""
    pages = [ShadowPage(record, language) for language in LANGUAGES]
    made = [(page, [part(page) for part in PARTS]) for page in pages]
    return templates().get_template("shadow.html").render(record=record, pages=made)
