"""Which calibration: none, a line, beta or isotonic, by cross-validated log-loss; its level."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, log_expit

from scoring.calibration import Calibration
from scoring.curves import Beta, Isotonic
from scoring.selection import simplest_of_the_best
from scoring.vector import FloatArray

FOLDS = 10
Z_OTHER = 1.96
_FARTHEST = 50.0
"""Log-odds that no level is away from another."""

Fit = Callable[[FloatArray, FloatArray, float], Calibration]


def _identity(margin: FloatArray, y: FloatArray, shift: float) -> Calibration:  # noqa: ARG001
    return Calibration(prior_shift=shift)


def _beta(margin: FloatArray, y: FloatArray, shift: float) -> Calibration:
    return Calibration(prior_shift=shift, curve=Beta.fit(margin + shift, y))


def _isotonic(margin: FloatArray, y: FloatArray, shift: float) -> Calibration:
    return Calibration(prior_shift=shift, curve=Isotonic.fit(margin + shift, y))


KINDS: dict[str, Fit] = {
    "identity": _identity,
    "logistic": Calibration.fit,
    "beta": _beta,
    "isotonic": _isotonic,
}
"""From the simplest to the richest."""


def choose(
    margin: FloatArray,
    y: FloatArray,
    prior_shift: float,
    seed: int,
    kinds: Sequence[str] = tuple(KINDS),
) -> Calibration:
    """The simplest of ``kinds`` whose log-loss is within one standard error of the lowest.

    ``margin`` (n) of rows that the trees did not learn from, ``y`` (n) their outcomes (0/1);
    losses are those of FOLDS random folds, of about the same bad rate.
    """
    part = np.empty(len(y), dtype=np.intp)
    shuffled = np.random.default_rng(seed).random(len(y))
    part[np.lexsort((shuffled, y))] = np.arange(len(y)) % FOLDS
    losses = {name: _losses(KINDS[name], margin, y, prior_shift, part) for name in kinds}
    kind = simplest_of_the_best(losses)
    compared = {name: float(one.mean()) for name, one in losses.items()}
    return KINDS[kind](margin, y, prior_shift).model_copy(update={"compared": compared})


def levelled(calibration: Calibration, margin: FloatArray, y: FloatArray) -> Calibration:
    """``calibration``, moved to the level of the latest loans where that is clearly another.

    ``margin`` (n) and ``y`` (n; 0/1) are of the latest loans. Clearly: their bad loans differ
    from the expected number by more than Z_OTHER standard deviations of it.
    """
    log_odds = calibration.log_odds(margin)
    pd = expit(log_odds)
    surprise = (y.sum() - pd.sum()) / np.sqrt(np.sum(pd * (1 - pd)))
    if abs(surprise) <= Z_OTHER or not 0 < y.sum() < len(y):
        return calibration
    return calibration.raised(
        brentq(lambda by: float(expit(log_odds + by).sum() - y.sum()), -_FARTHEST, _FARTHEST)
    )


def _losses(
    fit: Fit, margin: FloatArray, y: FloatArray, shift: float, part: NDArray[np.intp]
) -> FloatArray:
    out = np.empty(len(y))
    for k in range(FOLDS):
        judged = part == k
        log_odds = fit(margin[~judged], y[~judged], shift).log_odds(margin[judged])
        out[judged] = -log_expit(np.where(y[judged] == 1, log_odds, -log_odds))
    return out
