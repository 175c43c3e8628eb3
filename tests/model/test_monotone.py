"""What the contract says of a feature's direction holds for every score that is served."""

from pathlib import Path

import numpy as np
import pytest

from data.contract import Contract
from data.contract_loading import load_contract
from data.loading import LoadedApplications, load_applications
from data.synthetic import generate_portfolio
from scoring.boosting import SHAPES, Learner, Sample
from scoring.bundle import Bundle, Golden
from scoring.calibration import Calibration, probability
from scoring.model import Model
from scoring.policy import DecisionRules
from scoring.scorer import Scorer
from scoring.vector import FloatArray, Vectorizer

PAIRS, ROUNDS = 10_000, 80


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract("microloan")


@pytest.fixture(scope="module")
def loaded(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> LoadedApplications:
    folder = tmp_path_factory.mktemp("world")
    generate_portfolio(2_000, 3, folder)
    return load_applications(contract, Path(folder), labelled=True)


@pytest.fixture(scope="module")
def matrix(contract: Contract, loaded: LoadedApplications) -> FloatArray:
    return Vectorizer(contract).matrix(loaded.columns(), len(loaded))


@pytest.fixture(scope="module")
def scorer(contract: Contract, loaded: LoadedApplications, matrix: FloatArray) -> Scorer:
    assert loaded.y is not None
    known = ~np.isnan(loaded.y)
    sample = Sample(matrix[known], loaded.y[known])
    text = Learner(contract, seed=1, threads=1).text(SHAPES["large"], sample, ROUNDS)
    calibration = Calibration.fit(Model(text).margins(sample.matrix), sample.y)
    pd = probability(calibration.log_odds(Model(text).margins(matrix)))
    bundle = Bundle(
        contract=contract,
        model_text=text,
        calibration=calibration,
        rules=DecisionRules.from_sample(contract.policy, pd),
        golden=Golden(rows=(), log_odds=()),
        metrics={},
        lineage={"seed": 1},
        reference=b"",
    )
    return Scorer(bundle, "demo")


def test_ten_thousand_pairs_break_no_direction(
    contract: Contract, matrix: FloatArray, scorer: Scorer
) -> None:
    """Pairs are one application twice, one feature of it at two values that others have."""
    rng = np.random.default_rng(20)
    ruled = [j for j, n in enumerate(contract.model_features) if contract.features[n].monotone]
    names = [contract.model_features[j] for j in ruled]
    low = matrix[rng.integers(0, len(matrix), PAIRS)]
    high = low.copy()
    for place, j in enumerate(ruled):
        rows = np.arange(place, PAIRS, len(ruled))
        seen = matrix[~np.isnan(matrix[:, j]), j]
        values = np.sort(rng.choice(seen, (len(rows), 2)), axis=1)
        low[rows, j], high[rows, j] = values.T
    before = scorer.score_matrix(low, explain=False)
    after = scorer.score_matrix(high, explain=False)
    rises = np.array([contract.features[n].monotone == "increasing" for n in names])
    sign = np.where(rises, 1, -1)[np.arange(PAIRS) % len(ruled)]
    change = sign * (after.log_odds - before.log_odds)
    assert (change >= 0).all(), [names[i % len(ruled)] for i in np.flatnonzero(change < 0)]
    assert (sign * (after.recommendation - before.recommendation) >= 0).all()
    assert (sign * (after.points - before.points) <= 0).all()
    moved = {names[i % len(ruled)] for i in np.flatnonzero(change > 0)}
    assert len(moved) > len(ruled) / 2, "most of the ruled features matter"
