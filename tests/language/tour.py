"""A walk through the pages of a role in every language, for sentences that are left in English."""

from dataclasses import dataclass, field
from html import unescape
from re import compile as pattern
from re import findall, fullmatch, sub
from urllib.parse import urlsplit

from starlette.testclient import TestClient

from tests.language.read import left
from tests.security.pages import PAGES

OTHERS = ("fr", "sw")
EACH = 2
"""Pages of one address template that are read; parts of an audit count as templates."""
ENGLISH_HERE = {"/mlops/models/{version}"}
"""Pages that hold a document in another language than theirs: the model card has no Swahili."""
_PLACE = pattern(r"{\w+}")


@dataclass
class Tour:
    """What was seen: address templates, and texts in English by where they stand."""

    seen: set[str] = field(default_factory=set[str])
    english: dict[str, set[str]] = field(default_factory=dict[str, set[str]])


def template_of(path: str) -> str | None:
    """The address template that ``path`` is of; None for no page of ours."""
    bare = urlsplit(path).path
    templates = sorted({at for how, at in PAGES if how == "GET"}, key=lambda at: at.count("{"))
    return next((at for at in templates if fullmatch(_PLACE.sub("[^/]+", at), bare)), None)


def walk(client: TestClient, start: str, known: frozenset[str] = frozenset()) -> Tour:
    """Follow every link under ``start``; ``known``: texts that people wrote, names, commands."""
    tour, waiting, counted = Tour(), [start], dict[str, int]()
    while waiting:
        path = waiting.pop(0)
        at = template_of(path)
        kind = f"{at}?{sub(r'[0-9a-f]{8,}', '', urlsplit(path).query)}"
        counted[kind] = counted.get(kind, 0) + 1
        if at is None or counted[kind] > EACH:
            continue
        tour.seen.add(at)
        page = client.get(_in(path, "en"))
        if not _shown(page):
            continue
        waiting += _links(page.text, start, path)
        for language in OTHERS:
            told = client.get(_in(path, language)).text
            assert f'<html lang="{language}"' in told, path
            for text in left(page.text, told, known, marked=at in ENGLISH_HERE):
                tour.english.setdefault(text, set()).add(f"{language} {path}")
    return tour


def pages_under(start: str) -> set[str]:
    """The address templates of pages to look at under ``start``."""
    return {at for how, at in PAGES if how == "GET" and at.startswith(start)}


def _in(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def _shown(page: object) -> bool:
    headers = getattr(page, "headers", {})
    shown = "text/html" in headers.get("content-type", "")
    return shown and "attachment" not in headers.get("content-disposition", "")


def _links(html: str, start: str, path: str) -> list[str]:
    links = [unescape(link) for link in findall(r'href="([^"#]+)"', html)]
    found = [link for link in links if link.startswith(start)]
    if template_of(path) == "/risk/audits/{audit_id}" and "?" not in path:
        found += [f"{path}?part={n}" for n in findall(r'<option value="(\d+)"', html)]
    return found
