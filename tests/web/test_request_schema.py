"""The published request schema is exactly what is checked, for any contract."""

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.examples import example_application
from api.intake import Intake
from api.problems import Problem
from data.contract import Contract
from data.contract_loading import load_contract, parse_contract, shipped_contracts
from tests.bundles import small_contract


def consenting_contract() -> Contract:
    """The small contract, but its required source needs consent and ranges are open."""
    content = small_contract().model_dump(mode="json")
    content["sources"]["application"]["legal_basis"] = "consent"
    content["tables"]["loans"]["columns"]["late_days"]["range"] = [0.5, 40.5]
    content["tables"]["loans"]["columns"]["amount"]["range"] = None
    content["tables"]["loans"]["columns"]["trade"]["required"] = True
    return parse_contract(json.dumps(content))


CONTRACTS = {"small": small_contract(), "consenting": consenting_contract()} | {
    name: load_contract(name) for name in shipped_contracts()
}
INTAKES = {name: Intake(contract) for name, contract in CONTRACTS.items()}


def validator(intake: Intake) -> Any:
    text = json.dumps(intake.json_schema()).replace("#/components/schemas/", "#/$defs/")
    return jsonschema_rs.Draft202012Validator(json.loads(text))


VALIDATORS = {name: validator(intake) for name, intake in INTAKES.items()}


def accepts(intake: Intake, body: Any) -> bool:
    try:
        intake.read_one(json.dumps(body).encode(), None)
    except Problem as problem:
        return problem.slug != "invalid-application"
    return True


@pytest.mark.parametrize("name", CONTRACTS)
@pytest.mark.parametrize("complete", [True, False])
def test_examples_are_valid_and_the_same_every_time(name: str, complete: bool) -> None:
    body = example_application(CONTRACTS[name], complete=complete)
    assert body == example_application(CONTRACTS[name], complete=complete)
    assert VALIDATORS[name].is_valid(body)
    assert accepts(INTAKES[name], body)


def test_a_complete_example_gives_every_input() -> None:
    for contract in CONTRACTS.values():
        sources = example_application(contract)["sources"]
        assert {n for values in sources.values() for n in values} == set(contract.inputs)


_ODD = st.sampled_from(
    [None, True, False, 0, 1, -1, 1.0, 1.5, 0.5, 40, 40.5, 41.0, 99.99, 1e15, 1e15 + 1, 1e16, -1e16,
     2**53, 2**64, 10**30, 1e300, "", "1", "farming", "x", "A b", "a" * 64, "a" * 65, "\n", [], {},
     [1], {"x": 1}]
)  # fmt: skip


def paths(node: Any, at: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every place in a document, the inner ones too."""
    if not isinstance(node, dict):
        return [at]
    inner = [p for name, child in node.items() for p in paths(child, (*at, name))]
    return [*([at] if at else []), *inner]


def mutate(body: dict[str, Any], data: st.DataObject) -> None:
    *parents, last = data.draw(st.sampled_from(paths(body)))
    node = body
    for name in parents:
        node = node[name]
    match data.draw(st.sampled_from(["change", "change", "remove", "add"])):
        case "change":
            node[last] = data.draw(_ODD)
        case "remove":
            del node[last]
        case _:
            node[data.draw(st.sampled_from(["x", "amount", "wallet", "consents"]))] = data.draw(
                _ODD
            )


@pytest.mark.parametrize("name", CONTRACTS)
@given(data=st.data())
def test_the_schema_and_the_check_agree(name: str, data: st.DataObject) -> None:
    body = example_application(CONTRACTS[name], complete=data.draw(st.booleans()))
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(body, data)
    assert accepts(INTAKES[name], body) == VALIDATORS[name].is_valid(body)


def test_a_required_source_needs_its_consent() -> None:
    contract = CONTRACTS["consenting"]
    body = example_application(contract)
    body["consents"]["application"] = False
    with pytest.raises(Problem) as caught:
        INTAKES["consenting"].read_one(json.dumps(body).encode(), None)
    assert [(e.field, str(e.rule)) for e in caught.value.errors] == [
        ("consents.application", "no score without consent to this source")
    ]


def test_the_schema_tells_units_and_titles() -> None:
    schema = INTAKES["superlender"].json_schema()
    amount = schema["$defs"]["Source_application"]["properties"]["loan_amount"]
    assert (amount["title"], amount["description"]) == ("Amount asked for", "Unit: NGN")
    assert (amount["minimum"], amount["maximum"]) == (1000, 1000000)
