"""BETTER, NOT WORSE, WORSE or KEEP WATCHING, and when the last would end.

A challenger is better than the champion by mistake, on any day at all, in at most 5 % of
comparisons of equals: the errors of RANKING_ERROR, EARLY_ERROR and ACCURACY_ERROR, all one-sided,
add up to that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np
from scipy.stats import norm

from drift.shadow.accuracy import bets, gains
from drift.shadow.pairs import BoolArray, Pairs, arrival
from drift.shadow.ranking import Measured, auc_difference
from drift.shadow.schema import Judged
from drift.shadow.sequences import Wealth, bet, sequence, settling, widening
from scoring.intervals import UNDEFINED, Estimate
from scoring.states import State
from scoring.vector import FloatArray

RANKING_ERROR, EARLY_ERROR, ACCURACY_ERROR = 0.02, 0.005, 0.025
FEWEST_BADS = 200
"""Bad loans before which only an exact sequence, which needs no large numbers, may decide."""
LOOKS = (200, 400, 800)
"""Bad loans at which a comparison with the plan "fixed" is looked at."""
MARGINS = {"auc": 0.02, "brier": 0.002}
"""What a challenger may be worse by and still be NOT WORSE, unless its start says otherwise."""
FARTHEST = 20
"""Times the bad loans so far beyond which nobody can say what would settle it."""


@dataclass(frozen=True)
class Look:
    """A difference of AUC, its interval by the plan, and the bad loans that it rests on."""

    measured: Measured
    interval: Estimate
    bads: int


def daily_look(pairs: Pairs, rows: BoolArray, weight: FloatArray | None) -> Look:
    """Today's difference with its confidence sequence."""
    found = auc_difference(pairs, rows, weight)
    if np.isnan(found.value):
        return Look(found, UNDEFINED, found.bads)
    interval = sequence(found.value, found.error, found.bads, 2 * RANKING_ERROR)
    return Look(found, interval, found.bads)


def fixed_looks(pairs: Pairs, rows: BoolArray, weight: FloatArray | None) -> list[Look]:
    """DeLong's interval at each of LOOKS that was reached, with RANKING_ERROR for all together."""
    came = arrival(pairs, rows)
    bads = np.cumsum(pairs.y[came])
    wide = float(norm.isf(RANKING_ERROR / len(LOOKS)))
    found = []
    for look in LOOKS:
        if len(bads) and bads[-1] >= look:
            until = np.zeros(len(pairs), dtype=bool)
            until[came[: int(np.searchsorted(bads, look)) + 1]] = True
            made = auc_difference(pairs, until, weight)
            half = wide * made.error
            limits = Estimate(made.value, made.value - half, made.value + half)
            found.append(Look(made, limits, look))
    return found


def ranking_state(
    pairs: Pairs, rows: BoolArray, looks: Sequence[Look], margin: float, *, biased: bool
) -> Judged:
    """The state by AUC: the first of ``looks`` that settles it, or an exact bet on any day.

    ``biased``: nobody is BETTER by outcomes that the champion chose.
    """
    states = [_by_interval(look.interval, margin) for look in looks if look.bads >= FEWEST_BADS]
    settled = [state for state in states if state != State.KEEP_WATCHING]
    early = _early(duels(pairs), margin)
    state = settled[0] if settled else early
    last = looks[-1] if looks else None
    bads = int(pairs.y[rows].sum())
    if state == State.BETTER and biased:
        return _judged("ranking", State.NOT_WORSE, margin, "biased", bads)
    if state != State.KEEP_WATCHING:
        return _judged("ranking", state, margin, "proved", bads)
    why = "too_few" if bads < FEWEST_BADS else "open"
    wanted = _bads_for(last, margin) if last else FEWEST_BADS
    return _judged("ranking", state, margin, why, bads, wanted, _rate(pairs, rows))


def accuracy_state(pairs: Pairs, margin: float, *, biased: bool) -> Judged:
    """The state by Brier's score, by bets that are exact at any number of loans."""
    gain = gains(pairs, "brier")
    wealth = bets(gain, "brier", margin)
    state = _by_bets(wealth, ACCURACY_ERROR)
    bads = int(pairs.y[pairs.alike].sum())
    if state == State.BETTER and biased:
        return _judged("accuracy", State.NOT_WORSE, margin, "biased", bads)
    if state != State.KEEP_WATCHING:
        return _judged("accuracy", state, margin, "proved", bads)
    times = min(
        settling(gain, -margin, wealth["not_worse"], ACCURACY_ERROR),
        settling(-gain, 0.0, wealth["worse"], ACCURACY_ERROR),
    )
    wanted = ceil(times * bads) if isfinite(times) and times <= FARTHEST else None
    return _judged("accuracy", state, margin, "open", bads, wanted, _rate(pairs, pairs.alike))


def overall(judged: Sequence[Judged]) -> State:
    """WORSE if any part is; open if any is; BETTER if any is and none is worse."""
    states = {one.state for one in judged}
    for state in (State.WORSE, State.KEEP_WATCHING, State.BETTER):
        if state in states:
            return state
    return State.NOT_WORSE


def duels(pairs: Pairs) -> FloatArray:
    """For each bad loan, as it came: 1 the challenger alone ranks it above a good one, -1 the
    champion alone; ties count half. Each good loan stands against one bad loan, so the mean of
    each, given those before, is the difference of AUC (on loans selected alike)."""
    came = arrival(pairs, pairs.alike)
    bad, good = came[pairs.y[came] == 1], came[pairs.y[came] == 0]
    n = min(len(bad), len(good))
    ours, theirs = (
        np.sign(side.log_odds[bad[:n]] - side.log_odds[good[:n]]) / 2
        for side in (pairs.challenger, pairs.champion)
    )
    return np.asarray(ours - theirs)


def _early(values: FloatArray, margin: float) -> State:
    wealth = {
        "better": bet(values, 0.0, -1.0),
        "not_worse": bet(values, -margin, -1.0),
        "worse": bet(-values, 0.0, -1.0),
    }
    return _by_bets(wealth, EARLY_ERROR)


def _by_bets(wealth: dict[str, Wealth], error: float) -> State:
    if wealth["better"].proves(error):
        return State.BETTER
    if wealth["not_worse"].proves(error):
        return State.NOT_WORSE
    return State.WORSE if wealth["worse"].proves(error) else State.KEEP_WATCHING


def _by_interval(limits: Estimate, margin: float) -> State:
    if limits.low is None or limits.high is None:
        return State.KEEP_WATCHING
    if limits.low > 0:
        return State.BETTER
    if limits.low > -margin:
        return State.NOT_WORSE
    return State.WORSE if limits.high < 0 else State.KEEP_WATCHING


def _bads_for(look: Look, margin: float) -> int | None:
    """Bad loans at which today's difference would be within the margin, or proven worse."""
    value, error = look.measured.value, look.measured.error
    away = value + margin if value > -margin else -value
    if np.isnan(value) or away <= 0:
        return FEWEST_BADS if np.isnan(value) else None
    bads = look.bads * np.geomspace(1, FARTHEST, 400)
    half = error * np.sqrt(look.bads / bads) * widening(bads, 2 * RANKING_ERROR)
    enough = np.flatnonzero((half < away) & (bads >= FEWEST_BADS))
    return ceil(float(bads[enough[0]])) if len(enough) else None


def _rate(pairs: Pairs, rows: BoolArray) -> tuple[float, float]:
    """Bad loans a day among ``rows``, and the last day on which an outcome became known."""
    days = pairs.matured[rows]
    if not len(days):
        return 0.0, float("nan")
    return float(pairs.y[rows].sum()) / max(float(np.ptp(days)), 1.0), float(days.max())


def _judged(
    part: str,
    state: State,
    margin: float,
    why: str,
    bads: int,
    wanted: int | None = None,
    rate: tuple[float, float] | None = None,
) -> Judged:
    on = None
    if wanted is not None and rate is not None and rate[0] > 0:
        days = rate[1] + max(wanted - bads, 0) / rate[0]
        on = dt.date(1970, 1, 1) + dt.timedelta(days=ceil(days))
    told = {"part": part, "state": state, "margin": margin, "why": why, "bads": bads}
    return Judged.model_validate(told | {"bads_needed": wanted, "settled_on": on})
