"""How a single estimate of an audit is judged, and how many applications would settle it."""

from __future__ import annotations

from math import ceil, log10
from typing import Literal, get_args

import numpy as np

from fairness.intervals import Interval
from fairness.profiles import Profile
from fairness.profiles.profile import Metric
from fairness.suppression import FEWEST
from fairness.verdicts import FARTHEST, Tolerance, Verdict, verdicts
from scoring.intervals import Estimate

Side = Literal["below", "above"]


def judged(profile: Profile, metric: str) -> Tolerance | None:
    """The tolerance of ``metric``; None when the profile does not judge it."""
    names: tuple[Metric, ...] = get_args(Metric)
    known = next((m for m in names if m == metric and m in profile.metrics), None)
    return None if known is None else profile.tolerance(known)


def verdict(plain: Estimate, corrected: Estimate, tolerance: Tolerance) -> Verdict:
    """PASS by the ``plain`` interval, FAIL by the ``corrected`` one (``verdicts``)."""
    value, low, high = (np.array([np.nan if v is None else v]) for v in plain)
    _, least, most = (np.array([np.nan if v is None else v]) for v in corrected)
    below = most < tolerance.null("below")
    above = least > tolerance.null("above")
    return verdicts(value, Interval(low, high), below, above, ~np.isnan(value), tolerance)[0]


def needed(estimate: Estimate, tolerance: Tolerance, applications: int) -> int | None:
    """About how many applications would settle an open verdict, were the estimate to stay.

    An interval shrinks with the root of the applications. The estimate must get its near side
    past the limit that keeps it from a PASS, or past the value that keeps it from a FAIL. None
    without an estimate, or where it lies on the limit.
    """
    value, low, high = estimate
    if value is None or low is None or high is None:
        return None
    gaps: list[tuple[float, float]] = []
    if tolerance.low is not None and value <= tolerance.low:
        gaps.append((high - value, tolerance.null("below") - value))
    elif tolerance.low is not None and low <= tolerance.low:
        gaps.append((value - low, value - tolerance.low))
    if tolerance.high is not None and value >= tolerance.high:
        gaps.append((value - low, value - tolerance.null("above")))
    elif tolerance.high is not None and high >= tolerance.high:
        gaps.append((high - value, tolerance.high - value))
    factors = [(half / distance) ** 2 if distance > 0 else np.inf for half, distance in gaps]
    factor = max(factors, default=np.inf)
    return None if factor > FARTHEST else roughly(max(factor, 1.0) * applications)


def to_judge(least: int, have: int, applications: int) -> int:
    """About how many applications would give ``least`` of what there are only ``have`` of.

    Below FEWEST nothing is said of how many there are: half of it is assumed.
    """
    return roughly(max(least / (have if have >= FEWEST else FEWEST // 2), 1.0) * applications)


def roughly(applications: float) -> int:
    """To two significant digits, upwards."""
    unit = int(10 ** max(int(log10(max(applications, 1.0))) - 1, 0))
    return unit * ceil(applications / unit - 1e-9)
