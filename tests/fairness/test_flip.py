"""The flip test: a protected value that reaches the score by any way is found."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data.contract import Contract, ProtectedAttribute
from fairness.flip_test import Flip, flip_test
from scoring.scorer import Scorer
from tests.bundles import small_bundle, small_columns

N = 120


def loans(**columns: Any) -> dict[str, pa.Table]:
    """The applications table of the small contract, with sexes."""
    sexes = np.random.default_rng(0).choice(["F", "M", ""], N)
    keys = {"loan_id": [f"l{i}" for i in range(N)], "client_id": [f"c{i}" for i in range(N)]}
    return {
        "loans": pa.table(
            {**keys, **small_columns(N), "sex": [s or None for s in sexes.tolist()], **columns}
        )
    }


def scorer(**protected: Mapping[str, Any]) -> Scorer:
    """The small model; ``protected`` replaces the contract's attributes."""
    bundle = small_bundle()
    if not protected:
        return Scorer(bundle, "test")
    title = bundle.contract.title
    attributes = {
        name: ProtectedAttribute(title=title, **values) for name, values in protected.items()
    }
    contract: Contract = bundle.contract.model_copy(update={"protected": attributes})
    return Scorer(replace(bundle, contract=contract), "test")


def test_an_attribute_apart_moves_no_score() -> None:
    flips = flip_test(scorer(), loans())
    assert [(f.attribute, f.column, f.change) for f in flips] == [
        ("sex", "loans.sex", "1 on of 2"),
        ("sex", "loans.sex", "missing"),
    ]
    for flip in flips:
        assert flip.applications == N
        assert flip.values_changed > 0
        assert (flip.inputs_changed, flip.scores_changed, flip.largest_change) == (0, 0, 0.0)


def test_every_value_is_changed() -> None:
    tables = loans()
    shifted, missing = flip_test(scorer(), tables)
    assert shifted.values_changed == N
    assert missing.values_changed == N - tables["loans"]["sex"].null_count


@pytest.mark.parametrize(
    ("column", "measure", "changes"),
    [
        ("trade", "category", ["1 on of 4", "2 on of 4", "3 on of 4", "missing"]),
        ("late_days", "years", ["5 on of 11", "missing"]),
    ],
)
def test_an_attribute_that_the_model_reads_is_found(
    column: str, measure: str, changes: list[str]
) -> None:
    """What no contract allows: a feature that is also protected."""
    bands = {"bands": (5.0,)} if measure == "years" else {}
    attribute = {"column": f"loans.{column}", "measure": measure, "reference": "x", **bands}
    flips: list[Flip] = flip_test(scorer(leak=attribute), loans())
    assert [f.change for f in flips] == changes
    for flip in flips:
        assert 0 < flip.scores_changed <= flip.inputs_changed <= N
        assert flip.largest_change > 0


def test_a_copy_under_the_same_name_elsewhere_is_flipped_too() -> None:
    copy = pa.table({"client_id": ["c1"], "sex": ["F"]})
    flips = flip_test(scorer(), {**loans(), "demographics": copy})
    assert {f.column for f in flips} == {"loans.sex", "demographics.sex"}


def test_without_the_protected_column_there_is_nothing_to_flip() -> None:
    assert flip_test(scorer(), {"loans": loans()["loans"].drop_columns("sex")}) == []
