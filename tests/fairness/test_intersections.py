"""Shrunk rates of intersections."""

import numpy as np
import pytest
from scipy.special import expit, logit

from fairness.intersections import shrink
from scoring.vector import FloatArray

SHARES = np.outer([0.5, 0.3, 0.15, 0.05], [0.4, 0.3, 0.2, 0.1]).ravel()


def world(seed: int, people: int, spread: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """True rates, approved and people of 4 x 4 cells; ``spread``: of what is not additive."""
    rng = np.random.default_rng(seed)
    parts = 0.3 * rng.standard_normal((4, 1)) + 0.3 * rng.standard_normal((1, 4))
    rates = expit(logit(0.65) + parts + spread * rng.standard_normal((4, 4))).ravel()
    n = rng.multinomial(people, SHARES)
    return rates, rng.binomial(n, rates).astype(float), n.astype(float)


def test_small_cells_are_twice_as_near_to_the_truth() -> None:
    raw, ours = [], []
    for seed in range(25):
        rates, x, n = world(seed, 500, 0.15)
        found = np.array([e.value for e in shrink(x, n, (4, 4))[0]])
        small = (n > 0) & (n <= 50)
        raw.append((x[small] / n[small] - rates[small]) ** 2)
        ours.append((found[small] - rates[small]) ** 2)
    assert np.sqrt(np.concatenate(ours).mean()) < 0.5 * np.sqrt(np.concatenate(raw).mean())


@pytest.mark.parametrize("spread", [0.0, 0.2])
def test_intervals_carry_what_is_unknown_about_the_shrinking(spread: float) -> None:
    held = []
    for seed in range(25):
        rates, x, n = world(seed, 500, spread)
        found = shrink(x, n, (4, 4))[0]
        held += [(e.low or 0) <= r <= (e.high or 0) for e, r in zip(found, rates, strict=True)]
    assert 0.92 <= np.mean(held) <= 0.99


def test_many_people_speak_for_themselves_and_few_for_their_attributes() -> None:
    x = np.array([30.0, 3000.0, 40.0, 2.0])
    n = np.array([50.0, 5000.0, 60.0, 4.0])
    rates, pull = shrink(x, n, (2, 2))
    assert rates[1].value == pytest.approx(0.6, abs=0.005)
    assert pull[1] < 0.1
    assert pull[3] > 0.5


def test_an_empty_cell_gets_what_its_attributes_say() -> None:
    rates, pull = shrink(np.array([40.0, 13, 0, 54]), np.array([60.0, 20, 0, 80]), (2, 2))
    assert pull[2] == pytest.approx(1)
    assert pull[0] < 1
    assert rates[2].low is not None
    assert rates[2].low < 0.6 < (rates[2].high or 0)


def test_everybody_approved_is_no_certainty() -> None:
    rates, _ = shrink(np.array([20.0, 15, 10, 5]), np.array([20.0, 15, 10, 5]), (2, 2))
    assert all((e.low or 1) < 0.99 for e in rates)
