"""Margins to calibrate on when the final trees learn from the calibration rows as well.

A finished model learns from all known rows. What it is calibrated on are margins of fits of the
same settings that did not learn from the row: k-fold cross-fitting by applicant, or, by time,
fits on the earlier period alone (cross-calibration as in Platt 1999, section 2.1).
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from scoring import imbalance
from scoring.boosting import Learner, Sample
from scoring.folds import calibrating
from scoring.model import Model
from scoring.preparing import Rows
from scoring.selection import Selection
from scoring.vector import FloatArray

BAG = 3
"""Fits by seed whose mean is a model: steadier in accuracy and in reasons than a single fit."""


class HeldOut(NamedTuple):
    """Margins (n) of rows that the trees behind them did not learn from, and outcomes (n).

    ``recent`` (m): margins of the applications whose risks set the cut-offs.
    """

    margin: FloatArray
    y: FloatArray
    recent: FloatArray

    @classmethod
    def of(cls, model: Model, rows: Rows) -> Self:
        """Those of trees that learned from no calibration row."""
        held_out, recent = rows.sample("calibration"), rows.sample("recent")
        return cls(model.margins(held_out.matrix), held_out.y, model.margins(recent.matrix))

    @classmethod
    def crossed(cls, learner: Learner, chosen: Selection, rows: Rows, prior_shift: float) -> Self:
        """Those of fits as ``chosen``, each without the rows that it is asked for.

        ``prior_shift`` is that of the finished model; where a fold's own differs, its margins
        are moved by the difference.
        """
        margin = np.full(len(rows.y), np.nan)
        judged = []
        for fold in calibrating(rows):
            learned = resampled(learner, chosen, Sample(rows.learned[fold.fit], rows.y[fold.fit]))
            model = Model(fit(learner, chosen, learned), learner.threads)
            also = fold.check
            if rows.parts.method == "time":
                also = np.union1d(also, rows.parts.recent)
            moved = learned.prior_shift - prior_shift
            margin[also] = model.margins(rows.matrix[also]) + moved
            judged.append(fold.check)
        at = np.sort(np.concatenate(judged))
        return cls(margin[at], rows.y[at], margin[rows.parts.recent])


def resampled(learner: Learner, chosen: Selection, sample: Sample) -> Sample:
    """``sample`` as the chosen way with few bads has it."""
    return imbalance.resample(chosen.way, sample, learner.categorical, learner.seed)


def fit(learner: Learner, chosen: Selection, sample: Sample) -> str:
    """The text of a bag of fits as ``chosen``."""
    return learner.text(chosen.settings, sample, chosen.rounds, BAG)
