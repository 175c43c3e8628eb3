"""The hidden signals of an application and what the optional sources show of them.

Each signal is standard normal and leans on the applicant's reliability. Wallets and distances
show theirs exactly; phones, questionnaires and observers show theirs with noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from data.synthetic.arrays import Floats, Ints
from data.synthetic.people import FEMALE, People
from data.synthetic.requests import Requests
from data.synthetic.world import Streams, World


class Signal(NamedTuple):
    """A hidden signal: its source, its loading on reliability and the noise of its record."""

    name: str
    source: int
    loading: float
    noise: float
    """Variance of the recorded minus the true signal."""


SIGNALS = (
    Signal("wallet_inflow", 0, 0.30, 0.0),
    Signal("wallet_swings", 0, -0.30, 0.0),
    Signal("phone_activity", 1, 0.25, 0.01),
    Signal("planning", 2, 0.45, 0.09),
    Signal("good_order", 3, 0.45, 0.13),
    Signal("remoteness", 4, 0.0, 0.0),
)
INFLOW, SWINGS, ACTIVITY, PLANNING, ORDER, REMOTENESS = range(len(SIGNALS))
LOADINGS = np.array([s.loading for s in SIGNALS])
NOISE = np.array([s.noise for s in SIGNALS])
SOURCE_OF_SIGNAL = np.array([s.source for s in SIGNALS])
BIASED = np.isin(np.arange(len(SIGNALS)), (INFLOW, PLANNING, ORDER))
"""Signals of which the records of women may show too little."""
MONTHS, SCALES, OBSERVERS = 3, 3, 4
"""Phone months, questionnaire scales and observers (two officers, then two neighbours)."""


@dataclass
class Evidence:
    """Signals and their records for n applications; sources may still be withheld."""

    true: Floats
    """(n, 6) the hidden signals."""
    recorded: Floats
    """(n, 6) what goes into the records: the hidden signals and the planted bias."""
    shown: Floats
    """(n, 6) the signals as a reader of the records who knows their bias would estimate them."""
    active_days: Ints
    """(n, 3) days of phone use in each of the last closed months."""
    scales: Ints
    """(n, 3) questionnaire scales from 0 to 100."""
    scores: Ints
    """(n, 4) observers' codes from 0 to 20."""


def draw_evidence(streams: Streams, world: World, people: People, requests: Requests) -> Evidence:
    """Draw signals and records for each of ``requests``."""
    rng = streams.of("evidence")
    reliability = people.reliability[requests.person, None]
    n = len(reliability)
    own = rng.normal(size=(n, len(SIGNALS)))
    true = LOADINGS * reliability + np.sqrt(1 - LOADINGS**2) * own
    true[:, REMOTENESS] = people.remoteness[requests.person]
    true = true.clip(-3.2, 3.2)
    women = people.sex[requests.person, None] == FEMALE
    bias = world.bias.records * (women & BIASED)
    recorded = true + bias
    days = _record(rng, recorded[:, ACTIVITY], MONTHS, 0.15, 15, 4.5).clip(0, 28)
    scales = _record(rng, recorded[:, PLANNING], SCALES, 0.5, 55, 14).clip(0, 100)
    seen = recorded[:, ORDER, None] + _leniency(world, people.officer[requests.person])
    scores = np.rint(11 + 2.8 * (seen + rng.normal(0, 0.6, (n, OBSERVERS)))).clip(0, 20)
    shown = recorded.copy()
    shown[:, ACTIVITY] = (days.mean(axis=1) - 15) / 4.5
    shown[:, PLANNING] = (scales.mean(axis=1) - 55) / 14
    shown[:, ORDER] = (scores.mean(axis=1) - 11) / 2.8
    return Evidence(true, recorded, shown - bias, days, scales, scores.astype(np.int64))


def visible(people: People, requests: Requests) -> Floats:
    """(n, 6): 1 where the source of the signal has rows, else 0."""
    return people.observed[requests.person][:, SOURCE_OF_SIGNAL].astype(np.float64)


def _record(
    rng: np.random.Generator, signal: Floats, times: int, noise: float, middle: float, unit: float
) -> Ints:
    repeated = signal[:, None] + rng.normal(0, noise, (len(signal), times))
    return np.rint(middle + unit * repeated).astype(np.int64)


def _leniency(world: World, officer: Ints) -> Floats:
    """(n, 4): officers' leniency in their own two columns, none in the neighbours'."""
    out = np.zeros((len(officer), OBSERVERS))
    out[:, : OBSERVERS // 2] = world.leniency[officer, None]
    return out
