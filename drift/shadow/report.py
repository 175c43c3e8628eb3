"""The whole comparison of a challenger with the champion."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from data.contract import Money
from data.errors import NotEnoughDataError
from drift.shadow.accuracy import accuracy, calibration
from drift.shadow.agreement import difference
from drift.shadow.money import earned
from drift.shadow.pairs import BoolArray, Pairs
from drift.shadow.ranking import auc_bounds, ks_difference
from drift.shadow.schema import Cost, Interval, Pairing, Ranking, ShadowReport
from drift.shadow.states import (
    ACCURACY_ERROR,
    MARGINS,
    RANKING_ERROR,
    Look,
    accuracy_state,
    daily_look,
    fixed_looks,
    overall,
    ranking_state,
)
from drift.shadow.swaps import swaps
from scoring.intervals import UNDEFINED
from scoring.profit import ASSUMED
from scoring.vector import FloatArray

FEWEST = 30
"""Decisions with both scores below which nothing is compared."""
MOST_MISSING = 0.001
LOG_LOSS_MARGIN = 0.01
"""For the log-loss, which decides nothing."""


@dataclass(frozen=True)
class Made:
    """What running the challenger came to; see ``schema.Pairing`` and ``schema.Cost``.

    ``errors``: of each pair, None for a score; ``identical``: pairs with both hashes alike;
    ``features``: both have, the champion alone, the challenger alone.
    """

    expected: int
    errors: Sequence[str | None]
    identical: int
    features: tuple[int, int, int]
    latency_ms: FloatArray
    cpu_ms: FloatArray


@dataclass(frozen=True)
class Question:
    """Who is compared on which day, as was fixed before: the plan and the margins."""

    champion: str
    challenger: str
    on: dt.date
    plan: Literal["daily", "fixed"] = "daily"
    margins: Mapping[str, float] = field(default_factory=lambda: dict(MARGINS))
    money: Money = ASSUMED
    replayed: int = 0
    not_new: int = 0
    seed: int = 1


def compare(pairs: Pairs, made: Made, asked: Question) -> ShadowReport:
    """Compare the models on ``pairs``. Raises NotEnoughDataError below FEWEST."""
    if len(pairs) < FEWEST:
        raise NotEnoughDataError(
            f"a comparison needs {FEWEST} decisions that both models scored: there are "
            f"{len(pairs)}; start the challenger with microscore shadow start, or replay the past"
        )
    biased = pairs.outcomes == "approved"
    rows, weight = _judged_on(pairs)
    looks = (
        [daily_look(pairs, rows, weight)]
        if asked.plan == "daily"
        else fixed_looks(pairs, rows, weight)
    )
    margins = MARGINS | dict(asked.margins)
    judged = (
        ranking_state(pairs, rows, looks, margins["auc"], biased=biased),
        accuracy_state(pairs, margins["brier"], biased=biased),
    )
    lost = asked.money.loss_given_default
    bounds = auc_bounds(pairs)
    days = [
        dt.date(1970, 1, 1) + dt.timedelta(days=int(d)) for d in (min(pairs.day), max(pairs.day))
    ]
    return ShadowReport(
        champion=asked.champion,
        challenger=asked.challenger,
        first=days[0],
        last=days[1],
        on=asked.on,
        plan=asked.plan,
        margins=margins,
        decisions=len(pairs),
        borrowers=len(np.unique(pairs.person)),
        replayed=asked.replayed,
        not_new=asked.not_new,
        outcomes=pairs.outcomes,
        state=overall(judged),
        judged=judged,
        pairing=_pairing(made),
        difference=difference(pairs, asked.seed),
        swaps=swaps(pairs, lost, asked.seed),
        ranking=_rankings(pairs, asked),
        auc_bounds=Interval() if bounds is None else Interval(low=bounds[0], high=bounds[1]),
        accuracy=(
            accuracy(pairs, "brier", margins["brier"], ACCURACY_ERROR),
            accuracy(pairs, "log_loss", LOG_LOSS_MARGIN, ACCURACY_ERROR),
        ),
        calibration=calibration(pairs),
        money=earned(pairs, asked.money, asked.seed),
        cost=_cost(made),
    )


def _judged_on(pairs: Pairs) -> tuple[BoolArray, FloatArray | None]:
    """The loans that the ranking is judged by, and their weights."""
    if pairs.outcomes == "quota":
        return pairs.reached, pairs.weight
    return pairs.alike, None


def _rankings(pairs: Pairs, asked: Question) -> tuple[Ranking, ...]:
    flagged = pairs.outcomes != "everyone"
    found = [_ranking(pairs, "jointly_approved", pairs.jointly, None, asked, biased=flagged)]
    if pairs.outcomes == "quota":
        found.append(_ranking(pairs, "weighted", pairs.reached, pairs.weight, asked, biased=False))
    if not flagged:
        found.append(_ranking(pairs, "everyone", pairs.labelled, None, asked, biased=False))
    return tuple(found)


def _ranking(
    pairs: Pairs,
    population: Literal["jointly_approved", "weighted", "everyone"],
    rows: BoolArray,
    weight: FloatArray | None,
    asked: Question,
    *,
    biased: bool,
) -> Ranking:
    today = daily_look(pairs, rows, weight)
    fixed: list[Look] = fixed_looks(pairs, rows, weight)
    ks = ks_difference(pairs, rows, asked.seed) if weight is None else UNDEFINED
    return Ranking(
        population=population,
        loans=int(rows.sum()),
        bads=today.bads,
        auc=Interval.of(today.interval),
        confidence=1 - 2 * RANKING_ERROR,
        fixed=Interval.of(fixed[-1].interval) if fixed else Interval(),
        fixed_bads=fixed[-1].bads if fixed else None,
        ks=Interval.of(ks),
        biased=biased,
    )


def _pairing(made: Made) -> Pairing:
    pairs = len(made.errors)
    errors = Counter(error for error in made.errors if error is not None)
    scored = pairs - errors.total()
    missing = max(made.expected - pairs, 0)
    few = (missing + errors.total()) < MOST_MISSING * max(made.expected, pairs, 1)
    both, champion, challenger = made.features
    return Pairing(
        expected=made.expected,
        pairs=pairs,
        scored=scored,
        identical=made.identical,
        missing=missing,
        errors=dict(errors),
        features=both,
        only_champion=champion,
        only_challenger=challenger,
        passed=few and made.identical == scored,
    )


def _cost(made: Made) -> Cost:
    failed = sum(error is not None for error in made.errors)
    timed = len(made.latency_ms) > 0
    return Cost(
        latency_ms=float(made.latency_ms.mean()) if timed else None,
        latency_p99_ms=float(np.quantile(made.latency_ms, 0.99)) if timed else None,
        cpu_ms=float(made.cpu_ms.mean()) if timed else None,
        error_share=failed / max(len(made.errors), 1),
    )
