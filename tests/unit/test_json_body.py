"""Strict JSON: all that is sent is counted, and no name stands twice."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.json_body import DEPTH, parse
from api.problems import Problem

NAMES = st.sampled_from(["a", "b", ":", '"', "{}", "[", "rows", "null"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | NAMES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


def members(value: Any) -> int:
    """Items of all lists and values of all objects, counted one by one."""
    inner = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(inner, list):
        return 0
    return len(inner) + sum(members(item) for item in inner)


def depth(value: Any) -> int:
    inner = list(value.values()) if isinstance(value, dict) else value
    return 1 + max(map(depth, inner), default=0) if isinstance(inner, list) else 0


def brackets(body: bytes) -> int:
    return body.count(b"[") + body.count(b"{")


@given(VALUES)
def test_what_is_within_all_limits_is_read_as_it_is(value: Any) -> None:
    body = orjson.dumps(value)
    most = max(members(value), brackets(body))
    if depth(value) <= DEPTH:
        assert parse(body, most) == value
    if members(value) > brackets(body):
        with pytest.raises(Problem):
            parse(body, members(value) - 1)


@given(VALUES.filter(lambda value: isinstance(value, dict) and value), VALUES)
def test_a_name_that_stands_twice_is_refused_wherever_it_stands(value: Any, second: Any) -> None:
    name = orjson.dumps(next(iter(value)))
    twice = orjson.dumps(value)[:-1] + b"," + name + b":" + orjson.dumps(second) + b"}"
    for body in (twice, b"[" + twice + b"]", b'{"x":[1,{"y":' + twice + b"}]}"):
        with pytest.raises(Problem) as refused:
            parse(body, 1000)
        assert refused.value.slug == "invalid-json"


@pytest.mark.parametrize("bracket", ["[]", '{"a":}'])
def test_one_too_deep_is_refused(bracket: str) -> None:
    begin, end = bracket[:-1].encode(), bracket[-1:].encode()
    assert parse(begin * (DEPTH - 1) + b"{}" + end * (DEPTH - 1), 100) is not None
    with pytest.raises(Problem):
        parse(begin * DEPTH + b"{}" + end * DEPTH, 100)
