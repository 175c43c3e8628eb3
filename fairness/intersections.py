"""Approval rates of intersections, shrunk towards what their two attributes alone explain.

The rate of "female & under 25" with 12 applicants says little. Empirical Bayes borrows strength:
the rate of cell j is p_j ~ Beta(k·m_j, k·(1 - m_j)) with logit m_j = a + b_row + c_column, and
x_j ~ Binomial(n_j, p_j). k says how much intersections differ from the sum of their parts, and
the data decide it. The hyper-parameters (a, b, c, k) are not plugged in as if they were known:
intervals are quantiles of the mixture of Beta posteriors over draws from their own posterior, by
a Laplace approximation with importance weights (Gelman et al. 2013, 5.3 and 13.3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, expit, log_expit
from scipy.stats import multivariate_t

from scoring.intervals import Estimate
from scoring.vector import FloatArray

DRAWS = 2000
RATES_A_DRAW = 2
FREEDOM = 5
SEED = 19_790_101
EFFECT_SCALE = 0.5
"""Prior deviation of the effects of a row or column, in log-odds."""
FLATTEST = 0.1
"""Curvature below which a direction is taken to be this flat, for the draws alone."""
SPREAD_SCALE = 0.25
"""Mode of the prior (Rayleigh) of sqrt(1/(k+1)); the deviation of a rate around its mean is half
of that near a rate of .5. The prior is 0 at 0: it never claims that intersections do not differ
(Chung et al. 2013), which keeps the intervals honest where few cells are left to tell."""


@dataclass(frozen=True)
class _Model:
    """``x`` of ``n`` (cells), and ``design`` (cells, effects) of rows and columns."""

    x: FloatArray
    n: FloatArray
    design: FloatArray

    def means_and_weight(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean of each cell (..., cells) and k (..., 1) of parameters (..., 2 + effects)."""
        mean = expit(theta[..., :1] + theta[..., 2:] @ self.design.T)
        return np.clip(mean, 1e-6, 1 - 1e-6), np.exp(theta[..., 1:2])

    def log_posterior(self, theta: FloatArray) -> FloatArray:
        """Of the hyper-parameters (..., 2 + effects), up to a constant."""
        m, k = self.means_and_weight(theta)
        likelihood = betaln(k * m + self.x, k * (1 - m) + self.n - self.x)
        likelihood -= betaln(k * m, k * (1 - m))
        spread = 1 / np.sqrt(k[..., 0] + 1)
        prior = -0.5 * (spread / SPREAD_SCALE) ** 2 + 2 * np.log(spread) + np.log1p(-(spread**2))
        prior += log_expit(theta[..., 0]) + log_expit(-theta[..., 0])  # any overall rate
        prior -= 0.5 * np.sum((theta[..., 2:] / EFFECT_SCALE) ** 2, axis=-1)
        return np.asarray(likelihood.sum(axis=-1) + prior, dtype=np.float64)


def shrink(
    x: FloatArray, n: FloatArray, widths: tuple[int, int]
) -> tuple[list[Estimate], FloatArray]:
    """Posterior means with 95 % intervals of ``x / n`` (rows·columns), and each cell's pull.

    The cells are all pairs of groups of two attributes, the second one's running fastest;
    ``widths``: their numbers of groups. A cell without people gets what its two attributes say.
    Pull: share of the mean that comes from the other cells, 0 (own data alone) to 1.
    """
    model = _Model(x, n, _design(*widths))
    theta, weights = _hyper_parameters(model)
    m, k = model.means_and_weight(theta)
    a, b = k * m + x, k * (1 - m) + n - x
    mean = weights @ (a / (a + b))
    rng = np.random.default_rng(SEED)
    chosen = rng.choice(len(weights), size=len(weights), p=weights)
    rates = rng.beta(a[chosen], b[chosen], (RATES_A_DRAW, *a.shape)).reshape(-1, len(x))
    low, high = np.quantile(rates, [0.025, 0.975], axis=0)
    estimates = [Estimate(*(float(v) for v in e)) for e in zip(mean, low, high, strict=True)]
    return estimates, weights @ (k / (k + n))


def _design(rows: int, columns: int) -> FloatArray:
    row, column = np.divmod(np.arange(rows * columns), columns)
    return np.hstack([np.eye(rows)[row], np.eye(columns)[column]])


def _hyper_parameters(model: _Model) -> tuple[FloatArray, FloatArray]:
    """Draws (DRAWS, 2 + effects) around the mode and their importance weights (sum 1)."""
    start = np.zeros(2 + model.design.shape[1])
    overall = (model.x.sum() + 1) / (model.n.sum() + 2)
    start[0], start[1] = np.log(overall / (1 - overall)), np.log(30.0)

    def loss(theta: FloatArray) -> float:
        return -float(model.log_posterior(theta))

    mode = minimize(loss, start.tolist(), method="BFGS").x
    precision, axes = np.linalg.eigh(_curvature(model, mode))
    shape = (axes / np.maximum(precision, FLATTEST)) @ axes.T
    proposal = multivariate_t(mode, shape, FREEDOM, seed=SEED)
    theta = np.asarray(proposal.rvs(DRAWS), dtype=np.float64).reshape(DRAWS, -1)
    logs = model.log_posterior(theta) - proposal.logpdf(theta)
    weights = np.exp(logs - logs.max())
    return theta, weights / weights.sum()


def _curvature(model: _Model, at: FloatArray) -> NDArray[np.float64]:
    """Minus the second derivatives of the log posterior, by central differences."""
    h, size = 1e-3, len(at)
    steps = np.eye(size) * h
    corners = at + np.stack(
        [
            [[s * steps[i] + t * steps[j] for j in range(size)] for i in range(size)]
            for s, t in ((1, 1), (1, -1), (-1, 1), (-1, -1))
        ]
    )
    f = model.log_posterior(corners)
    return np.asarray(-(f[0] - f[1] - f[2] + f[3]) / (4 * h * h))
