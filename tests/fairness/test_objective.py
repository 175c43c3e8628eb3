"""The fairness penalty: right derivatives, a text like any other, and what it is for."""

from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest

from fairness.objective import (
    OBJECTIVE_LINE,
    Penalty,
    derivatives,
    penalised_loss,
    penalised_text,
    with_objective,
)
from scoring.boosting import SHAPES, Learner, Sample, Shape
from scoring.intervals import delong
from scoring.model import Model
from scoring.tree_text import check
from scoring.vector import FloatArray, Vectorizer
from tests.bundles import small_contract
from tests.model.simulated import simulate

SHAPE = SHAPES["medium"]
ROUNDS = 60
N = 3000


@pytest.fixture(scope="module")
def sample() -> Sample:
    data = simulate(N)
    contract = small_contract()
    columns = {name: data.columns[name].to_numpy() for name in contract.inputs}
    return Sample(Vectorizer(contract).matrix(columns, N), data.y)


@pytest.fixture(scope="module")
def farmers(sample: Sample) -> FloatArray:
    """The protected group (n, 1): farmers, who are riskier."""
    return np.equal(sample.matrix[:, [4]], 0).astype(np.float64)


@pytest.fixture(scope="module")
def learner() -> Learner:
    return Learner(small_contract(), seed=1, threads=1)


@pytest.fixture(scope="module")
def text(learner: Learner, sample: Sample, farmers: FloatArray) -> str:
    return penalised_text(learner, SHAPE, sample, Penalty(farmers, 3.0), ROUNDS)


def small(seed: int) -> tuple[FloatArray, Sample, Penalty]:
    rng = np.random.default_rng(seed)
    y = (rng.random(12) < 0.4).astype(np.float64)
    members = (rng.random((12, 2)) < [0.3, 0.5]).astype(np.float64)
    return rng.normal(size=12), Sample(np.zeros((12, 1)), y, bad_weight=2.5), Penalty(members, 3.0)


def moved(margin: FloatArray, i: int, step: float) -> FloatArray:
    out = margin.copy()
    out[i] += step
    return out


@pytest.mark.parametrize("seed", range(3))
def test_the_derivatives_are_those_of_the_loss(seed: int) -> None:
    """Central differences of first and second order."""
    margin, sample, penalty = small(seed)
    gradient, hessian = derivatives(margin, sample, penalty)
    loss = penalised_loss(margin, sample, penalty)
    for i in range(len(margin)):
        up, down = (penalised_loss(moved(margin, i, s), sample, penalty) for s in (1e-4, -1e-4))
        assert (up - down) / 2e-4 == pytest.approx(gradient[i], abs=1e-7)
        assert (up - 2 * loss + down) / 1e-8 == pytest.approx(hessian[i], abs=1e-5)


def test_without_strength_the_loss_is_the_log_loss() -> None:
    margin, sample, penalty = small(0)
    plain = replace(sample, bad_weight=1.0)
    p = 1 / (1 + np.exp(-margin))
    wanted = -np.sum(plain.y * np.log(p) + (1 - plain.y) * np.log(1 - p))
    assert penalised_loss(margin, plain, replace(penalty, strength=0.0)) == pytest.approx(wanted)


def test_without_strength_the_trees_are_lightgbms_own(
    learner: Learner, sample: Sample, farmers: FloatArray
) -> None:
    """No sampling of rows and features, so that both draw the same (nothing)."""
    whole = _Unsampled(learner.contract, learner.seed, learner.threads)
    own = penalised_text(whole, SHAPE, sample, Penalty(farmers, 0.0), 20)
    wanted = Model(whole.text(SHAPE, sample, 20)).margins(sample.matrix)
    assert Model(own).margins(sample.matrix) == pytest.approx(wanted, abs=1e-6)


class _Unsampled(Learner):
    def parameters(self, shape: Shape, sample: Sample) -> dict[str, object]:
        return {**super().parameters(shape, sample), "bagging_freq": 0, "feature_fraction": 1.0}


def test_the_text_passes_the_structural_check(text: str) -> None:
    model = check(text)
    assert len(model.trees) == ROUNDS
    assert model.feature_names == small_contract().model_features
    assert text.endswith("end of trees\n")


def test_naming_the_objective_changes_no_bit(sample: Sample) -> None:
    data = lgb.Dataset(sample.matrix, sample.y)
    booster = lgb.Booster({"objective": "binary", "verbosity": -1, "num_threads": 1}, data)

    def step(margin: FloatArray, _: lgb.Dataset) -> tuple[FloatArray, FloatArray]:
        return derivatives(margin, sample, Penalty(np.zeros((N, 1)), 0.0))

    for _ in range(5):
        booster.update(fobj=step)
    raw = booster.model_to_string()
    assert OBJECTIVE_LINE not in raw
    named = with_objective(raw)
    assert named.count(OBJECTIVE_LINE) == 1
    assert with_objective(named) == named
    before = np.asarray(booster.predict(sample.matrix, raw_score=True))
    after = lgb.Booster(model_str=named).predict(sample.matrix, raw_score=True)
    assert before.tobytes() == np.asarray(after).tobytes()


def test_the_score_follows_the_group_less_and_still_ranks(
    learner: Learner, sample: Sample, farmers: FloatArray, text: str
) -> None:
    free = Model(learner.text(SHAPE, sample, ROUNDS)).margins(sample.matrix)
    fair = Model(text).margins(sample.matrix)
    before, after = (abs(np.cov(m, farmers[:, 0])[0, 1]) for m in (free, fair))
    assert after < 0.3 * before
    area = delong(sample.y, fair).value
    assert area is not None
    assert area > 0.7


@pytest.mark.parametrize("strength", [30.0, 1000.0])
def test_a_strong_penalty_does_not_diverge(
    learner: Learner, sample: Sample, farmers: FloatArray, strength: float
) -> None:
    strong = penalised_text(learner, SHAPE, sample, Penalty(farmers, strength), ROUNDS)
    margin = Model(strong).margins(sample.matrix)
    assert np.abs(margin).max() < 10
    assert abs(np.cov(margin, farmers[:, 0])[0, 1]) < 0.01


def test_the_constraints_of_the_contract_hold(sample: Sample, text: str) -> None:
    """The more days late, the higher the risk, penalty or not."""
    late = small_contract().model_features.index("late_days")
    more = sample.matrix.copy()
    more[:, late] += 3
    model = Model(text)
    assert np.all(model.margins(more) - model.margins(sample.matrix) >= -1e-12)


def test_the_same_input_gives_the_same_text(
    learner: Learner, sample: Sample, farmers: FloatArray, text: str
) -> None:
    two = Learner(learner.contract, learner.seed, threads=2)
    assert penalised_text(two, SHAPE, sample, Penalty(farmers, 3.0), ROUNDS) == text
