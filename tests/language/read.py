"""What a reader sees of a page: its texts, and which of them should be in another language."""

from dataclasses import dataclass
from html.parser import HTMLParser
from re import compile as pattern

QUIET = {"script", "style", "code", "svg", "textarea", "template"}
"""Elements whose texts are no sentences of ours."""
SPOKEN = ("aria-label", "placeholder", "title", "alt", "data-head")
"""Attributes that people hear or see."""
VOID = {"meta", "link", "input", "br", "img", "hr", "source", "wbr", "col"}
WORD = pattern(r"[^\W\d_]{2,}")
NAME = pattern(r"\S*[\d/_=]\S*")
"""Versions, hashes, addresses, keys and codes."""
ENGLISH = frozenset(
    {"the", "of", "and", "is", "are", "was", "were", "not", "this", "that", "with", "from", "for"}
    | {"have", "which", "than", "it", "its", "be", "if", "when", "who", "what", "there", "they"}
)
"""Words that only English has in the middle of a sentence, whatever it is about."""


@dataclass(frozen=True)
class Text:
    """A piece of text, and the language that the page says it is in."""

    text: str
    language: str

    @property
    def words(self) -> list[str]:
        """Its words, in small letters."""
        return [word.lower() for word in WORD.findall(self.text)]

    @property
    def sentence(self) -> bool:
        """Whether it has words enough to be one: hashes, names and addresses have none."""
        bare = NAME.sub(" ", self.text)
        return len(WORD.findall(bare)) > 2

    @property
    def english(self) -> bool:
        """Whether it reads like an English sentence."""
        return len(ENGLISH & set(self.words)) >= 2


class Page(HTMLParser):
    """Collects the texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[Text] = []
        self._open: list[tuple[str, str]] = [("", "")]
        self.feed(html)

    @property
    def _language(self) -> str:
        return self._open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        language = named.get("lang") or self._language
        self.texts += [Text(value, language) for a in SPOKEN if (value := named.get(a))]
        if tag not in VOID:
            self._open.append((tag, language))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not QUIET & {name for name, _ in self._open}:
            self.texts.append(Text(text, self._language))


def left(
    english: str, told: str, known: frozenset[str] = frozenset(), *, marked: bool = False
) -> set[str]:
    """Sentences of the page ``told`` that are English, or the same as on the ``english`` page.

    ``known``: texts that stay as they are: what people wrote, names and commands; ``marked``:
    texts that the page itself says are English are let pass.
    """
    before = {text.text for text in Page(english).texts if text.sentence}
    now = [t for t in Page(told).texts if t.text not in known]
    if marked:
        now = [t for t in now if t.language != "en"]
    return {t.text for t in now if t.english or (t.text in before and t.sentence)}
