"""Tables of what is recorded about applicants and their applications."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.synthetic.arrays import expand
from data.synthetic.evidence import MONTHS, OBSERVERS, REMOTENESS
from data.synthetic.people import (
    CONSENT_SOURCES,
    LANGUAGE_GROUPS,
    OPTIONAL_SOURCES,
    RESIDENCES,
    SEXES,
    People,
)
from data.synthetic.tables import DAY_SECONDS, dates, ids, numbered, timestamps, words
from data.synthetic.turns import Turn
from data.synthetic.world import Streams, first_day, month_number


class Names(NamedTuple):
    """Identifiers of the chunk's persons and of one turn's applications, by position."""

    persons: pa.Array
    applications: pa.Array


CODES = ("premises", "bookkeeping", "reputation", "cooperation")
"""What is observed: two codes by the officer, then two by neighbours."""
SCALE_NAMES = ("planning", "self_control", "perseverance")
ITEMS_PER_SCALE = 3
ITEMS = tuple(f"{scale}_{i + 1}" for scale in SCALE_NAMES for i in range(ITEMS_PER_SCALE))
PHONE, PSYCHOMETRICS, OBSERVATIONS, GEOGRAPHY = (
    OPTIONAL_SOURCES.index(s) for s in ("phone_usage", "psychometrics", "observations", "geography")
)
CLOSING_DAYS = 2
"""The phone figures of a month are known on its successor's third day."""


def phone_usage(turn: Turn, people: People, names: Names) -> pa.Table:
    """Monthly phone figures of the last three closed months before each application."""
    rng, requests = turn.streams.of("phone usage"), turn.requests
    rows = np.flatnonzero(people.observed[requests.person, PHONE])
    owner = np.repeat(rows, MONTHS)
    back = np.tile(np.arange(MONTHS), len(rows))
    month = month_number(requests.day[owner] - CLOSING_DAYS - 1) - 1 - back
    n = len(owner)
    days = turn.evidence.active_days[owner, back]
    return pa.table(
        {
            "applicant_id": names.persons.take(pa.array(requests.person[owner])),
            "month": dates(first_day(month)),
            "closed_on": dates(first_day(month + 1) + CLOSING_DAYS),
            "active_days": days,
            "call_minutes": np.rint(days * rng.gamma(4, 2, n)).astype(np.int64),
            "data_mb": np.rint(rng.gamma(1.5, 500, n)).astype(np.int64),
            "topups": 1 + rng.poisson(0.27 * days),
            "topup_amount": (rng.gamma(3, 900, n) / 50).astype(np.int64) * 50,
        }
    )


def psychometrics(turn: Turn, people: People, names: Names) -> pa.Table:
    """Answers to the questionnaire, from 0 to 100; a scale is the mean of its items."""
    rng, requests = turn.streams.of("psychometrics"), turn.requests
    rows = np.flatnonzero(people.observed[requests.person, PSYCHOMETRICS])
    scales = turn.evidence.scales[rows]
    n = len(rows)
    pace = rng.gamma(9, 0.4 + 0.007 * scales.mean(axis=1)) * np.where(rng.random(n) < 0.02, 0.2, 1)
    alike = rng.random(n) < 0.04
    apart = (1 + np.abs(rng.normal(0, 8, scales.shape))).astype(np.int64) * ~alike[:, None]
    apart = np.minimum(apart, np.minimum(scales, 100 - scales))
    values = scales[:, :, None] + apart[:, :, None] * np.array([1, 0, -1])
    owner = np.repeat(np.arange(n), len(ITEMS))
    item = np.tile(np.arange(len(ITEMS)), n)
    seconds = np.round(pace[owner] * rng.uniform(0.6, 1.4, len(owner)), 1)
    asked = (requests.day * DAY_SECONDS + requests.second)[rows] - rng.integers(900, 3600, n)
    return pa.table(
        {
            "application_id": names.applications.take(pa.array(rows[owner])),
            "item": words(ITEMS, item),
            "scale": words(SCALE_NAMES, item // ITEMS_PER_SCALE),
            "answered_at": timestamps(asked[owner] + 10 * item),
            "answer": values.reshape(-1),
            "seconds": seconds,
        }
    )


def observations(turn: Turn, people: People, names: Names) -> pa.Table:
    """Coded observations of officers and neighbours in the weeks before the application."""
    rng = turn.streams.of("observations")
    rows = np.flatnonzero(people.observed[turn.requests.person, OBSERVATIONS])
    owner = np.repeat(rows, OBSERVERS)
    code = np.tile(np.arange(OBSERVERS), len(rows))
    day = turn.requests.day[owner] - rng.integers(1, 22, len(owner))
    officer = people.officer[turn.requests.person[owner]]
    return pa.table(
        {
            "application_id": names.applications.take(pa.array(owner)),
            "observation_id": ids("O", turn.streams, len(owner)),
            "observed_on": dates(day),
            "observer": words(("officer", "community"), code // 2),
            "officer_id": pc.if_else(pa.array(code < 2), numbered("F", officer, 4), None),
            "code": words(CODES, code),
            "score": turn.evidence.scores[owner, code],
        }
    )


def geography(turn: Turn, people: People, names: Names) -> pa.Table:
    """Coarse location, by application: a 10 km cell and travel times, no coordinates."""
    rng = turn.streams.of("geography")
    rows = np.flatnonzero(people.observed[turn.requests.person, GEOGRAPHY])
    person = turn.requests.person[rows]
    n = len(rows)
    to_branch = np.exp(3.4 + 0.6 * turn.evidence.recorded[rows, REMOTENESS])
    cell = people.branch[person] * 25 + person * 7 % 25
    return pa.table(
        {
            "application_id": names.applications.take(pa.array(rows)),
            "grid_cell": pa.array(cell).cast(pa.string()),
            "minutes_to_branch": np.round(to_branch, 1),
            "minutes_to_market": np.round(4 + 0.5 * to_branch * rng.gamma(4, 0.25, n), 1),
            "home_business_km": np.round(rng.exponential(0.07 * to_branch).clip(0, 60), 1),
        }
    )


def consents(streams: Streams, people: People, names: pa.Array) -> pa.Table:
    """Answers to the three requests for consent, given before the first application."""
    rng = streams.of("consents")
    person, source = expand(np.full(len(people.region), len(CONSENT_SOURCES)))
    hours = rng.integers(2, 72, len(people.region))
    decided = people.first_day[person] * DAY_SECONDS - hours[person] * 3600 + source * 60
    return pa.table(
        {
            "applicant_id": names.take(pa.array(person)),
            "source": words(CONSENT_SOURCES, source),
            "granted": people.consent[person, source],
            "decided_at": timestamps(decided),
        }
    )


def protected(people: People, names: pa.Array) -> pa.Table:
    """Attributes that only audits see; empty where the applicant did not state them."""
    no_sex, no_birth_year, no_language, no_disability = people.withheld.T
    return pa.table(
        {
            "applicant_id": names,
            "sex": words(SEXES, people.sex, no_sex),
            "birth_year": pa.array(people.birth_year, mask=no_birth_year),
            "language_group": words(LANGUAGE_GROUPS, people.language, no_language),
            "disability": words(("no", "yes"), people.disability.astype(np.int64), no_disability),
            "residence": words(RESIDENCES, people.rural.astype(np.int64)),
        }
    )
