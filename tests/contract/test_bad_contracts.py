"""A bad contract is told with line, field and rule, all mistakes at once, in plain words."""

import re

import jsonschema_rs
import pytest

from data.contract_loading import contract_json_schema, load_contract, parse_contract
from data.contract_yaml import read_yaml
from data.errors import ContractError
from tests.contract.bad_rules import BROKEN_RULES
from tests.contract.bad_types import WRONG_TYPES
from tests.contract.base import BASE, changed, line_of, problems
from tests.contract.broken import Broken

PYTHONISH = re.compile(r"\b(tuple|dict|str|int|None|NoneType|Input|pydantic|literal|\[key\])\b")


def _cases(cases: dict[str, Broken]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(c, id=name) for name, c in cases.items()])


@_cases(WRONG_TYPES | BROKEN_RULES)
def test_a_mistake_is_told_with_its_line_and_field(case: Broken) -> None:
    text = changed(case.old, case.new)
    told = problems(text)
    there = [p.message for p in told if (p.line, p.field) == (line_of(text, case.at), case.field)]
    assert any(case.message in message for message in there), [p.describe("") for p in told]
    assert not any(PYTHONISH.search(p.message) for p in told)


@_cases({name: case for name, case in WRONG_TYPES.items() if name != "infinite"})
def test_the_json_schema_refuses_what_has_a_wrong_type(case: Broken) -> None:
    instance = read_yaml(changed(case.old, case.new)).value
    assert not jsonschema_rs.validator_for(contract_json_schema()).is_valid(instance)


def test_the_small_contract_is_right() -> None:
    contract = parse_contract(BASE)
    assert contract.inputs == ("amount", "purpose", "late", "paid_cash")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = changed("currency: KES", "curency: KES").replace("kind: events", "kind: event")
    text = text.replace("approve_share: 0.6", "approve_share: high").replace('"1"', "1")
    told = [(p.line, p.field) for p in problems(text)]
    assert told == [
        (1, "currency"),
        (2, "version"),
        (4, "curency"),
        (line_of(text, "kind: event"), "tables.payments.kind"),
        (line_of(text, "approve_share"), "policy.approve_share"),
    ]


def test_a_union_is_told_once_and_at_its_deepest_place() -> None:
    text = changed("bad: [Bad]", "bad: [[Bad]]")
    assert [(p.field, p.message) for p in problems(text)] == [
        ("label.bad.0", "must be a text, a whole number or true or false")
    ]


def test_a_text_with_a_colon_is_hinted_at() -> None:
    told = problems(changed("[stock, school]", "[stock, Trade: type 1]"))
    assert [p.message for p in told] == ["must be a text; put one with ':' in quotes"]


def test_a_computed_label_names_its_columns() -> None:
    label = BASE[BASE.index("label:\n") : BASE.index("sources:\n")]
    text = BASE.replace(
        label,
        "label:\n"
        "  kind: performance\n"
        "  disbursed_on: amount\n"
        "  instalments: payments\n"
        "  due_on: due_on\n"
        "  amount_due: paid\n"
        "  repayments: loans\n"
        "  paid_on: amount\n"
        "  amount_paid: phone\n"
        "  definition: {days_past_due: 30}\n",
    )
    assert {(p.field, p.message) for p in problems(text)} == {
        ("label.disbursed_on", "must name a date column of 'loans'"),
        ("label.definition", "needs days_past_due and window_days"),
        ("label.instalments", "must name a table with an application key"),
        ("label.paid_on", "must name a date or datetime column of the repayments"),
        ("label.amount_paid", "must name a column of numbers of the repayments"),
    }


def test_events_and_births_need_a_time_of_application() -> None:
    text = changed("as_of: asked_at\n", "")
    assert {(p.field, p.message.split(":")[0]) for p in problems(text)} == {
        ("split.method", "a split by time needs as_of"),
        ("as_of", "is needed"),
        ("protected.age.measure", "an age from a birth needs as_of"),
    }


@pytest.mark.parametrize("name", ["superlendr", "no/such/file.yaml", "", "\0", "x" * 5000])
def test_an_unknown_contract_names_the_shipped_ones(name: str) -> None:
    with pytest.raises(ContractError) as caught:
        load_contract(name)
    message = caught.value.problems[0].message
    assert len(caught.value.problems) == 1
    assert "superlender" in message or "no file that can be read" in message
    assert ("did you mean 'superlender'?" in message) == (name == "superlendr")
