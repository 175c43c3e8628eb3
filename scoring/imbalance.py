"""Few bads among many goods: four ways to learn from them, compared fairly on validation.

Weights and resampling change the base rate that a model sees. The change is undone in the
log-odds (King and Zeng 2001; Elkan 2001): ``margin + logit(rate before) - logit(rate after)``.
Every way is then judged as it would be served, with Platt's line fitted on the other half of
the validation rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logit
from sklearn.metrics import roc_auc_score

from scoring.boosting import Learner, Sample, Shape
from scoring.calibration import Calibration
from scoring.ranking import RankedSample
from scoring.vector import FloatArray

MOST_SYNTHETIC_FROM = 20_000
"""Rows that SMOTE-NC starts from at most: its neighbour search grows with their square."""
Z_BETTER = 1.96
NEIGHBOURS = 5

Resample = Callable[[Sample, list[int], int], Sample]


@dataclass(frozen=True)
class Judged:
    """One way on the validation rows: its rounds, log-loss of each row and table row."""

    rounds: int
    losses: FloatArray
    figures: dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """The chosen way, its rounds and the whole comparison."""

    name: str
    rounds: int
    comparison: dict[str, dict[str, Any]]


def none(sample: Sample, categorical: list[int], seed: int) -> Sample:  # noqa: ARG001
    """Leave the rows as they are."""
    return sample


def weights(sample: Sample, categorical: list[int], seed: int) -> Sample:  # noqa: ARG001
    """Weigh bad rows so that both outcomes weigh the same."""
    weight = float((1 - sample.y).sum() / sample.y.sum())
    return replace(sample, bad_weight=weight, prior_shift=-float(np.log(weight)))


def undersampling(sample: Sample, categorical: list[int], seed: int) -> Sample:  # noqa: ARG001
    """Keep all bad rows and as many random good ones (imbalanced-learn)."""
    from imblearn.under_sampling import RandomUnderSampler

    sampler = RandomUnderSampler(random_state=seed)
    rows = np.arange(len(sample.y))[:, None]
    kept = np.sort(sampler.fit_resample(rows, sample.y)[0].ravel())
    return _resampled(sample, sample.matrix[kept], sample.y[kept])


def smote_nc(sample: Sample, categorical: list[int], seed: int) -> Sample:
    """Add synthetic bad rows between neighbouring bad rows until both outcomes are as many.

    SMOTE-NC (Chawla et al. 2002, imbalanced-learn) takes no missing values, so each feature
    with some gets a companion category "is missing" and its median in the gaps; a synthetic row
    is missing where most of its neighbours are. Numbers are standardised for the neighbour
    search. More than MOST_SYNTHETIC_FROM rows are cut to a random MOST_SYNTHETIC_FROM.
    """
    rows = _subset(len(sample.y), seed)
    matrix, y = sample.matrix[rows], sample.y[rows]
    gaps = np.isnan(matrix)
    numeric = np.setdiff1d(np.arange(matrix.shape[1]), categorical)
    gappy = numeric[gaps[:, numeric].any(axis=0)]
    full = np.where(gaps, _middle(matrix, categorical), matrix)
    centre, spread = full.mean(axis=0), full.std(axis=0)
    spread[spread == 0] = 1.0
    centre[categorical], spread[categorical] = 0.0, 1.0
    wide = np.column_stack([(full - centre) / spread, gaps[:, gappy]])
    labels = [*categorical, *range(matrix.shape[1], wide.shape[1])]
    made = _sampler(labels, wide.shape[1], seed).fit_resample(wide, y)[0][len(y) :]
    new = made[:, : matrix.shape[1]] * spread + centre
    new[:, gappy] = np.where(made[:, matrix.shape[1] :] > 0.5, np.nan, new[:, gappy])
    new[:, categorical] = np.where(new[:, categorical] < 0, np.nan, new[:, categorical])
    return _resampled(sample, np.vstack([matrix, new]), np.concatenate([y, np.ones(len(new))]))


def _sampler(labels: list[int], width: int, seed: int) -> Any:
    """The member of the SMOTE family for this mix of categories and numbers."""
    from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

    settings = {"random_state": seed, "k_neighbors": NEIGHBOURS}
    if not labels:
        return SMOTE(**settings)
    return SMOTEN(**settings) if len(labels) == width else SMOTENC(labels, **settings)


WAYS: dict[str, Resample] = {
    "none": none,
    "weights": weights,
    "undersampling": undersampling,
    "smote_nc": smote_nc,
}


def resample(name: str, sample: Sample, categorical: list[int], seed: int) -> Sample:
    """Rows and prior shift of the way ``name`` (a key of WAYS) for ``sample``."""
    return WAYS[name](sample, categorical, seed)


def judge(name: str, learner: Learner, shape: Shape, fit: Sample, check: Sample) -> Judged:
    """Fit ``name`` on ``fit`` and measure it on ``check``."""
    sample = resample(name, fit, learner.categorical, learner.seed)
    rounds, margin = learner.rounds(shape, sample, check)
    losses, log_odds = cross_calibrated(margin, check.y)
    pd = expit(log_odds)
    figures = {
        "rows": len(sample.y),
        "rounds": rounds,
        "log_loss": float(losses.mean()),
        "auc": float(roc_auc_score(check.y, margin)),
        "brier": float(np.mean((pd - check.y) ** 2)),
        "ece": RankedSample(log_odds, check.y).value("ece"),
        "ece_uncorrected": RankedSample(margin - sample.prior_shift, check.y).value("ece"),
    }
    return Judged(rounds, losses, figures)


def choose(judged: dict[str, Judged]) -> Choice:
    """The way with the lowest validation log-loss, but ``none`` unless it is clearly beaten.

    Clearly: the mean paired difference of the rows' log-losses exceeds Z_BETTER standard errors.
    """
    plain = judged["none"]
    best = min(judged, key=lambda name: float(judged[name].losses.mean()))
    gain = plain.losses - judged[best].losses
    error = float(gain.std(ddof=1) / np.sqrt(len(gain)))
    if float(gain.mean()) <= Z_BETTER * error:
        best = "none"
    comparison = {}
    for name, one in judged.items():
        paired = plain.losses - one.losses
        comparison[name] = one.figures | {
            "gain": float(paired.mean()),
            "gain_standard_error": float(paired.std(ddof=1) / np.sqrt(len(paired))),
        }
    return Choice(best, judged[best].rounds, comparison)


def cross_calibrated(margin: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Log-loss and log-odds of each row after Platt's line fitted on the other half.

    The halves alternate within bad and within good rows, so both have the same bad rate.
    """
    half = np.empty(len(y), dtype=np.intp)
    for outcome in (0.0, 1.0):
        rows = np.flatnonzero(y == outcome)
        half[rows] = np.arange(len(rows)) % 2
    log_odds = np.empty(len(y))
    for side in (0, 1):
        line = Calibration.fit(margin[half != side], y[half != side])
        log_odds[half == side] = line.log_odds(margin[half == side])
    sign = np.where(y == 1, 1.0, -1.0)
    return -np.asarray(log_expit(sign * log_odds)), log_odds


def _resampled(before: Sample, matrix: FloatArray, y: FloatArray) -> Sample:
    shift = float(logit(before.y.mean()) - logit(y.mean()))
    return Sample(matrix, y, prior_shift=shift)


def _subset(n: int, seed: int) -> NDArray[np.intp]:
    if n <= MOST_SYNTHETIC_FROM:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, MOST_SYNTHETIC_FROM, replace=False))


def _middle(matrix: FloatArray, categorical: list[int]) -> FloatArray:
    """Median of each column, 0 for an empty one and the code -1 for a missing category."""
    known = (column[~np.isnan(column)] for column in matrix.T)
    middle = np.array([np.median(values) if len(values) else 0.0 for values in known])
    middle[categorical] = -1.0
    return middle
