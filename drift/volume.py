"""How many applications a window should have, judged by the windows before it.

A lender that grows has more each month and a harvest brings many at once: neither is an alarm. A
branch whose requests no longer arrive, or a client that sends everything twice, is one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

FEWEST_STEPS = 3
"""Changes from window to window that must be known before anything is foretold."""
MOST_WINDOWS = 13
"""Windows before that are looked at: a year of windows of four weeks."""
TIMES = 2.0
"""However steady the past: half or double of what is foretold is never an alarm."""
WIDTH = 4.0
"""Standard deviations of a usual step that a window may be away from what is foretold."""
NORMAL = 1.4826
"""Median absolute deviation to standard deviation of a normal variable."""


def expected_rows(
    before: Sequence[int], season: tuple[int, int] | None = None
) -> tuple[int, int] | None:
    """Fewest and most applications of the window that follows ``before``; None: too early to say.

    ``before``: numbers of applications in windows of the same length, newest last; those before
    the first application, and the window of the first one, which may be half empty, do not count.
    ``season``: numbers in the same season a year before and in the window before that one.
    Foretold are the newest number itself, the same with the usual growth (the median step), and
    with the step of that season; the range holds all three and WIDTH usual steps around them.
    """
    first = next((i for i, n in enumerate(before) if n), len(before))
    known = [max(n, 0.5) for n in before[first + 1 :]]
    steps = np.diff(np.log(known)) if len(known) > 1 else np.array([])
    if len(steps) < FEWEST_STEPS:
        return None
    usual = float(np.median(steps))
    growth = [0.0, usual]
    if season is not None and all(season):
        growth.append(math.log(season[0] / season[1]))
    foretold = [known[-1] * math.exp(g) for g in growth]
    spread = NORMAL * float(np.median(np.abs(steps - usual)))
    chance = math.sqrt(1 / known[-1] + 1 / min(foretold))
    times = max(TIMES, math.exp(WIDTH * math.hypot(spread, chance)))
    return round(min(foretold) / times), round(max(foretold) * times)
