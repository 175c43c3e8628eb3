"""What pydantic finds wrong in a description, told in words that its author can act on."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from data.contract_yaml import Document, Path
from data.errors import ContractProblem

_KINDS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping of fields to values",
}
_LIMITS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_PATTERNS = {
    "^[A-Z]{3}$": "must be three capital letters, such as NGN",
    "^[A-Za-z][A-Za-z0-9_]*$": "must start with a letter and hold only letters, digits and _",
}
_TEXTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda _: "is missing",
    "string_too_short": lambda _: "must not be empty",
    "string_too_long": lambda ctx: f"must have at most {ctx['max_length']} characters",
    "too_short": lambda ctx: f"must have at least {_values(ctx['min_length'])}",
    "too_long": lambda ctx: f"must have at most {_values(ctx['max_length'])}",
    "string_pattern_mismatch": lambda ctx: _PATTERNS[ctx["pattern"]],
    "union_tag_not_found": lambda ctx: f"needs the field {ctx['discriminator']}",
    "union_tag_invalid": lambda ctx: f"the field kind must be one of {ctx['expected_tags']}",
    "date_parsing": lambda _: "must be a date as in 2026-07-21",
    "date_type": lambda _: "must be a date as in 2026-07-21",
    "json_invalid": lambda _: "holds an escape that stands for no character",
}


def type_problems(
    error: ValidationError, document: Document, model: type[BaseModel]
) -> list[ContractProblem]:
    """Problems of ``error`` with a ``model`` in the order of their lines, one for each place.

    A value that could have been of several types is told once, and only at its deepest place.
    """
    told: dict[Path, list[str]] = {}
    details: dict[Path, list[ErrorDetails]] = {}
    for e in error.errors(include_url=False):
        details.setdefault(_where(e, document), []).append(e)
    for where, errors in details.items():
        if not any(other != where and other[: len(where)] == where for other in details):
            told[where] = list(_messages(errors, model))
    problems = [
        ContractProblem(document.line(where), ".".join(where) or _word(model), message)
        for where, messages in told.items()
        for message in messages
    ]
    return sorted(problems, key=lambda problem: problem.line)


def did_you_mean(name: str, known: list[str]) -> str:
    """Ending of a sentence about the unknown ``name``: what it may have been meant to be."""
    close = get_close_matches(name, known, 1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _where(e: ErrorDetails, document: Document) -> Path:
    """Place in the document: pydantic's location without the branches of its unions."""
    where: Path = ()
    for place, part in enumerate(_location(e)):
        deeper = (*where, str(part))
        last = place == len(_location(e)) - 1
        if deeper in document or (last and e["type"] == "missing" and isinstance(part, str)):
            where = deeper
    return where


def _location(e: ErrorDetails) -> tuple[int | str, ...]:
    """Location without the kind of label, which pydantic puts behind ``label``."""
    loc = e["loc"]
    return loc if loc[:1] != ("label",) else (*loc[:1], *loc[2:])


def _messages(errors: list[ErrorDetails], model: type[BaseModel]) -> Iterator[str]:
    """Messages for the errors of one place; kinds of value are joined in one sentence."""
    kinds = list(dict.fromkeys(_KINDS[e["type"]] for e in errors if e["type"] in _KINDS))
    if kinds:
        expected = ", ".join(kinds[:-1]) + " or " * (len(kinds) > 1) + kinds[-1]
        yield f"must be {expected}{_quotes_hint(kinds, errors[0]['input'])}"
    yield from dict.fromkeys(
        _message(e, model) for e in errors if e["type"] not in _KINDS and not kinds
    )


def _quotes_hint(kinds: list[str], given: Any) -> str:
    if kinds != ["a text"] or not isinstance(given, int | float | dict):
        return ""
    return "; put one with ':' in quotes" if isinstance(given, dict) else "; put it in quotes"


def _message(e: ErrorDetails, model: type[BaseModel]) -> str:
    ctx = e.get("ctx", {})
    if e["type"] == "missing" and isinstance(e["loc"][-1], int):
        return "must have more values"
    if e["type"] == "extra_forbidden":
        known = _known_fields(model, _location(e)[:-1])
        hint = did_you_mean(str(e["loc"][-1]), known)
        return f"is not a field of a {_word(model)} here{hint}"
    if e["type"] == "literal_error":
        return f"must be {ctx['expected']}{_literal_hint(e['input'], ctx['expected'])}"
    if e["type"] in _LIMITS:
        limit, words = _LIMITS[e["type"]]
        return f"must be {words} {ctx[limit]:g}"
    tell = _TEXTS.get(e["type"])
    return tell(ctx) if tell else "has a wrong value"


def _values(count: int) -> str:
    return "one value" if count == 1 else f"{count} values"


def _literal_hint(given: Any, expected: str) -> str:
    known = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    return did_you_mean(given, known) if isinstance(given, str) else ""


def _word(model: type[BaseModel]) -> str:
    return model.__name__.lower()


def _known_fields(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Names of the fields that a ``model`` may have at ``location``."""
    kinds: list[Any] = [model]
    for part in location:
        kinds = [inner for kind in kinds for inner in _inside(kind, part)]
    return [name for kind in kinds if _is_model(kind) for name in kind.model_fields]


def _inside(kind: Any, part: int | str) -> list[Any]:
    """Types that the value at key or index ``part`` of a value of type ``kind`` may have."""
    if _is_model(kind):
        field = kind.model_fields.get(str(part))
        return _options(field.annotation) if field else []
    arguments = get_args(kind)
    if get_origin(kind) is dict:
        return _options(arguments[1])
    return _options(arguments[0]) if get_origin(kind) is tuple else []


def _options(kind: Any) -> list[Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        return _options(get_args(kind)[0])
    if origin in {Union, UnionType}:
        return [option for part in get_args(kind) for option in _options(part)]
    return [kind]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
