"""Margins to calibrate on when the final trees learn from the calibration rows as well.

A finished model learns from all known rows. What it is calibrated on are margins of fits of the
same settings that did not learn from the row or its applicant: k-fold cross-fitting
(cross-calibration as in Platt 1999, section 2.1). All known rows serve, also by time: the slope
of a line is as uncertain as its bad loans are few, and one period has a fifth of them. What the
latest period alone must tell is the level (``calibrators.levelled``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from scoring import imbalance
from scoring.boosting import Learner, Sample
from scoring.folds import by_people
from scoring.model import Model
from scoring.preparing import Rows
from scoring.selection import Selection
from scoring.vector import FloatArray

BAG = 3
"""Fits by seed whose mean is a model: steadier in accuracy and in reasons than a single fit."""


class Ranks(Protocol):
    """What gives margins (n) of rows of the model's matrix (n, k)."""

    def margins(self, matrix: FloatArray) -> FloatArray:
        """High is risky."""


Fit = Callable[[NDArray[np.intp]], tuple[Ranks, float]]
"""A model that learns from the rows at these positions, and its sample's prior shift."""


class HeldOut(NamedTuple):
    """Margins (n) of rows that the trees behind them did not learn from, and outcomes (n).

    ``latest`` (n): which of them are of the latest period. ``recent`` (m): margins of the
    applications whose risks set the cut-offs.
    """

    margin: FloatArray
    y: FloatArray
    latest: NDArray[np.bool_]
    recent: FloatArray

    @classmethod
    def of(cls, model: Model, rows: Rows) -> Self:
        """Those of trees that learned from no calibration row."""
        held_out, recent = rows.sample("calibration"), rows.sample("recent")
        latest = np.ones(len(held_out.y), dtype=np.bool_)
        return cls(model.margins(held_out.matrix), held_out.y, latest, model.margins(recent.matrix))

    @classmethod
    def crossed(cls, model: Ranks, prior_shift: float, fit: Fit, rows: Rows) -> Self:
        """Those of the known rows, each by trees of ``fit`` without its applicant.

        ``model`` and ``prior_shift`` are the finished model's. Where a fold's own shift differs,
        its margins are moved by the difference.
        """
        known, recent = rows.parts.known, rows.parts.recent
        margin = np.full(len(rows.y), np.nan)
        margin[recent] = model.margins(rows.matrix[recent])
        for fold in by_people(rows, known):
            own, shift = fit(fold.fit)
            margin[fold.check] = own.margins(rows.matrix[fold.check]) + shift - prior_shift
        latest = np.isin(known, recent) | (rows.parts.method == "hash")
        return cls(margin[known], rows.y[known], latest, margin[recent])


def resampled(learner: Learner, chosen: Selection, sample: Sample) -> Sample:
    """``sample`` as the chosen way with few bads has it."""
    return imbalance.resample(chosen.way, sample, learner.categorical, learner.seed)


def fit(learner: Learner, chosen: Selection, sample: Sample) -> str:
    """The text of a bag of fits as ``chosen``."""
    return learner.text(chosen.settings, sample, chosen.rounds, BAG)
