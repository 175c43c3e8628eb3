"""Bodies that are meant to do harm: always a 4xx problem, and nothing that was sent comes back."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.world import World, application

PLANTED = "PLANTED471147114711"
NUMBER = "471147114711"
GOOD = json.dumps(application())


def with_amount(text: str) -> bytes:
    """A valid body but for the amount, which is this text."""
    amount = application()["sources"]["application"]["amount"]
    assert GOOD.count(f'"amount": {amount}') == 1
    return GOOD.replace(f'"amount": {amount}', f'"amount": {text}').encode()


def changed(path: str, value: Any) -> bytes:
    """A valid body with one more or another value at the dotted path."""
    body = application()
    *parents, last = path.split(".")
    node = body
    for name in parents:
        node = node[name]
    node[last] = value
    return json.dumps(body).encode()


SYNTAX = {
    "empty": b"",
    "only space": b"   ",
    "NaN": with_amount("NaN"),
    "Infinity": with_amount("Infinity"),
    "minus Infinity": with_amount("-Infinity"),
    "1e400": with_amount("1e400"),
    "a number of 5,000 digits": with_amount("9" * 5000),
    "leading zero": with_amount("0100"),
    "hexadecimal": with_amount("0x10"),
    "30,000 arrays deep": b"[" * 30_000 + b"]" * 30_000,
    "not closed": b'{"a":' * 10_000,
    "17 deep": with_amount("[" * 17 + "]" * 17),
    "many values": b"[" + b"0," * 30_000 + b"0]",
    "wrong bytes": GOOD.encode().replace(b"A-2026", b"\xff\xfe" + PLANTED.encode()),
    "overlong UTF-8": GOOD.encode().replace(b"A-2026", b"\xc0\x80"),
    "UTF-16": GOOD.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "lone surrogate": GOOD.encode().replace(b"A-2026", b"\\ud800"),
    "encoded surrogate": GOOD.encode().replace(b"A-2026", b"\xed\xa0\x80"),
    "NUL byte": GOOD.encode().replace(b"A-2026", b"\x00"),
    "name twice": GOOD.encode().replace(b'"application_id"', b'"consents": {}, "consents"', 1),
    "name twice, escaped": b'{"a:": 1, "\\u0061:": 2, "x": "::::"}',
    "trailing comma": GOOD.encode()[:-1] + b",}",
    "two documents": GOOD.encode() * 2,
    "comment": b"/* " + PLANTED.encode() + b" */ " + GOOD.encode(),
    "single quotes": GOOD.replace('"', "'").encode(),
    "form": f"application_id={PLANTED}".encode(),
    "XML": f"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>{PLANTED}".encode(),
}
RULES = {
    "a list": b"[]",
    "null": b"null",
    "a text": f'"{PLANTED}"'.encode(),
    "a number": NUMBER.encode(),
    "unknown field": changed(PLANTED, 1),
    "unknown source": changed(f"sources.{PLANTED}", {}),
    "unknown input": changed(f"sources.application.{PLANTED}", 1),
    "unknown consent": changed(f"consents.{PLANTED}", True),
    "1,000 unknown fields": json.dumps(
        application() | {f"{PLANTED}{i}": i for i in range(20)}
    ).encode(),
    "protected attribute": changed("sources.application.sex", "F"),
    "prototype": changed("__proto__", {"amount": 1}),
    "text for a number": changed("sources.application.amount", PLANTED),
    "number in a text": changed("sources.application.amount", NUMBER),
    "too large": changed("sources.application.amount", int(NUMBER)),
    "below the range": changed("sources.application.amount", -int(NUMBER)),
    "just above the range": changed("sources.application.amount", 1000000.0000001),
    "2 to the 64": changed("sources.application.late_days", 2**64),
    "fraction of a whole number": changed("sources.application.late_days", 1.5),
    "true for a number": changed("sources.application.amount", True),
    "true for a whole number": changed("sources.application.late_days", True),
    "1 for true": changed("sources.application.has_group", 1),
    "no category": changed("sources.application.trade", PLANTED),
    "category as a list": changed("sources.application.trade", ["farming"]),
    "category in other letters": changed("sources.application.trade", "Farming"),
    "null where needed": changed("sources.application.amount", None),
    "required source null": changed("sources.application", None),
    "required source a text": changed("sources.application", PLANTED),
    "no sources": changed("sources", {}),
    "consent as a text": changed("consents.wallet", PLANTED),
    "consent as 1": changed("consents.wallet", 1),
    "consents null": changed("consents", None),
    "key too long": changed("application_id", PLANTED * 10),
    "key empty": changed("application_id", ""),
    "key with a line end": changed("application_id", "A-1\n"),
    "key with NUL": changed("application_id", "A\0"),
    "key in other letters": changed("application_id", "А-1"),  # noqa: RUF001  (Cyrillic)
    "key a number": changed("applicant_id", int(NUMBER)),
    "script": changed("officer_id", f"<script>{PLANTED}</script>"),
    "SQL": changed("branch_id", f"'; DROP TABLE decisions; -- {PLANTED}"),
    "template": changed("branch_id", "${jndi:ldap://" + PLANTED + "}"),
}


def post(world: World, body: bytes, content_type: str = "application/json", **headers: str) -> Any:
    sent = world.auth() | {"Content-Type": content_type} | headers
    return world.client.post("/score", content=body, headers=sent)


def assert_silent_problem(reply: Any, *statuses: int) -> None:
    assert reply.status_code in statuses
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert set(problem) <= {"type", "title", "status", "detail", "instance", "errors"}
    assert problem["status"] == reply.status_code
    assert len(reply.content) < 4000
    whole = reply.text + str(reply.headers)
    assert "PLANTED" not in whole
    assert NUMBER not in whole


@pytest.mark.parametrize("body", SYNTAX.values(), ids=SYNTAX.keys())
def test_what_is_not_strict_json_is_refused(world: World, body: bytes) -> None:
    assert_silent_problem(post(world, body), 400)


@pytest.mark.parametrize("body", RULES.values(), ids=RULES.keys())
def test_what_breaks_the_contract_is_refused(world: World, body: bytes) -> None:
    reply = post(world, body)
    assert_silent_problem(reply, 422)
    assert reply.json()["errors"]


@pytest.mark.parametrize("size", [2 * 1024 * 1024 + 1, 10_000_000])
def test_a_large_body_is_refused(world: World, size: int) -> None:
    assert_silent_problem(post(world, b'"' + b"P" * (size - 2) + b'"'), 413)


def test_a_large_body_without_its_length_is_refused(world: World) -> None:
    headers = world.auth() | {"Content-Type": "application/json"}
    parts = (b"[" * 50_000 for _ in range(50))
    assert_silent_problem(world.client.post("/score", content=parts, headers=headers), 413)


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1",
     "multipart/form-data; boundary=x", "application/jsonp", f"text/{PLANTED}"],
)  # fmt: skip
def test_another_content_type_is_refused(world: World, content_type: str) -> None:
    assert_silent_problem(post(world, GOOD.encode(), content_type), 415)


def test_a_compressed_body_is_refused(world: World) -> None:
    assert_silent_problem(post(world, GOOD.encode(), **{"Content-Encoding": "gzip"}), 415)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"']
)
def test_utf_8_may_be_named(world: World, content_type: str) -> None:
    assert post(world, GOOD.encode(), content_type).status_code == 200


def test_each_broken_rule_is_named_with_its_field(world: World) -> None:
    body = application(application_id="no spaces", extra=1)
    body["sources"]["application"] |= {"amount": 5, "trade": "mining", "late_days": 2.5, "x": 1}
    errors = {(e["field"], e["rule"]) for e in world.score(body).json()["errors"]}
    assert errors == {
        ("application_id", "must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -"),
        ("", "unknown field"),
        ("sources.application", "unknown field"),
        ("sources.application.amount", "must be at least 100"),
        ("sources.application.late_days", "must be a whole number"),
        (
            "sources.application.trade",
            "must be one of 'farming', 'retail', 'transport' or 'services'",
        ),
    }


_scalars = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20)
_documents = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from([*application(), "amount", "wallet", "x"]), inner)
    ),
)
_slow = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_slow
@given(_documents)
def test_any_other_document_is_refused(world: World, document: Any) -> None:
    assert_silent_problem(post(world, json.dumps(document).encode()), 400, 422)


@_slow
@given(st.data())
def test_damaged_bytes_never_break_the_server(world: World, data: st.DataObject) -> None:
    body = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    reply = post(world, bytes(body))
    if reply.status_code != 200:
        assert_silent_problem(reply, 400, 422)
