"""What applicants ask for and declare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.synthetic.arrays import Floats, Ints, choose
from data.synthetic.history import Standing, rounded
from data.synthetic.people import AGRICULTURE, People
from data.synthetic.world import (
    Streams,
    World,
    months_since_start,
    months_to_harvest,
)

PRODUCTS = ("individual", "group", "seasonal", "nano")
SEASONAL, NANO = 2, 3
PURPOSES = ("stock", "equipment", "farm_inputs", "school_fees", "housing")
DAYS_BETWEEN_DUES = (30.4375, 14.0, 30.4375, 7.0)
MONTHLY_INTEREST = (0.022, 0.018, 0.02, 0.03)
TERMS = ((4, 13), (4, 9), (5, 11), (2, 4))
"""Months: lowest, and one above the highest, by product."""
MONTH_DAYS = 30.4375


@dataclass
class Requests:
    """Applications; ``person`` is a position in the chunk's people."""

    person: Ints
    day: Ints
    second: Ints
    """Of the day."""
    product: Ints
    purpose: Ints
    sector: Ints
    amount: Ints
    term_months: Ints
    total_due: Ints
    instalments: Ints
    monthly_instalment: Ints
    income: Ints
    expenses: Ints
    years_in_business: Floats
    months_to_harvest: Ints
    rainfall: Floats
    past_loans: Ints
    mean_days_late: Floats
    last_amount: Ints


def draw_requests(
    streams: Streams, world: World, people: People, person: Ints, day: Ints, before: Standing
) -> Requests:
    """Draw one application for each ``person`` on ``day`` after the loans in ``before``."""
    rng = streams.of("requests")
    n = len(person)
    sector = people.sector[person]
    product = _product(rng, world, day, sector)
    income = np.rint(np.exp(people.income_level[person] + rng.normal(0, 0.15, n)) / 1000) * 1000
    income = income.clip(15_000, 1_500_000)
    expenses = np.rint(income * (0.25 + 0.6 * rng.beta(4, 3, n)) / 1000) * 1000
    wish = np.array([0.35, 0.05, 0.3, -0.95])[product] + 0.06 * before.count[person].clip(0, 6)
    amount = rounded(income * np.exp(wish + rng.normal(0, 0.4, n)))
    term = rng.integers(*np.array(TERMS)[product].T)
    total = amount * (1 + np.array(MONTHLY_INTEREST)[product] * term)
    total = (np.rint(total / 5) * 5).astype(np.int64)
    every = np.array(DAYS_BETWEEN_DUES)[product]
    region = people.region[person]
    elapsed = (day - people.first_day[person]) / 365.25
    return Requests(
        person=person,
        day=day,
        second=rng.integers(8 * 3600, 17 * 3600, n),
        product=product,
        purpose=np.where(
            (sector == AGRICULTURE) & (rng.random(n) < 0.7), 2, choose(rng, (5, 2, 0.3, 1, 1), n)
        ),
        sector=sector,
        amount=amount,
        term_months=term,
        total_due=total,
        instalments=np.maximum(np.rint(term * MONTH_DAYS / every), 2).astype(np.int64),
        monthly_instalment=np.rint(total / term).astype(np.int64),
        income=income.astype(np.int64),
        expenses=expenses.astype(np.int64),
        years_in_business=np.round(people.years_in_business[person] + elapsed, 1),
        months_to_harvest=months_to_harvest(day, region),
        rainfall=_rainfall(rng, world, day, region),
        past_loans=before.count[person],
        mean_days_late=before.mean_days_late[person],
        last_amount=before.last_amount[person],
    )


def _product(rng: np.random.Generator, world: World, day: Ints, sector: Ints) -> Ints:
    n = len(day)
    product = choose(rng, (6, 4), n)
    product[(sector == AGRICULTURE) & (rng.random(n) < 0.45)] = SEASONAL
    product[(day >= world.product_from) & (rng.random(n) < world.product_share)] = NANO
    return product


def _rainfall(rng: np.random.Generator, world: World, day: Ints, region: Ints) -> Floats:
    """Anomaly around the branch in the 30 days before the application."""
    known = world.rain[region, months_since_start(day)]
    return np.round(known + rng.normal(0, 0.25, len(day)), 2).clip(-4, 4)
