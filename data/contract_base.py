"""The base of all parts of a contract, and what several of them are made of."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["en", "fr", "sw"]
LANGUAGES: tuple[Language, ...] = ("en", "fr", "sw")
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=64)]
Share = Annotated[float, Field(gt=0, lt=1)]


class Frozen(BaseModel):
    """Base of all contract parts: immutable, and unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with ``update``; it forgets what was worked out for the original."""
        copy = super().model_copy(update=update, deep=deep)
        for name in copy.__dict__.keys() - type(self).model_fields.keys():
            del copy.__dict__[name]
        return copy


class Text(Frozen):
    """A text for people, complete in every language we speak."""

    en: str = Field(min_length=1)
    fr: str = Field(min_length=1)
    sw: str = Field(min_length=1)

    def in_language(self, language: Language) -> str:
        """Return the text in ``language``."""
        return str(getattr(self, language))
