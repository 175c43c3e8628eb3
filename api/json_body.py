"""Reading a request body without trusting it: type, size, encoding, syntax and shape."""

from json import loads
from typing import Any

import orjson
from starlette.requests import Request

from api.headers import headers
from api.problem_details import (
    ENDED_EARLY,
    JSON_TYPE,
    MOST_BYTES,
    MOST_VALUES,
    STRICT_JSON,
    TOO_DEEP,
    TWICE,
    UNCOMPRESSED,
)
from api.problems import Problem

DEPTH = 16
"""Objects and arrays inside one another; the deepest valid body has 6."""
_CONTAINERS = frozenset({dict, list})


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body of at most ``limit`` bytes.

    Raises Problem: 415 for another content type than JSON or an encoding, 413 for more bytes.
    """
    _check_headers(request, limit)
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Problem("invalid-json", ENDED_EARLY.of())
        chunk = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(chunk)
        if size > limit:
            raise Problem("body-too-large", MOST_BYTES.of(limit=limit))
        chunks.append(chunk)
    return b"".join(chunks)


def _check_headers(request: Request, limit: int) -> None:
    given = headers(request.scope)
    kind = given.get(b"content-type", b"")
    if kind != b"application/json" and not _is_json(kind.decode("latin-1").lower()):
        raise Problem("unsupported-media-type", JSON_TYPE.of())
    if given.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Problem("unsupported-media-type", UNCOMPRESSED.of())
    length = given.get(b"content-length", b"0")
    if length.isdigit() and int(length) > limit:
        raise Problem("body-too-large", MOST_BYTES.of(limit=limit))


def _is_json(content_type: str) -> bool:
    media_type, _, parameter = content_type.partition(";")
    charset = parameter.strip().replace('"', "")
    return media_type.strip() == "application/json" and charset in {"", "charset=utf-8"}


def parse(body: bytes, most_members: int) -> Any:
    """Parse ``body`` as strict JSON (RFC 8259) with at most ``most_members`` values.

    Raises Problem 400 for anything but UTF-8 without a byte order mark, for NaN, infinities and
    numbers that overflow, for lone surrogates, for a name that stands twice in an object and for
    more depth or values than any valid body has.
    """
    # A million empty lists cost a second to make; to count their brackets costs none.
    brackets = body.count(b"[") + body.count(b"{")
    if brackets > most_members:
        raise Problem("invalid-json", MOST_VALUES.of(most=most_members))
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem("invalid-json", STRICT_JSON.of()) from None
    names = _count_names(value, most_members, brackets)
    # Outside of strings every colon belongs to one name, so as many names as colons means that
    # no name was lost to another. More colons: some stand in strings, or a name stands twice.
    if body.count(b":") != names:
        loads(body, object_pairs_hook=_refuse_twins)
    return value


def _count_names(root: Any, most_members: int, most_containers: int) -> int:
    """Names of all objects in ``root``, which holds at most ``most_containers``, itself one."""
    names = members = containers = 0
    level = [root] if type(root) in _CONTAINERS else []
    for _ in range(DEPTH):
        containers += len(level)
        for value in level:
            members += len(value)
            if type(value) is dict:
                names += len(value)
        if members > most_members:
            raise Problem("invalid-json", MOST_VALUES.of(most=most_members))
        if containers == most_containers:
            return names
        level = [
            inner
            for value in level
            for inner in (value.values() if type(value) is dict else value)
            if type(inner) in _CONTAINERS
        ]
        if not level:
            return names
    raise Problem("invalid-json", TOO_DEEP.of(depth=DEPTH))


def _refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem("invalid-json", TWICE.of())
    return found
