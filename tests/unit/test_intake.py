"""The canonical request: a null says as much as nothing, and the order of a body says nothing."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from api.examples import example_application
from api.intake import Intake
from api.problems import Problem
from scoring.service import Application
from tests.bundles import small_contract

INTAKE = Intake(small_contract())
WHOLE = example_application(small_contract())


def read(body: Any) -> Application:
    return INTAKE.read_one(json.dumps(body).encode(), None)


def optional() -> list[tuple[str, str]]:
    """Source and name of each value that may be left out."""
    found = []
    for source, values in WHOLE["sources"].items():
        for name in values:
            try:
                read(without(source, name))
            except Problem:  # the contract needs it
                continue
            found.append((source, name))
    return found


def changed(source: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return WHOLE | {"sources": WHOLE["sources"] | {source: values}}


def without(source: str, name: str) -> dict[str, Any]:
    return changed(source, {n: v for n, v in WHOLE["sources"][source].items() if n != name})


def test_a_null_is_as_good_as_no_value() -> None:
    names = optional()
    assert len(names) > 3
    for source, name in names:
        left_out = read(without(source, name))
        assert read(changed(source, WHOLE["sources"][source] | {name: None})) == left_out
        assert name not in left_out.values
        assert b"null" not in left_out.request.partition(b'"sources"')[2]


def test_a_text_that_reads_null_changes_nothing() -> None:
    named = WHOLE | {"application_id": "null"}
    assert read(named).values == read(WHOLE).values
    assert read(named).request == read(WHOLE).request.replace(
        json.dumps(WHOLE["application_id"]).encode(), b'"null"'
    )


def test_a_batch_takes_the_nulls_of_one_from_no_other() -> None:
    source, name = optional()[0]
    with_null = changed(source, WHOLE["sources"][source] | {name: None})
    body = json.dumps({"applications": [WHOLE, with_null, WHOLE]}).encode()
    assert INTAKE.read_batch(body, None) == [read(WHOLE), read(with_null), read(WHOLE)]


@pytest.mark.parametrize("space", [(",", ":"), (", ", ": "), ("\n,\t", " :\r")])
def test_the_stored_bytes_do_not_tell_the_order_or_the_spaces(space: tuple[str, str]) -> None:
    def turned(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: turned(inner) for name, inner in reversed(value.items())}

    body = json.dumps(turned(WHOLE), separators=space).encode()
    asked = INTAKE.read_one(body, None)
    assert asked == read(WHOLE)
    stored = json.loads(asked.request)
    assert asked.request == json.dumps(stored, sort_keys=True, separators=(",", ":")).encode()
    assert list(asked.values) == list(read(WHOLE).values), "the contract's order"
