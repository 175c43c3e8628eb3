"""Reading the YAML of a contract: plain values, and the line of every one of them.

Plain scalars are resolved by the core schema of YAML 1.2.2 (section 10.3.2), in decimal only:
``no`` and ``2024-01-31`` are texts. Anchors, aliases and tags are refused: one line could stand
for a billion, and a reader should see what is written. The text is read event by event, so that
its depth is known before anything is built.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from data.errors import ContractProblem

DEEPEST = 16
"""Levels of nesting; a contract needs 8."""

Path = tuple[str, ...]
"""Keys, and indices of list items as texts, from the top of the file to a value."""

_PLAIN: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"null|Null|NULL|~|"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?[0-9]{1,18}"), int),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), lambda s: float(s.replace(".", ""))),
)
_SYNTAX = (
    (r"'\\t'", "indent with spaces, not with tabs"),
    (r"mapping values", "a ':' stands where none may; put the text in quotes or indent it right"),
    (r"end of stream|document separator", "a quote is not closed"),
    (r"expected ':'", "a ':' is missing after the key"),
    (r"node content|expected ','", "a bracket is not closed, or a comma is missing"),
    (r"<block end>", "does not fit the lines above; check the indentation and the quotes"),
    (r"cannot start", "a value cannot start so; put it in quotes, or close a quote above"),
)
_UNREADABLE = "is not readable as YAML"


@dataclass(frozen=True, slots=True)
class Document:
    """Values of a YAML text, the line (1-based) of each, and what is wrong with the text."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[ContractProblem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Line of the deepest part of ``path`` that stands in the text."""
        return next((self.lines[p] for n in range(len(path), 0, -1) if (p := path[:n]) in self), 1)

    def __contains__(self, path: Path) -> bool:
        return path in self.lines


def read_yaml(text: str) -> Document:
    """Read ``text``; what is wrong with it is told in ``problems``, never raised."""
    reader = _Reader()
    try:
        for event in YAML(typ="safe", pure=True).parse(text.removeprefix("\ufeff")):
            reader.take(event)
    except MarkedYAMLError as error:
        reader.problems.append(_syntax(error))
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = "holds a character that cannot be seen; delete it"
        reader.problems.append(ContractProblem(line, "YAML", message))
    except _UnreadableError:
        pass
    return Document(reader.top, reader.lines, reader.problems)


def _syntax(error: MarkedYAMLError) -> ContractProblem:
    """A quote that is not closed is told where it opens, anything else where reading ended."""
    known = (message for pattern, message in _SYNTAX if re.search(pattern, str(error.problem)))
    quoted = "quoted" in str(error.context)
    mark = (error.context_mark if quoted else None) or error.problem_mark
    return ContractProblem(mark.line + 1 if mark else 1, "YAML", next(known, _UNREADABLE))


class _UnreadableError(Exception):
    """Nothing more can be told about the text than what is in the problems."""


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet; ``key`` waits for its value."""

    value: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None
    line: int = 1


class _Reader:
    """Builds values from parser events."""

    def __init__(self) -> None:
        self.top: Any = None
        self.lines: dict[Path, int] = {}
        self.problems: list[ContractProblem] = []
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: Event) -> None:
        """Take the next event."""
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._stop(line, "holds more than one document; delete this '---' line")
        elif isinstance(event, NodeEvent):
            self._node(event, line)
        elif isinstance(event, CollectionEndEvent):
            self._open.pop()

    def _node(self, event: NodeEvent, line: int) -> None:
        if event.anchor is not None:
            self._wrong(line, "anchors (&) and aliases (*) are not allowed; write the values out")
        if getattr(event, "ctag", None) is not None:
            self._wrong(line, "tags (!) are not allowed; write the value alone")
        if len(self._open) >= DEEPEST:
            raise self._stop(line, f"is nested deeper than {DEEPEST} levels")
        parent = self._open[-1] if self._open else None
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            self._key(parent, event, line)
            return
        value = _value(event)
        path = self._place(parent, value, line)
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._open.append(_Open(value, path))

    def _key(self, parent: _Open, event: NodeEvent, line: int) -> None:
        if not isinstance(event, ScalarEvent):
            raise self._stop(line, "a key must be a text")
        if not isinstance(_value(event), str):
            self._wrong(line, f"the key {event.value or 'before the colon'} must be in quotes")
        parent.key, parent.line = event.value, line

    def _place(self, parent: _Open | None, value: Any, line: int) -> Path:
        """Put ``value`` where it belongs and return its path."""
        if parent is None:
            self.top = value
            return ()
        if isinstance(parent.value, list):
            path = (*parent.path, str(len(parent.value)))
            parent.value.append(value)
            self.lines[path] = line
            return path
        key, parent.key = str(parent.key), None
        path = (*parent.path, key)
        if key in parent.value:
            first = f"stands here twice; it is on line {self.lines[path]} too"
            self.problems.append(ContractProblem(parent.line, ".".join(path), first))
        else:
            self.lines[path] = parent.line
        parent.value[key] = value
        return path

    def _wrong(self, line: int, message: str) -> None:
        path = self._open[-1].path if self._open else ()
        key = self._open[-1].key if self._open else None
        where = ".".join((*path, key) if key else path) or "contract"
        self.problems.append(ContractProblem(line, where, message))

    def _stop(self, line: int, message: str) -> _UnreadableError:
        self._wrong(line, message)
        return _UnreadableError()


def _value(event: NodeEvent) -> Any:
    """Plain value of a scalar, or an empty container to fill; an alias has none."""
    if isinstance(event, MappingStartEvent):
        return {}
    if isinstance(event, SequenceStartEvent):
        return []
    if isinstance(event, ScalarEvent):
        return _plain(event.value) if event.implicit[0] else event.value
    return None


def _plain(text: str) -> Any:
    return next((read(text) for pattern, read in _PLAIN if pattern.fullmatch(text)), text)
