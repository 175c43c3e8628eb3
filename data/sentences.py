"""Sentences that people read in their own language: a stable code, and the words in all three.

What makes a sentence may sit anywhere below the pages; who shows it asks for the language. Logs,
JSON and the command line have the English one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any, NamedTuple, Union

from pydantic_core import PydanticCustomError

from data.contract_base import Language

Value = Union[str, int, float, "Words", "Message", tuple[str, ...], tuple["Message", ...]]
"""A name, number or text in a sentence; several names, or several sentences."""


class Words(NamedTuple):
    """One text in three languages."""

    en: str
    fr: str
    sw: str

    def in_language(self, language: Language) -> str:
        """The text in ``language``."""
        return str(getattr(self, language))


class Sentence(NamedTuple):
    """A sentence with places for values, as ``str.format`` reads them."""

    code: str
    words: Words

    def of(self, **values: Value) -> "Message":
        """The sentence with its values."""
        return Message(self, values)


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence and what stands in its places; as text it is English."""

    sentence: Sentence
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)

    @property
    def code(self) -> str:
        """Names the sentence, whatever the language."""
        return self.sentence.code

    def in_language(self, language: Language) -> str:
        """The whole sentence; a decimal point becomes a comma in French."""
        return _Writer(language).vformat(self.sentence.words.in_language(language), (), self.values)

    def __str__(self) -> str:
        return self.in_language("en")


_AND = Words(" and ", " et ", " na ")
_NEXT = Words("; ", " ; ", "; ")


class _Writer(Formatter):
    """Writes the values of a sentence in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> Any:
        match value:
            case Words() | Message():
                return value.in_language(self._language)
            case tuple():
                return self._together(value)
            case float():
                text = format(value, format_spec)
                return text.replace(".", ",") if self._language == "fr" else text
        return format(value, format_spec)

    def _together(self, several: tuple[Any, ...]) -> str:
        if all(isinstance(one, Message) for one in several):
            told = (one.in_language(self._language) for one in several)
            return _NEXT.in_language(self._language).join(told)
        return _AND.in_language(self._language).join(map(str, several))


def broken(rule: Message) -> PydanticCustomError:
    """What a validator of pydantic raises to say ``rule``; the context of the error carries it."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule})


def said(error: Exception) -> Message | str:
    """What an error says: a sentence where it was raised with one, else its English text."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, Message) else str(error)
