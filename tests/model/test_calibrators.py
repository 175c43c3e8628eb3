"""Curves of calibration: they rise, carry over to contributions, and the right one is chosen."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.special import expit, logit

from scoring.calibration import Calibration
from scoring.calibrators import KINDS, choose
from scoring.curves import FLATTEST, Beta, Isotonic
from scoring.vector import FloatArray

Drawn = tuple[FloatArray, FloatArray, FloatArray]


def drawn(n: int, seed: int, bent: bool = False) -> Drawn:
    """Margins, outcomes and the true log-odds; ``bent``: the margins miss a step in them."""
    rng = np.random.default_rng(seed)
    true = rng.normal(-2, 1.2, n)
    margin = np.where(true > -1.5, 3 * (true + 1.5) - 1.5, true) if bent else true
    return margin, (rng.random(n) < expit(true)).astype(np.float64), true


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_rises_everywhere(kind: str) -> None:
    margin, y, _ = drawn(3000, 1)
    fitted = KINDS[kind](margin, y, -0.5)
    assert fitted.kind == kind
    assert (np.diff(fitted.log_odds(np.linspace(-30, 30, 2001))) > 0).all()
    turned = KINDS[kind](margin, 1 - y, 0.0)
    assert (np.diff(turned.log_odds(np.linspace(-30, 30, 2001))) > 0).all()


@pytest.mark.parametrize("kind", ["beta", "isotonic"])
def test_contributions_add_up_and_keep_their_order(kind: str) -> None:
    margin, y, _ = drawn(3000, 1)
    fitted = KINDS[kind](margin, y, 0.2)
    raw = np.random.default_rng(1).normal(size=(200, 7))
    raw[0, :-1] = 0.0
    raw[1, :-1] = [1.0, -1.0, 2.0, -2.0, 1e-9, 0.0]
    before = raw.copy()
    out = fitted.contributions(raw)
    np.testing.assert_allclose(out.sum(axis=1), fitted.log_odds(raw.sum(axis=1)), atol=1e-9)
    assert (np.argsort(out[:, :-1]) == np.argsort(raw[:, :-1])).all()
    assert (np.sign(out[:, :-1]) == np.sign(raw[:, :-1])).all()
    np.testing.assert_array_equal(raw, before)


def test_beta_with_equal_slopes_is_a_line() -> None:
    x = np.linspace(-8, 8, 9)
    beta = Calibration(prior_shift=0.3, curve=Beta(low=0.8, high=0.8, intercept=-0.1))
    line = Calibration(prior_shift=0.3, slope=0.8, intercept=-0.1)
    np.testing.assert_allclose(beta.log_odds(x), line.log_odds(x), atol=1e-12)


def test_isotonic_gives_the_bad_rates_of_its_steps() -> None:
    margin = np.repeat([-2.0, 0.0, 1.0], 400)
    y = np.concatenate([np.arange(400) < k for k in (40, 100, 300)]).astype(np.float64)
    fitted = Isotonic.fit(margin, y)
    assert fitted.at == (-2.0, 0.0, 1.0)
    np.testing.assert_allclose(expit(fitted.to), [0.1, 0.25, 0.75])
    assert fitted.log_odds(np.array([3.0]))[0] == pytest.approx(logit(0.75) + 2)


@pytest.mark.parametrize("seed", [1324, 2038])
def test_steps_that_only_rounding_parts_are_one(seed: int) -> None:
    """Two pooled steps whose rates differ in the last bit may have the same log-odds."""
    rng = np.random.default_rng(seed)
    margin = np.sort(rng.normal(size=3000))
    y = (rng.random(3000) < expit(0.3 * margin - 2)).astype(np.float64)
    fitted = Isotonic.fit(margin, y)
    assert np.diff(fitted.to).min() > 1e-6
    assert fitted.raised(0.3).at == fitted.at


def test_extreme_steps_stay_finite() -> None:
    y = np.repeat([0.0, 1.0], 500)
    fitted = Isotonic.fit(np.arange(1000.0), y)
    assert np.isfinite(fitted.to).all()


def test_the_simplest_that_fits_is_chosen_and_a_bend_is_seen() -> None:
    straight = [choose(*drawn(4000, seed)[:2], 0.0, seed).kind for seed in range(6)]
    assert straight.count("identity") >= 4
    assert "isotonic" not in straight
    bent = [choose(*drawn(8000, seed, bent=True)[:2], 0.0, seed).kind for seed in range(3)]
    assert set(bent) <= {"beta", "isotonic"}


def test_the_choice_is_no_worse_than_platts_line() -> None:
    """Mean square error of the log-odds on fresh people, over made-up worlds of both kinds."""

    def error(fitted: Calibration, seed: int, *, bent: bool) -> float:
        margin, _, true = drawn(4000, 900 + seed, bent)
        return float(np.mean((expit(fitted.log_odds(margin)) - expit(true)) ** 2))

    for bent in (False, True):
        own, line = [], []
        for seed in range(8):
            margin, y, _ = drawn(3000, seed, bent)
            own.append(error(choose(margin, y, 0.0, seed), seed, bent=bent))
            line.append(error(Calibration.fit(margin, y), seed, bent=bent))
        assert np.mean(own) <= np.mean(line)


def test_the_choice_is_recorded_and_survives_its_file() -> None:
    fitted = choose(*drawn(2000, 3, bent=True)[:2], -0.4, 1)
    assert fitted.compared is not None
    assert set(fitted.compared) == set(KINDS)
    assert Calibration.model_validate_json(fitted.model_dump_json()) == fitted
    assert choose(*drawn(2000, 3, bent=True)[:2], -0.4, 1) == fitted


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "beta", "low": 0.0, "high": 1.0, "intercept": 0.0},
        {"kind": "beta", "low": 1.0, "high": FLATTEST / 2, "intercept": 0.0},
        {"kind": "isotonic", "at": [0.0, 1.0], "to": [0.0, 0.0]},
        {"kind": "isotonic", "at": [], "to": []},
        {"kind": "isotonic", "at": [0.0], "to": [0.0, 1.0]},
        {"kind": "steps"},
    ],
)
def test_a_damaged_curve_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Calibration.model_validate({"curve": wrong})
