"""``microscore models card``: the model card and data sheet of a version."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import JsonOption, emit, one_of, out, table

Html = Annotated[
    bool, typer.Option("--html", help="Write the page into HOME/cards instead of telling it here.")
]
Lang = Annotated[str, typer.Option(help="en or fr.")]


def card(
    ref: Annotated[str, typer.Argument(help="A version, an alias or a bundle's folder.")],
    lang: Lang = "en",
    html: Html = False,
    as_json: JsonOption = False,
) -> None:
    """Write what a model is for, how good it is, on what data, and where it must not be used.

    All of it comes from the signed bundle and from the fairness audits that were kept.
    """
    from api.reports.card import Card
    from api.reports.card_words import CARD_LANGUAGES
    from api.settings import Settings
    from api.wiring import open_registry
    from data.store.audits import audits_of

    language = one_of("--lang", lang, CARD_LANGUAGES)
    settings = Settings()
    with open_registry(settings) as registry:
        version, bundle = registry.open(ref)
        audits = audits_of(registry.store, version)
    document = Card(version, bundle, audits, language).document()
    page: Path | None = None
    if html:
        page = settings.home / "cards" / f"{version}.{language}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(document.html(), encoding="utf-8")
    payload: dict[str, Any] = {
        "version": version,
        "language": language,
        "html": None if page is None else str(page),
        "sections": [
            {
                "title": s.title,
                "paragraphs": s.paragraphs,
                "facts": dict(s.facts),
                "tables": [{"title": g.title, "heads": g.heads, "rows": g.rows} for g in s.grids],
            }
            for s in document.sections
        ],
    }
    emit(as_json, payload, lambda: _show(payload))


def _show(payload: dict[str, Any]) -> None:
    if payload["html"]:
        out.print(payload["html"], markup=False, highlight=False, soft_wrap=True)
        return
    for section in payload["sections"]:
        out.print(f"\n{section['title']}", style="bold", markup=False, highlight=False)
        for text in section["paragraphs"]:
            out.print(text, markup=False, highlight=False)
        for name, text in section["facts"].items():
            out.print(f"{name}: {text}", markup=False, highlight=False)
        for grid in section["tables"]:
            rows = [[*row] for row in grid["rows"]]
            out.print(table(grid["title"], [*grid["heads"]], rows))
