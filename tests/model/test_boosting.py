"""LightGBM as we use it: monotone, the same on every machine, stopped by the right loss."""

import numpy as np
import pytest

from scoring.boosting import SHAPES, Learner, Sample
from scoring.calibration import probability
from scoring.model import Model
from scoring.tree_text import check
from scoring.vector import FloatArray, Vectorizer
from tests.bundles import small_contract
from tests.model.simulated import simulate

SHAPE = SHAPES["medium"]


@pytest.fixture(scope="module")
def sample() -> Sample:
    data = simulate(3000)
    contract = small_contract()
    columns = {name: data.columns[name].to_numpy() for name in contract.inputs}
    return Sample(Vectorizer(contract).matrix(columns, 3000), data.y)


@pytest.fixture(scope="module")
def learner() -> Learner:
    return Learner(small_contract(), seed=1, threads=1)


@pytest.fixture(scope="module")
def text(learner: Learner, sample: Sample) -> str:
    return learner.text(SHAPE, sample, 60)


def moved(matrix: FloatArray, column: int, rng: np.random.Generator) -> FloatArray:
    """Give ``matrix`` with every known value of ``column`` replaced by a larger one."""
    out = matrix.copy()
    step = np.abs(rng.normal(0, 1, len(matrix))) * np.nanstd(matrix[:, column])
    out[:, column] = matrix[:, column] + step
    return out


@pytest.mark.parametrize("shape", SHAPES)
def test_monotone_features_never_move_the_risk_the_wrong_way(
    learner: Learner, sample: Sample, shape: str
) -> None:
    model = Model(learner.text(SHAPES[shape], sample, 60))
    rng = np.random.default_rng(0)
    contract = small_contract()
    for j, name in enumerate(contract.model_features):
        direction = contract.features[name].monotone
        if direction is None:
            continue
        sign = 1 if direction == "increasing" else -1
        change = model.margins(moved(sample.matrix, j, rng)) - model.margins(sample.matrix)
        assert (sign * change >= -1e-12).all(), name
        assert np.abs(change).max() > 0.01, name


def test_threads_do_not_change_the_text(sample: Sample, text: str) -> None:
    assert Learner(small_contract(), seed=1, threads=2).text(SHAPE, sample, 60) == text


def test_the_seed_changes_the_text(sample: Sample, text: str) -> None:
    assert Learner(small_contract(), seed=2, threads=1).text(SHAPE, sample, 60) != text


def test_the_text_ends_with_the_trees_and_passes_the_structural_check(text: str) -> None:
    assert text.endswith("end of trees\n")
    assert "num_threads" not in text
    model = check(text)
    assert len(model.trees) == 60
    assert model.feature_names == small_contract().model_features


def test_without_constraints_none_are_sent() -> None:
    contract = small_contract()
    free = contract.model_copy(
        update={
            "features": {
                name: f.model_copy(update={"monotone": None})
                for name, f in contract.features.items()
            }
        }
    )
    learner = Learner(free, seed=1, threads=1)
    parameters = learner.parameters(SHAPE, Sample(np.zeros((1, 6)), np.zeros(1)))
    assert not any("monotone" in name for name in parameters)


def test_early_stopping_looks_at_the_corrected_log_loss(learner: Learner, sample: Sample) -> None:
    """A shift that makes every validation PD wrong stops at once; the right one does not."""
    half = len(sample.y) // 2
    fit = Sample(sample.matrix[:half], sample.y[:half])
    held_out = Sample(sample.matrix[half:], sample.y[half:])
    rounds, margin = learner.rounds(SHAPE, fit, held_out)
    assert rounds > 20
    assert probability(margin).mean() == pytest.approx(held_out.y.mean(), abs=0.02)
    weight = float((1 - fit.y).sum() / fit.y.sum())
    weighted = Sample(fit.matrix, fit.y, bad_weight=weight, prior_shift=-np.log(weight))
    rounds, margin = learner.rounds(SHAPE, weighted, held_out)
    assert rounds > 10
    assert probability(margin).mean() == pytest.approx(held_out.y.mean(), abs=0.04)
    assert probability(margin - weighted.prior_shift).mean() > 3 * held_out.y.mean()
