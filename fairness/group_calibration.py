"""Calibration in each group: does a PD of 20 % mean 20 % for everyone?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairness.gaps import inside_unit
from fairness.groups import Grouping
from fairness.poisson_binomial import expected_limits, p_value
from scoring.calibration import probability
from scoring.intervals import UNDEFINED, Estimate, calibration_line
from scoring.vector import FloatArray

FEWEST_DEFAULTS = 10
Names = NDArray[np.object_]


@dataclass(frozen=True)
class GroupCalibration:
    """Predicted against observed defaults of the matured loans of one group.

    - ``ratio``: defaults observed over expected (the sum of the PDs); above 1 the group's risk is
      underestimated. Exact interval over common shifts of the log-odds
      (``poisson_binomial.expected_limits``); ``p_value`` is the exact Poisson-binomial test that
      the PDs are right.
    - ``slope``, ``intercept``: Cox's (1958) recalibration line with Wald intervals
      (``scoring.intervals.calibration_line``); a slope below 1 means PDs that are too extreme.
    - ``brier``: mean of (pd - y)² (Brier 1950), interval by the delta method on its logit.

    With fewer than FEWEST_DEFAULTS defaults, or fewer loans that were repaid, it is not
    ``sufficient``, the estimates are undefined and ``loans_needed`` says about how many matured
    loans would do at the group's mean PD.
    """

    group: str
    vintage: str | None
    loans: int
    defaults: int
    expected: float
    sufficient: bool
    loans_needed: int
    ratio: Estimate = UNDEFINED
    p_value: float | None = None
    slope: Estimate = UNDEFINED
    intercept: Estimate = UNDEFINED
    brier: Estimate = UNDEFINED


def calibrate_groups(
    log_odds: FloatArray,
    y: FloatArray,
    grouping: Grouping,
    *,
    vintages: Names | None = None,
    error: float = 0.05,
) -> list[GroupCalibration]:
    """Calibration of each group, the reference among them, in the order of their names.

    ``log_odds`` (n) are calibrated log-odds of default, ``y`` (n) 1 bad, 0 good, NaN no outcome
    (such rows do not count). With ``vintages`` (n) there is one result for
    each vintage in each group. ``error`` is 1 - the confidence of ``ratio`` and ``brier``.
    """
    labelled = ~np.isnan(y)
    found = []
    for i, name in enumerate(grouping.names):
        for vintage, rows in _vintages(labelled & grouping.members(i), vintages):
            found.append(_calibration(name, vintage, log_odds[rows], y[rows], error))
    return found


def _vintages(
    rows: NDArray[np.bool_], vintages: Names | None
) -> Iterator[tuple[str | None, NDArray[np.bool_]]]:
    if vintages is None:
        yield None, rows
        return
    for vintage in sorted(set(vintages[rows])):
        yield str(vintage), rows & (vintages == vintage)


def _calibration(
    group: str, vintage: str | None, log_odds: FloatArray, y: FloatArray, error: float
) -> GroupCalibration:
    loans, defaults = len(y), int(y.sum())
    pd = probability(log_odds)
    expected = float(pd.sum())
    if min(defaults, loans - defaults) < FEWEST_DEFAULTS:
        return GroupCalibration(group, vintage, loans, defaults, expected, False, _needed(pd))
    low, high = expected_limits(log_odds, defaults, error)
    errors = (pd - y) ** 2
    slope, intercept = calibration_line(log_odds, y)
    return GroupCalibration(
        group,
        vintage,
        loans,
        defaults,
        expected,
        True,
        loans,
        ratio=Estimate(defaults / expected, low / expected, high / expected),
        p_value=p_value(pd, defaults),
        slope=slope,
        intercept=intercept,
        brier=inside_unit(float(errors.mean()), float(errors.var(ddof=1)) / loans, error),
    )


def _needed(pd: FloatArray) -> int:
    """Loans that give FEWEST_DEFAULTS of the rarer outcome at the mean PD; 0 without any PD."""
    if len(pd) == 0:
        return 0
    rate = float(pd.mean())
    return int(np.ceil(FEWEST_DEFAULTS / max(min(rate, 1 - rate), 1e-4)))
