"""Adverse reasons: against whom, additive, at most four, only what raises the risk."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from data.contract_loading import contract_from_json, load_contract
from data.errors import BundleError, ContractError
from scoring.adverse import AdverseReasons
from scoring.background import FEWEST, ROWS, Background, choose, same_product
from scoring.bundle import Bundle
from scoring.bundle_rules import check_bundle
from scoring.reasons import MATERIAL, MOST_REASONS
from scoring.scorer import Scorer
from tests.bundles import _CONTRACT, small_bundle, small_columns, small_contract
from tests.explanation.people import RISKY


def drawn(n: int = 60, seed: int = 3) -> list[dict[str, Any]]:
    columns = small_columns(n, seed)
    return [{name: column[i] for name, column in columns.items()} for i in range(n)]


def test_contributions_add_up_to_the_served_log_odds() -> None:
    scorer = Scorer(small_bundle(), "v")
    adverse = AdverseReasons(scorer)
    for values in drawn():
        found = adverse.of(values)
        served = scorer.score_each([values]).log_odds[0]
        assert found.contributions.sum() == pytest.approx(served, abs=1e-6)
        assert (found.method, found.against) == ("interventional_treeshap", _rows(scorer.bundle))


def _rows(bundle: Bundle) -> int:
    return len(bundle.background.rows)


def test_only_material_reasons_that_raise_the_risk() -> None:
    adverse = AdverseReasons(Scorer(small_bundle(), "v"))
    for values in drawn():
        reasons = adverse.of(values).reasons
        strengths = [reason["contribution"] for reason in reasons]
        assert len(reasons) <= MOST_REASONS
        assert strengths == sorted(strengths, reverse=True)
        assert all(s >= MATERIAL for s in strengths)
        assert {reason["direction"] for reason in reasons} <= {"raises_risk"}


def test_a_model_without_a_background_says_so() -> None:
    bundle = replace(small_bundle(), background=Background())
    scorer = Scorer(bundle, "v")
    found = AdverseReasons(scorer).of(RISKY)
    assert (found.method, found.against) == ("path_dependent_treeshap", 0)
    contributions = scorer.score_each([RISKY]).contributions
    assert contributions is not None
    np.testing.assert_array_equal(found.contributions, contributions[0])


def test_the_background_is_approved_and_performing() -> None:
    contract, rng = small_contract(), np.random.default_rng(0)
    matrix = rng.normal(size=(15_000, len(contract.model_features))).round(6)
    y = rng.choice([0.0, 1.0, np.nan], 15_000)
    approved = rng.random(15_000) < 0.6
    background = choose(contract, matrix, y, approved, 1).matrix()
    good = {row.tobytes() for row in matrix[(y == 0) & approved]}
    assert len(background) == min(ROWS, len(good))
    assert {row.tobytes() for row in background} <= good
    again = choose(contract, matrix, y, approved, 1).matrix()
    assert again.tobytes() == background.tobytes()
    assert choose(contract, matrix, y, approved, 2).matrix().tobytes() != background.tobytes()


def test_too_few_are_no_background() -> None:
    contract = small_contract()
    matrix = np.zeros((FEWEST - 1, len(contract.model_features)))
    none = choose(contract, matrix, np.zeros(FEWEST - 1), np.ones(FEWEST - 1, dtype=bool), 1)
    assert none.rows == ()


def test_a_person_is_compared_with_those_who_asked_for_the_same_product() -> None:
    contract = load_contract("microloan")
    at = contract.model_features.index("product")
    matrix = np.zeros((400, len(contract.model_features)))
    matrix[:300, at], matrix[300:380, at], matrix[380:, at] = 0, 1, 2
    ones = np.ones(400, dtype=bool)
    background = choose(contract, matrix, np.zeros(400), ones, 1).matrix()
    row = matrix[350]
    assert set(same_product(contract, background, row)[:, at]) == {1.0}
    assert len(same_product(contract, background, matrix[399])) == len(background)


@pytest.mark.parametrize("rows", [((1.0,),), ((None,) * 6,) * (ROWS + 1)])
def test_a_bundle_with_another_background_is_refused(rows: Any) -> None:
    bundle = replace(small_bundle(), background=Background(rows=rows))
    with pytest.raises(BundleError, match=r"background\.json"):
        check_bundle(bundle)


@pytest.mark.parametrize(
    ("barred", "words"), [("proxy", "listed proxy"), ("another_person", "another person")]
)
def test_what_may_be_no_reason_can_be_no_feature(barred: str, words: str) -> None:
    described = json.loads(json.dumps(_CONTRACT))
    described["tables"]["loans"]["columns"]["late_days"]["barred"] = barred
    with pytest.raises(ContractError, match=words):
        contract_from_json(json.dumps(described).encode(), "small")
