"""How good scores are on labelled rows: every number with its 95 % interval and counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import NotEnoughDataError
from scoring.intervals import Estimate, bootstrap, calibration_line, delong, wilson
from scoring.policy import RECOMMENDATIONS, DecisionRules
from scoring.ranking import STATISTICS, RankedSample
from scoring.scorer import Scorer
from scoring.vector import FloatArray

METRICS = (
    "auc",
    "gini",
    "ks",
    "average_precision",
    "brier",
    "ece",
    "calibration_slope",
    "calibration_intercept",
    "mean_pd",
    "observed_rate",
)
FEWEST_EACH = 5
"""Bad and good rows below which nothing is said about a model."""
BOOTSTRAP_SEED = 19_790_101
"""One for all: the same rows always give the same intervals."""

Report = dict[str, dict[str, float | None]]


def evaluate(scorer: Scorer, columns: pd.DataFrame, y: FloatArray) -> Report:
    """METRICS of ``scorer`` on labelled rows: ``{metric: {"value", "low", "high"}}``.

    ``columns`` (n rows) has the contract's inputs, ``y`` (n) 1 for bad, 0 for good and NaN for no
    label; rows without a label do not count. Raises NotEnoughDataError for fewer than
    FEWEST_EACH bad or good rows.
    """
    inputs = {name: columns[name].to_numpy() for name in scorer.contract.inputs}
    log_odds = scorer.score(inputs, len(y), explain=False).log_odds
    labelled = ~np.isnan(y)
    return Evaluation(log_odds[labelled], y[labelled]).report()


class Evaluation:
    """Metrics of log-odds of default (n) against outcomes ``y`` (n; 1 bad, 0 good).

    ``auc`` with DeLong's interval and ``gini`` = 2·auc - 1; ``calibration_slope`` and
    ``calibration_intercept`` with Wald's; ``observed_rate`` with Wilson's; the formulas of all
    others stand with ``ranking.RankedSample``, their intervals come from the bootstrap. A
    constant score has no calibration slope: its values are None.
    """

    def __init__(self, log_odds: FloatArray, y: FloatArray) -> None:
        bads = int(y.sum())
        if min(bads, len(y) - bads) < FEWEST_EACH:
            raise NotEnoughDataError(
                f"{bads} bad and {len(y) - bads} good rows with an outcome cannot be evaluated: "
                f"give at least {FEWEST_EACH} of each"
            )
        self.sample = RankedSample(log_odds, y)
        self.rows, self.bads = len(y), bads

    @cached_property
    def estimates(self) -> dict[str, Estimate]:
        """METRICS, the Brier score's parts and the lift."""
        s = self.sample
        auc = delong(s.y, s.log_odds)
        slope, intercept = calibration_line(s.log_odds, s.y)
        drawn = bootstrap(s.statistics, self.rows, BOOTSTRAP_SEED)
        return {
            "auc": auc,
            "gini": Estimate(*(None if v is None else 2 * v - 1 for v in auc)),
            "calibration_slope": slope,
            "calibration_intercept": intercept,
            "observed_rate": wilson(self.bads, self.rows),
            **dict(zip(STATISTICS, drawn, strict=True)),
        }

    def report(self) -> Report:
        """METRICS, each as ``{"value", "low", "high"}``."""
        return {name: self.estimates[name].plain() for name in METRICS}

    def detail(self, rules: DecisionRules) -> dict[str, Any]:
        """What a risk team asks next: decomposition, cut-offs, lift, bands, calibration curve.

        A cut-off's recall is the share of bad loans it stops, its precision the bad rate of
        the loans it stops.
        """
        s = self.sample
        decision = rules.recommend(s.pd)
        decline = decision == RECOMMENDATIONS.index("decline")
        stopped = decision != RECOMMENDATIONS.index("approve")
        parts = ("brier", "reliability", "resolution", "uncertainty")
        bins = len(s.bins) - np.searchsorted(s.bins, np.arange(self.rows), side="right")
        return {
            "rows": self.rows,
            "bads": self.bads,
            "brier_decomposition": {name: self.estimates[name].plain() for name in parts},
            "lift_top_tenth": {"rows": s.top, **self.estimates["lift"].plain()},
            "cut_offs": {
                "decline": self._cut_off(rules.decline_from, decline),
                "review_or_decline": self._cut_off(rules.approve_below, stopped),
            },
            "bands": self._groups(rules.band(s.pd), rules.bands),
            "calibration_curve": self._groups(bins, range(1, len(s.bins) + 1)),
        }

    def _cut_off(self, pd: float, flagged: NDArray[np.bool_]) -> dict[str, Any]:
        caught, rows = int(self.sample.y[flagged].sum()), int(flagged.sum())
        return {
            "pd": pd,
            "rows": rows,
            "recall": wilson(caught, self.bads).plain(),
            "precision": wilson(caught, rows).plain(),
        }

    def _groups(self, group: NDArray[np.intp], names: Sequence[Any]) -> list[dict[str, Any]]:
        """Rows, bads, mean pd and bad rate with Wilson's interval of each group."""
        out = []
        for i, name in enumerate(names):
            inside = group == i
            rows, bads = int(inside.sum()), int(self.sample.y[inside].sum())
            mean = float(self.sample.pd[inside].mean()) if rows else None
            rate = wilson(bads, rows).plain()
            out.append({"name": name, "rows": rows, "bads": bads, "mean_pd": mean, "rate": rate})
        return out
