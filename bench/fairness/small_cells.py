"""Error of the approval rates of intersections with at most 50 people.

    python bench/fairness/small_cells.py [--quick]

Portfolios of 6 x 5 groups from common to rare, 7,000 applicants, 65 % approved. Each attribute
moves the log-odds by 0.3 (standard deviation), and each intersection on top by ``spread``.
Beside ours the raw rates, which is what today's tools print.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.special import expit, logit

from fairness.intersections import shrink
from scoring.vector import FloatArray

PEOPLE = 7000
SMALL = (1, 50)
SHARES = np.outer([0.5, 0.22, 0.15, 0.08, 0.03, 0.02], [0.45, 0.3, 0.15, 0.06, 0.04]).ravel()
SPREADS = (0.0, 0.1, 0.2, 0.3)
JUDGED = 0.2


def errors(spread: float, seed: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Raw and shrunk errors of the small cells of one portfolio, and which intervals hold."""
    rng = np.random.default_rng(seed)
    parts = 0.3 * (rng.standard_normal((6, 1)) + rng.standard_normal((1, 5)))
    rates = expit(logit(0.65) + parts + spread * rng.standard_normal((6, 5))).ravel()
    n = rng.multinomial(PEOPLE, SHARES)
    x = rng.binomial(n, rates)
    found = np.array(shrink(x.astype(float), n.astype(float), (6, 5))[0], dtype=np.float64)
    small = (n >= SMALL[0]) & (n <= SMALL[1])
    held = (found[:, 1] <= rates) & (rates <= found[:, 2])
    return (x / np.maximum(n, 1) - rates)[small], (found[:, 0] - rates)[small], held[small]


def main(*, quick: bool) -> None:
    """Print figure | bar | tool of today."""
    print("RMSE of intersections, n <= 50 | ours  | bar      | raw   | ours holds the truth")
    for spread in SPREADS:
        worlds = [errors(spread, seed) for seed in range(20 if quick else 300)]
        raw, ours, held = (np.concatenate(part) for part in zip(*worlds, strict=True))
        figures = [float(np.sqrt(np.mean(e**2))) for e in (ours, raw)]
        bar = "<= 0.065" if spread <= JUDGED else ""
        name = f"spread of intersections {spread:.1f}"
        print(f"{name:<30} | {figures[0]:.3f} | {bar:<8} | {figures[1]:.3f} | {held.mean():.3f}")
        if spread <= JUDGED and figures[0] > 0.065:
            raise SystemExit("a larger error than the bar")


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
