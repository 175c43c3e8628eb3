"""What every chunk shares: calendar, regions, branches, officers, weather and random streams.

The places are invented. Amounts of all countries are in one currency, XOF.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from data.synthetic.arrays import Bools, Floats, Ints
from data.synthetic.bias import USUAL_BIAS, Bias

EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


STARTS_ON = date(2022, 1, 1)
ENDS_ON = date(2024, 12, 31)
EXTRACTED_ON = date(2025, 4, 30)
DROUGHT = (date(2023, 4, 1), date(2023, 11, 30))
NANO_LAUNCHED_ON = date(2024, 2, 1)
FIRST_DAY, LAST_DAY, EXTRACT_DAY = map(day_number, (STARTS_ON, ENDS_ON, EXTRACTED_ON))
NEVER = 10**6
BRANCHES_PER_REGION = 5
OFFICERS_PER_BRANCH = 4


class Region(NamedTuple):
    """A region: its share of applicants, country life, harvest month (1-12) and language."""

    name: str
    share: float
    rural: float
    farming: float
    harvest_month: int
    language: int
    drought: bool


REGIONS = (
    Region("west_coast", 0.17, 0.25, 0.15, 10, 0, False),
    Region("west_forest", 0.13, 0.55, 0.40, 11, 0, False),
    Region("west_savanna", 0.12, 0.65, 0.50, 10, 1, False),
    Region("west_sahel", 0.12, 0.75, 0.55, 10, 1, True),
    Region("east_coast", 0.13, 0.30, 0.20, 8, 2, False),
    Region("east_highlands", 0.12, 0.60, 0.45, 1, 2, False),
    Region("east_lake", 0.11, 0.55, 0.40, 7, 3, False),
    Region("east_drylands", 0.10, 0.75, 0.55, 2, 3, True),
)


@dataclass(frozen=True)
class Streams:
    """Independent random streams, one for each purpose, chunk of applicants and turn.

    A stream depends on nothing but the seed and these three, so a new table does not move the
    numbers of another one, nor does the number of applications asked for.
    """

    seed: int
    chunk: int = 0
    turn: int = 0

    def of(self, purpose: str) -> np.random.Generator:
        """Return a fresh generator for ``purpose``."""
        key = (zlib.crc32(purpose.encode()), self.chunk, self.turn)
        sequence = np.random.SeedSequence(entropy=self.seed, spawn_key=key)
        return np.random.Generator(np.random.Philox(sequence))


@dataclass(frozen=True)
class World:
    """Facts drawn once for a seed, officers' leniency and the weather, and what is planted.

    ``product_from``: the day number from which a ``product_share`` of applicants asks for the
    new product.
    """

    seed: int
    leniency: Floats
    """How much better officers code what they see, in standard deviations; (officers,)."""
    rain: Floats
    """Rainfall anomaly in standard deviations; (regions, months since 2022-01)."""
    bias: Bias
    product_from: int = day_number(NANO_LAUNCHED_ON)
    product_share: float = 0.15


def build_world(seed: int, bias: Bias = USUAL_BIAS) -> World:
    """Draw the world of ``seed``; ``bias`` moves none of its random numbers."""
    streams = Streams(seed)
    officers = len(REGIONS) * BRANCHES_PER_REGION * OFFICERS_PER_BRANCH
    months = 12 * (ENDS_ON.year - STARTS_ON.year + 1)
    rain = streams.of("rain").normal(0.2, 0.55, (len(REGIONS), months))
    dry = slice(month_index(day_number(DROUGHT[0])), month_index(day_number(DROUGHT[1])) + 1)
    for row, region in enumerate(REGIONS):
        if region.drought:
            rain[row, dry] -= 2.2
    return World(seed, streams.of("leniency").normal(0.0, 0.35, officers), rain, bias)


def month_index(day: int) -> int:
    """Months since 2022-01 of one day number."""
    return int(months_since_start(np.asarray([day]))[0])


def month_number(day: Ints) -> Ints:
    """Months since 1970-01 of day numbers."""
    return np.asarray(day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))


def first_day(month: Ints) -> Ints:
    """Day number of the first day of months since 1970-01."""
    return np.asarray(month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64))


def months_since_start(day: Ints) -> Ints:
    """Months since 2022-01 of day numbers."""
    return month_number(day) - 12 * (STARTS_ON.year - EPOCH.year)


def months_to_harvest(day: Ints, region: Ints) -> Ints:
    """Whole months until the next harvest of the region: 0 to 11."""
    harvest = np.array([r.harvest_month for r in REGIONS])[region]
    return np.asarray((harvest - 1 - months_since_start(day)) % 12, dtype=np.int64)


def in_drought(day: Ints, region: Ints) -> Bools:
    """Whether the drought hit this region on this day."""
    hit = np.array([r.drought for r in REGIONS])[region]
    first, last = map(day_number, DROUGHT)
    return np.asarray(hit & (day >= first) & (day <= last), dtype=np.bool_)
