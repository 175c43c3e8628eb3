"""The sentences of explanations: by id, in every language, never made up by a model of language."""

from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from data.contract import Language, Text
from data.contract_yaml import read_yaml

NEWEST = 3
"""Number of the texts that new explanations are told with."""
_GROUPS = {"en": ",", "fr": "\u202f", "sw": ","}
_POINTS = {"en": ".", "fr": ",", "sw": "."}


@cache
def texts(number: int) -> dict[str, Text]:
    """Id to sentence of the texts ``number``. Raises OSError for a number that never was."""
    shipped = files("scoring") / "texts" / f"explanation_{number}.yaml"
    document = read_yaml(shipped.read_text("utf-8"))
    return TypeAdapter(dict[str, Text]).validate_python(document.value)


def figure(value: float, language: Language) -> str:
    """A number for people: whole, or with two significant decimals, grouped by thousands.

    Our own few lines: what was told must come back the same after any library's update.
    """
    shown = f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:,.2f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    groups = {",": _GROUPS[language], ".": _POINTS[language]}
    return "".join(groups.get(sign, sign) for sign in shown)


def with_unit(value: float, unit: str | None, language: Language, number: int) -> str:
    """``figure`` with its unit, translated where the texts know it (Swahili counts "siku 30")."""
    shown = figure(value, language)
    if unit is None:
        return shown
    known = texts(number).get(f"unit.{unit}")
    if known is None:
        return f"{shown} {unit}"
    word = known.in_language(language)
    return f"{word} {shown}" if language == "sw" else f"{shown} {word}"
