"""From the model's margin to a calibrated log-odds of default."""

from typing import Self

import numpy as np
from pydantic import Field
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from data.contract import Frozen
from scoring.uncertainty import Band
from scoring.vector import FloatArray


class Calibration(Frozen):
    """``log_odds = slope * (margin + prior_shift) + intercept``.

    ``prior_shift`` undoes the change of the base rate by resampling or weighting (King and
    Zeng 2001); slope and intercept are Platt's (1999), fitted on data that the model never saw.
    The slope is positive, so the ranking and the monotone constraints stay. ``band`` says how
    well the probabilities are known.
    """

    prior_shift: float = 0.0
    slope: float = Field(1.0, gt=0)
    intercept: float = 0.0
    band: Band | None = None

    def log_odds(self, margin: FloatArray) -> FloatArray:
        """Calibrated log-odds of default; ``margin`` has any shape."""
        return self.slope * (margin + self.prior_shift) + self.intercept

    def contributions(self, raw: FloatArray) -> FloatArray:
        """Scale LightGBM's ``pred_contrib`` (n, k + 1) so that each row sums to the log-odds.

        The last column is the base.
        """
        out = self.slope * raw
        out[:, -1] += self.slope * self.prior_shift + self.intercept
        return out

    @classmethod
    def fit(cls, margin: FloatArray, y: FloatArray, prior_shift: float = 0.0) -> Self:
        """Fit slope and intercept by maximum likelihood on held-out ``margin`` and ``y`` (0/1).

        Where the data would turn the ranking around (slope <= 0), the slope is held at a small
        positive value and the intercept fitted alone, so that the base rate is still right.
        """
        x = margin + prior_shift

        def loss(theta: FloatArray) -> tuple[float, FloatArray]:
            z = theta[0] * x + theta[1]
            value = -float(np.mean(y * log_expit(z) + (1 - y) * log_expit(-z)))
            error = expit(z) - y
            return value, np.array([np.mean(error * x), np.mean(error)])

        fitted = minimize(
            loss,
            np.array([1.0, 0.0]),
            jac=True,
            method="L-BFGS-B",
            bounds=[(1e-3, None), (None, None)],
            options={"gtol": 1e-10, "ftol": 1e-14},
        )
        slope, intercept = (float(v) for v in fitted.x)
        return cls(prior_shift=prior_shift, slope=slope, intercept=intercept)


def probability(log_odds: FloatArray) -> FloatArray:
    """Probability of default of a log-odds."""
    return np.asarray(expit(log_odds), dtype=np.float64)
