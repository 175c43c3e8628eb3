"""From the model's margin to a calibrated log-odds of default."""

from typing import Annotated, Self

import numpy as np
from pydantic import Field
from scipy.special import expit

from data.contract import Frozen
from scoring.curves import Beta, Isotonic, fit_rising
from scoring.uncertainty import Band
from scoring.vector import FloatArray

Curve = Annotated[Beta | Isotonic, Field(discriminator="kind")]
_STEP = 1e-4


class Calibration(Frozen):
    """``log_odds = slope * (margin + prior_shift) + intercept``, or a ``curve`` in its place.

    ``prior_shift`` undoes the change of the base rate by resampling or weighting (King and
    Zeng 2001); slope and intercept are Platt's (1999). All of it is fitted on margins of trees
    that did not learn from the row, and rises, so the ranking and the monotone constraints
    stay. ``compared`` is the cross-validated log-loss of each kind where several were
    tried (see ``calibrators.choose``). ``band`` says how well the probabilities are known.
    """

    prior_shift: float = 0.0
    slope: float = Field(1.0, gt=0)
    intercept: float = 0.0
    curve: Curve | None = None
    compared: dict[str, float] | None = None
    band: Band | None = None

    @property
    def kind(self) -> str:
        """``identity``, ``logistic``, ``beta`` or ``isotonic``."""
        if self.curve is not None:
            return self.curve.kind
        return "identity" if (self.slope, self.intercept) == (1.0, 0.0) else "logistic"

    def raised(self, by: float) -> Self:
        """The same with all log-odds higher by ``by``."""
        if self.curve is not None:
            return self.model_copy(update={"curve": self.curve.raised(by)})
        return self.model_copy(update={"intercept": self.intercept + by})

    def log_odds(self, margin: FloatArray) -> FloatArray:
        """Calibrated log-odds of default; ``margin`` has any shape."""
        if self.curve is not None:
            return self.curve.log_odds(margin + self.prior_shift)
        return self.slope * (margin + self.prior_shift) + self.intercept

    def contributions(self, raw: FloatArray) -> FloatArray:
        """Scale LightGBM's ``pred_contrib`` (n, k + 1) so that each row sums to the log-odds.

        The last column is the base. A curve scales a row by its mean slope between the base and
        the row's margin, so that signs and order stay (the rescale rule of DeepLIFT, Shrikumar
        et al. 2017).
        """
        if self.curve is None:
            out = self.slope * raw
            out[:, -1] += self.slope * self.prior_shift + self.intercept
            return out
        base, moved = raw[:, -1], raw[:, :-1].sum(axis=1)
        start = self.log_odds(base)
        step = np.where(np.abs(moved) < _STEP, _STEP, moved)
        out = raw * ((self.log_odds(base + step) - start) / step)[:, None]
        out[:, -1] = self.log_odds(base + moved) - out[:, :-1].sum(axis=1)
        return out

    @classmethod
    def fit(cls, margin: FloatArray, y: FloatArray, prior_shift: float = 0.0) -> Self:
        """Fit slope and intercept by maximum likelihood on held-out ``margin`` and ``y`` (0/1).

        Where the data would turn the ranking around, the slope is held at a small positive value
        and the intercept fitted alone, so that the base rate is still right.
        """
        x = margin + prior_shift
        slope, intercept = fit_rising(np.column_stack([x, np.ones(len(x))]), y, [1.0, 0.0])
        return cls(prior_shift=prior_shift, slope=slope, intercept=intercept)


def probability(log_odds: FloatArray) -> FloatArray:
    """Probability of default of a log-odds."""
    return np.asarray(expit(log_odds), dtype=np.float64)
