"""Statistics of a sample of scores that need it sorted: fast enough to resample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.calibration import probability
from scoring.vector import FloatArray

ECE_BINS = 10
TOP_SHARE = 0.1

STATISTICS = (
    "ks",
    "average_precision",
    "brier",
    "ece",
    "mean_pd",
    "reliability",
    "resolution",
    "uncertainty",
    "lift",
)


class RankedSample:
    """Log-odds of default and outcomes (1 bad, 0 good), sorted from the riskiest down.

    - ``ks``: largest distance of the score distributions of bad and good rows (Kolmogorov).
    - ``average_precision``: sum over falling thresholds of (recall gained) x precision.
    - ``brier``: mean of (pd - y)² (Brier 1950); ``mean_pd``: mean of pd.
    - ``ece``: sum over bins of n_b/n · |mean pd - bad rate| (Naeini et al. 2015), in ECE_BINS
      bins of equal counts (cut at quantiles of pd; equal pds share a bin). It is biased upward:
      perfect PDs of rate p in n rows still show about 0.8·sqrt(p(1-p)·ECE_BINS/n).
    - ``reliability``, ``resolution``, ``uncertainty`` (Murphy 1973) in the same bins: sum of
      n_b/n·(mean pd - bad rate)², sum of n_b/n·(bad rate - rate)², rate·(1 - rate). The Brier
      score is reliability - resolution + uncertainty + what the bins hide.
    - ``lift``: bad rate of the TOP_SHARE of rows with the highest pd over the whole bad rate.
    """

    def __init__(self, log_odds: FloatArray, y: FloatArray) -> None:
        order = np.lexsort((y, -log_odds))
        self.log_odds, self.y = log_odds[order], y[order]
        self.pd = probability(self.log_odds)
        self.bins = _equal_count_bins(self.pd)
        self.top = int(np.count_nonzero(self.pd >= np.quantile(self.pd, 1 - TOP_SHARE)))
        self._square_error = (self.pd - self.y) ** 2
        self._ties = np.flatnonzero(np.append(np.diff(self.log_odds) != 0, True))

    def value(self, name: str) -> float:
        """One of STATISTICS for the sample as it is."""
        whole = self.statistics(np.ones(len(self.y), dtype=np.intp))
        return float(whole[STATISTICS.index(name)])

    def statistics(self, counts: NDArray[np.intp]) -> FloatArray:
        """STATISTICS of the sample that holds sorted row i ``counts[i]`` times; NaN: undefined.

        The bins stay those of the sample. Plain sums, no matrix products: the threads of a BLAS
        cost more than they give here.
        """
        n = counts.sum()
        bad = counts * self.y
        bads_above, all_above = np.cumsum(bad)[self._ties], np.cumsum(counts)[self._ties]
        rate = bads_above[-1] / n
        with np.errstate(all="ignore"):
            recall = bads_above / bads_above[-1]
            fall_out = (all_above - bads_above) / (n - bads_above[-1])
            precision = np.where(all_above > 0, bads_above / all_above, 0.0)
            lift = bad[: self.top].sum() / counts[: self.top].sum() / rate
        in_bin = np.add.reduceat(counts, self.bins)
        pd_sum, bad_sum = (np.add.reduceat(v, self.bins) for v in (counts * self.pd, bad))
        filled = np.maximum(in_bin, 1)
        gap = (pd_sum - bad_sum) / filled
        away = np.where(in_bin > 0, bad_sum / filled - rate, 0.0)
        return np.array(
            [
                np.max(np.abs(recall - fall_out)),
                np.sum(np.diff(recall, prepend=0.0) * precision),
                np.sum(counts * self._square_error) / n,
                np.sum(in_bin * np.abs(gap)) / n,
                pd_sum.sum() / n,
                np.sum(in_bin * gap**2) / n,
                np.sum(in_bin * away**2) / n,
                rate * (1 - rate),
                lift,
            ]
        )


def _equal_count_bins(pd: FloatArray) -> NDArray[np.intp]:
    """First positions of the bins in ``pd``, which falls."""
    cuts = np.quantile(pd, np.arange(1, ECE_BINS) / ECE_BINS)
    bin_of_row = np.searchsorted(cuts, pd, side="right")
    return np.flatnonzero(np.append(True, np.diff(bin_of_row) != 0)).astype(np.intp)


def weight_below(at: FloatArray, scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Total weight of ``scores`` below each value of ``at``; of equal scores half counts."""
    order = np.argsort(scores, kind="stable")
    total = np.concatenate([[0.0], np.cumsum(weights[order])])
    ends = (np.searchsorted(scores[order], at, side=side) for side in ("left", "right"))
    left, right = (total[end] for end in ends)
    return np.asarray((left + right) / 2, dtype=np.float64)
