"""The rule that a value breaks, from what pydantic says of it; of what was sent it says nothing."""

from collections.abc import Callable, Mapping
from re import compile as regex
from typing import Any

from api.problem_rules import (
    AT_LEAST,
    AT_MOST,
    DAY,
    DIGEST,
    KEY,
    LIST,
    MOST_CHARACTERS,
    MOST_ITEMS,
    NOT_EMPTY,
    NOT_VALID,
    NUMBER,
    OBJECT,
    ONE_OF,
    OR,
    PRINTABLE,
    REQUIRED,
    TEXT,
    TIME,
    TRUE_OR_FALSE,
    UNKNOWN,
    UUID,
    VERSION,
    WHOLE_NUMBER,
)
from api.request_schema import KEY_PATTERN
from data.sentences import Message

EVENT_ID_PATTERN = "^[\\x21-\\x7e]{1,128}$"
DIGEST_PATTERN = "^[0-9a-f]{64}$"
VERSION_PATTERN = "^[a-z][a-z0-9_]{0,63}-[0-9a-f]{12}$"
ASKED_VERSION_PATTERN = "^[A-Za-z0-9._:-]{1,128}$"
"""A version that is only compared with those that there are."""


def rule_of(error: Mapping[str, Any]) -> Message:
    """The rule that an error of pydantic is about."""
    tell = _TELLING.get(error["type"])
    return tell(error["ctx"]) if tell else _RULES.get(error["type"], NOT_VALID).of()


def one_of(expected: str) -> Message:
    """The rule of a choice, from the list that pydantic writes: ``'a', 'b' or 'c'``."""
    *others, last = _QUOTED.findall(expected) or [expected]
    return ONE_OF.of(choices=OR.of(others=", ".join(others), last=last) if others else last)


_QUOTED = regex(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*["]""")
_PATTERNS = {
    KEY_PATTERN: KEY.of(),
    EVENT_ID_PATTERN: PRINTABLE.of(most=128),
    DIGEST_PATTERN: DIGEST.of(),
    VERSION_PATTERN: VERSION.of(),
    ASKED_VERSION_PATTERN: VERSION.of(),
}
_TELLING: dict[str, Callable[[Mapping[str, Any]], Message]] = {
    "rule": lambda context: context["rule"],
    "greater_than_equal": lambda context: AT_LEAST.of(limit=float(context["ge"])),
    "less_than_equal": lambda context: AT_MOST.of(limit=float(context["le"])),
    "literal_error": lambda context: one_of(context["expected"]),
    "string_too_long": lambda context: MOST_CHARACTERS.of(most=context["max_length"]),
    "string_pattern_mismatch": lambda context: _PATTERNS.get(context["pattern"], NOT_VALID.of()),
}
_RULES = {
    "missing": REQUIRED,
    "extra_forbidden": UNKNOWN,
    "dict_type": OBJECT,
    "float_type": NUMBER,
    "finite_number": NUMBER,
    "int_type": WHOLE_NUMBER,
    "int_from_float": WHOLE_NUMBER,
    "int_parsing": WHOLE_NUMBER,
    "int_parsing_size": WHOLE_NUMBER,
    "multiple_of": WHOLE_NUMBER,
    "bool_type": TRUE_OR_FALSE,
    "string_type": TEXT,
    "string_too_short": NOT_EMPTY,
    "list_type": LIST,
    "too_short": NOT_EMPTY,
    "too_long": MOST_ITEMS,
    "uuid_parsing": UUID,
    "uuid_type": UUID,
    "date_from_datetime_parsing": DAY,
    "datetime_from_date_parsing": TIME,
    "datetime_parsing": TIME,
    "datetime_object_invalid": TIME,
    "timezone_aware": TIME,
}
