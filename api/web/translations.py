"""The texts of pages: English in the source, French and Swahili in Babel catalogues.

Every ``locales/<language>/*.po`` is read, so that each area of pages has a file of its own; a test
fails on a text that a language lacks and on one that no page uses.
"""

from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from data.contract import Language

Key = tuple[str | None, str]
"""Context (or None) and English text."""


def mark(text: str) -> str:
    """Name a text in Python code that a page will show; it stays English here."""
    return text


def catalogues(language: Language) -> list[Catalog]:
    """The catalogues of ``language``, in the order of their names; none for English."""
    folder = files("api.web") / "locales" / language
    if not folder.is_dir():
        return []
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".po")), key=lambda f: f.name)
    return [read_po(BytesIO(f.read_bytes()), locale=language) for f in found]


class Words:
    """Texts in one language; what has no translation stays English."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts: dict[Key, str | tuple[str, ...]] = {}
        self._plural = None
        for catalogue in catalogues(language):
            self._plural = self._plural or catalogue.plural_expr
            for message in catalogue:
                if message.id and message.string and all(message.string):
                    told = message.string
                    name = message.id if isinstance(message.id, str) else message.id[0]
                    self._texts[message.context, name] = (
                        told if isinstance(told, str) else tuple(told)
                    )

    def gettext(self, text: str) -> str:
        """``text`` in this language."""
        return self._one((None, text), text)

    def pgettext(self, context: str, text: str) -> str:
        """``text`` as it is meant in ``context``."""
        return self._one((context, text), text)

    def ngettext(self, one: str, many: str, n: int) -> str:
        """The form for ``n`` things; French counts 0 as one."""
        found = self._texts.get((None, one))
        if isinstance(found, tuple):
            single = n <= 1 if self.language == "fr" else n == 1
            return found[0 if single else -1]
        return one if n == 1 else many

    def named(self, context: str, name: str) -> str:
        """A name from a contract in words: translated if we know it, else as it reads."""
        told = self._texts.get((context, name))
        if isinstance(told, str):
            return told
        readable = name.replace("_", " ")
        return readable[:1].upper() + readable[1:] if context == "category" else readable

    def _one(self, key: Key, text: str) -> str:
        found = self._texts.get(key)
        return found if isinstance(found, str) else text


@cache
def words_of(language: Language) -> Words:
    """The texts of ``language``, read once."""
    return Words(language)
