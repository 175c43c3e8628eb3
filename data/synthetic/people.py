"""Applicants: where they live, what they do, what they consented to, who they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from data.synthetic.arrays import Bools, Floats, Ints, choose
from data.synthetic.world import (
    BRANCHES_PER_REGION,
    FIRST_DAY,
    LAST_DAY,
    OFFICERS_PER_BRANCH,
    REGIONS,
    Streams,
)

SECTORS = ("agriculture", "trade", "services", "crafts", "transport")
AGRICULTURE = 0
SEXES = ("female", "male")
FEMALE = 0
RESIDENCES = ("urban", "rural")
LANGUAGE_GROUPS = ("group_a", "group_b", "group_c", "group_d", "group_e")
OPTIONAL_SOURCES = ("mobile_money", "phone_usage", "psychometrics", "observations", "geography")
CONSENT_SOURCES = OPTIONAL_SOURCES[:3]
REFUSED = (0.09, 0.13, 0.08)
"""Share that refuses consent, for each of CONSENT_SOURCES."""
UNAVAILABLE = ((0.08, 0.05, 0.07, 0.10, 0.10), (0.16, 0.11, 0.08, 0.16, 0.16))
"""Share without the source though allowed (no wallet, no visit): urban, rural."""


@dataclass
class People:
    """Applicants of one chunk; every field has one value (or row) for each."""

    region: Ints
    branch: Ints
    officer: Ints
    rural: Bools
    sex: Ints
    birth_year: Ints
    language: Ints
    disability: Bools
    withheld: Bools
    """(n, 4) sex, birth year, language group, disability: not stated."""
    sector: Ints
    reliability: Floats
    """Standard normal; never recorded, but shows in lateness and in the optional sources."""
    income_level: Floats
    """Log of the usual monthly household income in XOF."""
    remoteness: Floats
    """Standard normal; distance to the branch."""
    years_in_business: Floats
    """At the first application."""
    consent: Bools
    """(n, 3) granted, for each of CONSENT_SOURCES."""
    observed: Bools
    """(n, 5) the source has rows, for each of OPTIONAL_SOURCES."""
    first_day: Ints
    """Day number of the first application."""
    past_loans: Ints
    """Loans closed before the first application."""


def draw_people(streams: Streams, n: int) -> People:
    """Draw ``n`` applicants."""
    rng = streams.of("people")
    region = choose(rng, [r.share for r in REGIONS], n)
    branch = region * BRANCHES_PER_REGION + rng.integers(0, BRANCHES_PER_REGION, n)
    rural = rng.random(n) < np.array([r.rural for r in REGIONS])[region]
    sex = np.where(rng.random(n) < 0.56, FEMALE, 1 - FEMALE)
    farms = rng.random(n) < np.array([r.farming for r in REGIONS])[region] * (0.7 + 0.5 * rural)
    sector = np.where(farms, AGRICULTURE, 1 + choose(rng, (5, 3, 2, 1.5), n))
    consent, observed = _sources(streams, rural)
    return People(
        region=region,
        branch=branch,
        officer=branch * OFFICERS_PER_BRANCH + rng.integers(0, OFFICERS_PER_BRANCH, n),
        rural=rural,
        sex=sex,
        birth_year=_birth_year(rng, n),
        language=np.where(
            rng.random(n) < 0.72,
            np.array([r.language for r in REGIONS])[region],
            rng.integers(0, len(LANGUAGE_GROUPS), n),
        ),
        disability=rng.random(n) < 0.06,
        withheld=rng.random((n, 4)) < (0.02, 0.015, 0.05, 0.08),
        sector=sector,
        reliability=0.12 * np.where(sex == FEMALE, 0.89, -1.13) + 0.993 * rng.normal(size=n),
        income_level=_income_level(rng, sex, rural, sector),
        remoteness=0.8 * rng.normal(size=n) + 0.6 * np.where(rural, 0.98, -1.02),
        years_in_business=rng.gamma(2.2, 2.6, n).clip(0, 35),
        consent=consent,
        observed=observed,
        first_day=FIRST_DAY + (rng.random(n) ** 0.9 * (LAST_DAY - FIRST_DAY + 1)).astype(np.int64),
        past_loans=np.where(rng.random(n) < 0.32, 0, rng.geometric(0.36, n).clip(1, 9)),
    )


def with_equal_groups(streams: Streams, people: People) -> People:
    """Shuffle sex, language group and residence, together, among ``people``."""
    order = streams.of("equal groups").permutation(len(people.region))
    return replace(
        people,
        sex=people.sex[order],
        language=people.language[order],
        rural=people.rural[order],
    )


def _birth_year(rng: np.random.Generator, n: int) -> Ints:
    return np.asarray(2004 - (rng.beta(1.7, 3.2, n) * 52).astype(np.int64))


def _income_level(rng: np.random.Generator, sex: Ints, rural: Bools, sector: Ints) -> Floats:
    by_sector = np.array([-0.12, 0.05, 0.1, -0.05, 0.15])[sector]
    low = -0.18 * (sex == FEMALE) - 0.15 * rural
    return np.asarray(11.85 + by_sector + low + rng.normal(0, 0.45, len(sex)))


def _sources(streams: Streams, rural: Bools) -> tuple[Bools, Bools]:
    rng = streams.of("consent")
    consent = rng.random((len(rural), len(CONSENT_SOURCES))) >= REFUSED
    unavailable = np.where(rural[:, None], UNAVAILABLE[1], UNAVAILABLE[0])
    observed = rng.random((len(rural), len(OPTIONAL_SOURCES))) >= unavailable
    observed[:, : len(CONSENT_SOURCES)] &= consent
    return consent, observed
