"""Documents of titled sections and tables, one language each, made to be read and printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.reports.writing import templates
from data.contract import Language


@dataclass(frozen=True)
class Grid:
    """A table: heads, then rows of texts. ``title`` stands above it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a document: paragraphs, then facts (name and text), then tables."""

    title: str
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    grids: tuple[Grid, ...] = ()


@dataclass(frozen=True)
class Document:
    """``subtitle`` stands under the title, ``foot`` at the end."""

    language: Language
    title: str
    subtitle: str
    sections: Sequence[Section]
    foot: str

    def html(self) -> str:
        """One self-contained page without scripts."""
        return templates().get_template("document.html").render(document=self)
