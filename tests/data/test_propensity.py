"""The logged probability of a loan where chance was to decide."""

import numpy as np
import pyarrow as pa
import pytest

from data.contract import Contract
from data.contract_loading import load_contract, parse_contract
from data.errors import ContractError
from data.propensity import propensities
from tests.contract.base import BASE


def logging() -> Contract:
    text = BASE.replace("  column: outcome\n", "  column: outcome\n  propensity: chance\n")
    column = "      chance: {type: number, range: [0, 1]}\n"
    return parse_contract(text.replace("      phone: {", f"{column}      phone: {{"))


def loans(chance: list[float | None]) -> dict[str, pa.Table]:
    contract = logging()
    columns = {name: [None] * len(chance) for name in contract.tables["loans"].columns}
    table = pa.table({**columns, "chance": pa.array(chance, type=pa.float64())})
    return {"loans": table}


def test_a_row_without_a_value_took_part_in_no_draw() -> None:
    y = np.array([1.0, 0.0, np.nan, np.nan])
    found = propensities(logging(), loans([0.05, None, 0.05, None]), y)
    assert found is not None
    np.testing.assert_array_equal(found, [0.05, 1.0, 0.05, 0.0])


def test_without_any_value_nothing_was_logged() -> None:
    assert propensities(logging(), loans([None, None]), np.zeros(2)) is None
    assert propensities(load_contract("taiwan_cards"), {}, np.zeros(2)) is None


def test_a_propensity_is_never_a_feature() -> None:
    text = BASE.replace("  column: outcome\n", "  column: outcome\n  propensity: amount\n")
    text = text.replace("range: [1, 100000]", "range: [0, 1]")
    with pytest.raises(ContractError, match="the probability of a loan by chance"):
        parse_contract(text)
