"""Weights that let loans given by chance stand for the applicants who got none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.vector import FloatArray

MOST_BANDS = 10
FEWEST_IN_BAND = 10
"""Loans given by chance that a band of the score needs."""


@dataclass(frozen=True)
class Weights:
    """Weight (0 without an outcome) and stratum of n applicants, and what they say of errors."""

    weight: FloatArray
    stratum: NDArray[np.intp]

    def variance(self, influence: FloatArray) -> float:
        """Variance of an estimate whose influence values, weighted, sum to 0.

        Within a stratum the loans are a sample of its applicants, between strata the numbers of
        applicants vary: sum of w²·(e - mean e)²·m / (m - 1) + sum of N·(mean e)², with m loans
        and N applicants in the stratum (post-stratification; Sarndal et al. 1992, 7.6).
        """
        seen, loans = self.weight > 0, np.bincount(self.stratum, self.weight > 0)
        size = np.bincount(self.stratum)
        total = np.bincount(self.stratum, self.weight * np.where(seen, influence, 0.0))
        mean = total / np.maximum(size, 1)
        apart = np.where(seen, self.weight * (influence - mean[self.stratum]), 0.0)
        sampled = np.where(loans < size, loans / np.maximum(loans - 1, 1), 1.0)
        within = np.bincount(self.stratum, apart**2) * sampled
        return float(within.sum() + np.sum(size * mean**2))


def uniform(seen: NDArray[np.bool_]) -> Weights:
    """Every outcome that was ``seen`` (n) counts for itself."""
    return Weights(seen.astype(np.float64), np.zeros(len(seen), dtype=np.intp))


def stabilised(propensity: FloatArray, log_odds: FloatArray, seen: NDArray[np.bool_]) -> Weights:
    """Inverse ``propensity`` (n, above 0), scaled so that each stratum has its true weight.

    Applicants who were sure of a loan are one stratum, all others are cut into bands of the
    score with about equal numbers of loans. In each, the weights of the loans (``seen``) sum to
    the number of applicants (Hajek's estimator within strata): that takes out the chance in how
    many, and which scores, were given a loan, and with it most of the variance.
    """
    chance = propensity < 1
    drawn = np.sort(log_odds[chance & seen])
    bands = int(np.clip(len(drawn) // FEWEST_IN_BAND, 1, MOST_BANDS))
    cuts = drawn[(np.arange(1, bands) * len(drawn)) // bands]
    stratum = np.where(chance, 1 + np.searchsorted(cuts, log_odds, side="right"), 0)
    weight = np.where(seen, 1 / propensity, 0.0)
    total = np.bincount(stratum, weight)
    scale = np.bincount(stratum) / np.where(total > 0, total, 1.0)
    return Weights(weight * scale[stratum], stratum.astype(np.intp))
