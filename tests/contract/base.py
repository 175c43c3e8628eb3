"""A small contract that is right, to be broken in one place at a time."""

from pathlib import Path

import pytest

from data.contract_loading import parse_contract
from data.errors import ContractError, ContractProblem

BASE = (Path(__file__).parent / "base.yaml").read_text("utf-8")


def changed(old: str, new: str) -> str:
    """The small contract with ``old``, which stands in it exactly once, replaced by ``new``."""
    assert BASE.count(old) == 1, f"{old!r} stands {BASE.count(old)} times in base.yaml"
    return BASE.replace(old, new)


def problems(text: str) -> list[ContractProblem]:
    """What is told to be wrong with ``text``."""
    with pytest.raises(ContractError) as caught:
        parse_contract(text)
    return caught.value.problems


def line_of(text: str, part: str) -> int:
    """1-based line of ``part``, which stands in ``text`` exactly once."""
    assert text.count(part) == 1, f"{part!r} stands {text.count(part)} times"
    return text[: text.index(part)].count("\n") + 1
