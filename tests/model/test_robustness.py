"""What moves a score, and what those gain who say what nobody checks."""

from typing import Any

import numpy as np
import pytest

from data.contract import Contract
from scoring.robustness import robustness
from scoring.scorer import Scorer
from tests.bundles import small_bundle, small_columns


def unverified(*names: str) -> Scorer:
    bundle = small_bundle()
    features = {
        name: f.model_copy(update={"verified": name not in names})
        for name, f in bundle.contract.features.items()
    }
    contract: Contract = bundle.contract.model_copy(update={"features": features})
    return Scorer(type(bundle)(**{**vars(bundle), "contract": contract}), "test")


def inputs(scorer: Scorer) -> dict[str, Any]:
    columns = small_columns(800, 4)
    return {name: np.array(columns[name], dtype=object) for name in scorer.contract.inputs}


def test_only_what_the_model_looks_at_moves_a_score() -> None:
    scorer = unverified()
    told = robustness(scorer, inputs(scorer), 1)
    assert told["rows"] == 800
    assert set(told["small_changes"]) == {"amount", "income", "late_days", "wallet_inflow"}
    assert told["small_changes"]["late_days"]["log_odds"] > 0
    assert all(0 <= c["recommendations_changed"] < 0.5 for c in told["small_changes"].values())
    assert told["unverified"] == {}
    assert told["all"] is None
    assert told["protected"] == ["sex"]


def test_bending_gains_never_loses_and_more_fields_gain_more() -> None:
    scorer = unverified("late_days", "trade")
    told = robustness(scorer, inputs(scorer), 1)
    late, trade = told["unverified"]["late_days"], told["unverified"]["trade"]
    assert late["points"] > 5
    assert trade["points"] > 0
    assert told["all"]["points"] >= max(late["points"], trade["points"])
    assert told["all"]["approved_of_refused"] >= late["approved_of_refused"] > 0.2


def test_a_bent_score_is_a_score_of_the_model() -> None:
    """By hand for one field: no single value of it does better than what is reported."""
    scorer = unverified("trade")
    rows = inputs(scorer)
    told = robustness(scorer, rows, 1)["unverified"]["trade"]
    rules = scorer.bundle.rules
    own = scorer.score(rows, 800, explain=False)
    best = own.log_odds
    for trade in scorer.contract.spec("trade").categories or ():
        tried = scorer.score(rows | {"trade": [trade] * 800}, 800, explain=False).log_odds
        best = np.minimum(best, tried)
    gain = rules.score_points(best) - rules.score_points(own.log_odds)
    assert told["points"] == pytest.approx(gain.mean())
