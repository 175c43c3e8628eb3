"""What holds for every contract that comes with microscore."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest

from data.contract import LANGUAGES, ColumnLabel, Contract, Text
from data.contract_derivations import operands
from data.contract_loading import (
    canonical_json,
    contract_from_json,
    contract_hash,
    contract_json_schema,
    load_contract,
    parse_contract,
    shipped_contracts,
)
from data.contract_yaml import read_yaml
from data.errors import ContractError

PUBLIC = ("give_me_some_credit", "home_credit", "superlender", "taiwan_cards")
LONGEST = 12
"""Words in a reason."""


@pytest.fixture(params=shipped_contracts())
def contract(request: pytest.FixtureRequest) -> Contract:
    return load_contract(request.param)


def _texts(part: Any, where: str = "") -> Iterator[tuple[str, Text]]:
    if isinstance(part, Text):
        yield where, part
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _texts(value, f"{where}.{key}")
    elif hasattr(type(part), "model_fields"):
        for key in type(part).model_fields:
            yield from _texts(getattr(part, key), f"{where}.{key}")


def test_the_promised_contracts_are_shipped() -> None:
    assert {*PUBLIC, "microloan"} <= set(shipped_contracts())


def test_the_hash_survives_a_round_trip(contract: Contract) -> None:
    again = parse_contract(canonical_json(contract).decode())
    assert again == contract == contract_from_json(canonical_json(contract))
    assert contract_hash(again) == contract_hash(contract)
    assert again.model_features == contract.model_features


def test_the_hash_follows_the_order_of_the_features(contract: Contract) -> None:
    given = json.loads(canonical_json(contract))
    given["features"] = dict(reversed(given["features"].items()))
    assert contract_hash(parse_contract(json.dumps(given))) != contract_hash(contract)


def test_the_json_schema_allows_it(contract: Contract) -> None:
    text = (files("data") / "contracts" / f"{contract.contract}.yaml").read_text("utf-8")
    jsonschema_rs.validate(contract_json_schema(), read_yaml(text).value)


def test_every_text_speaks_three_languages(contract: Contract) -> None:
    texts = dict(_texts(contract))
    assert len(texts) > len(contract.features)
    for where, text in texts.items():
        spoken = [text.in_language(language) for language in LANGUAGES]
        assert all(s == s.strip() and s for s in spoken), where
        assert len(set(spoken)) > 1 or len(spoken[0]) <= 12, f"{where} is said once for all"


def test_reasons_are_short_sentences_in_three_languages(contract: Contract) -> None:
    assert 5 <= len(contract.reasons) <= 14
    for code, group in contract.reasons.items():
        assert re.fullmatch(r"[A-Z_]{3,20}", code)
        for text in (group.raises, group.lowers):
            spoken = [text.in_language(language) for language in LANGUAGES]
            assert len(set(spoken)) == 3, code
            for sentence in spoken:
                assert sentence.endswith("."), sentence
                assert len(sentence.split()) <= LONGEST, sentence
        assert group.raises != group.lowers


def test_no_two_features_or_reasons_sound_alike(contract: Contract) -> None:
    for language in LANGUAGES:
        titles = [f.title.in_language(language) for f in contract.features.values()]
        assert len(set(titles)) == len(titles), language
        said = [g.raises.in_language(language) for g in contract.reasons.values()]
        assert len(set(said)) == len(said), language


def _columns_of(contract: Contract, name: str) -> set[str]:
    """Every column (``table.column``) that feature ``name`` is made from."""
    feature = contract.features[name]
    if feature.formula is not None:
        inputs = {n for names in feature.formula.values() for n in names}
        return {column for n in inputs for column in _columns_of(contract, n)}
    if feature.aggregate is None:
        return {str(feature.column)}
    used = (*operands(feature.aggregate)[1], *feature.aggregate.where)
    return {f"{feature.aggregate.table}.{column}" for column in used}


def test_no_feature_reaches_what_it_must_not_see(contract: Contract) -> None:
    hidden = {p.column for p in contract.protected.values()}
    for name, table in contract.tables.items():
        keys = {c for role, c in table.keys.items() if role in {"application", "applicant"}}
        marked = {n for n, c in table.columns.items() if c.personal or c.overwritten}
        everything = set(table.columns) if table.kind == "protected" else set()
        hidden |= {f"{name}.{column}" for column in keys | marked | everything}
    if isinstance(contract.label, ColumnLabel):
        hidden.add(f"{contract.applications}.{contract.label.column}")
    reached = {c for name in contract.features for c in _columns_of(contract, name)}
    assert reached & hidden == set()


def test_a_protected_attribute_cannot_be_made_a_feature(contract: Contract) -> None:
    assert contract.protected
    for name, attribute in contract.protected.items():
        given = json.loads(canonical_json(contract))
        first = next(n for n, f in given["features"].items() if f["column"])
        given["features"][first]["column"] = attribute.column
        with pytest.raises(ContractError, match="a protected attribute; never a feature"):
            parse_contract(json.dumps(given), name)


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("give_me_some_credit", {"age"}),
        ("taiwan_cards", {"sex", "age", "education", "marriage"}),
        ("home_credit", {"sex", "age", "family_status"}),
    ],
)
def test_public_data_protect_their_groups(name: str, attributes: set[str]) -> None:
    assert set(load_contract(name).protected) == attributes


def test_what_tells_the_marital_status_is_no_feature() -> None:
    contract = load_contract("home_credit")
    reached = {c for name in contract.features for c in _columns_of(contract, name)}
    proxies = {"NAME_FAMILY_STATUS", "NAME_TYPE_SUITE", "CNT_FAM_MEMBERS"}
    assert {f"applications.{column}" for column in proxies} & reached == set()
