"""Bias of the difference of AUC of two equally good models when only some have an outcome.

    python bench/shadow/selective_labels.py [--quick] [--replicates N]

The true difference is 0. Today: outcomes of those whom the champion approved. Ours: with a quota
(5 % of those whom it declines next to the cut-off) on ``Pairs.reached`` with the inverse of the
propensity; without one on ``Pairs.jointly``, which the report flags as biased, and by which nobody
is BETTER.
"""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import replace

import numpy as np
from scipy.special import expit

from drift.shadow.pairs import APPROVE, DECLINE, Pairs, Side
from drift.shadow.ranking import auc_difference
from drift.shadow.report import Made, Question, compare
from scoring.policy import RECOMMENDATIONS
from scoring.states import State

APPLICATIONS, NOISE, QUOTA, BAND = 20_000, 0.9, 0.05, 0.2
BAR = 0.005
TODAY = {0.8: 0.018, 0.6: 0.025, 0.4: 0.039}
REVIEW = RECOMMENDATIONS.index("review")


def world(approved: float, seed: int, n: int = APPLICATIONS) -> Pairs:
    """Two models that see the risk with equal noise; outcomes by the champion and by chance."""
    rng = np.random.default_rng([5, seed])
    risk = rng.normal(size=n)
    bad = (rng.random(n) < expit(-2.2 + 1.1 * risk)).astype(float)
    sides = [_side(1.1 * (risk + NOISE * rng.normal(size=n)) - 2.2, approved) for _ in range(2)]
    champion = sides[0]
    near = np.quantile(champion.log_odds, min(approved + BAND, 1.0))
    band = ~champion.approve & (champion.log_odds <= near)
    drawn = band & (rng.random(n) < QUOTA)
    day = np.sort(rng.uniform(20_000, 20_365, n))
    y = np.where(champion.approve | drawn, bad, np.nan)
    nothing = np.full(n, np.nan)
    return Pairs(
        champion=champion,
        challenger=sides[1],
        day=day,
        person=np.arange(n, dtype=np.intp),
        propensity=np.where(band, QUOTA, np.nan),
        y=y,
        matured=np.where(np.isnan(y), np.nan, day + 90),
        amount=nothing,
    )


def without_quota(pairs: Pairs) -> Pairs:
    """The same world in which chance gave nobody a loan."""
    none = np.full(len(pairs), np.nan)
    kept = pairs.champion.approve
    return replace(
        pairs,
        propensity=none,
        y=np.where(kept, pairs.y, np.nan),
        matured=np.where(kept, pairs.matured, np.nan),
    )


def _side(log_odds: np.ndarray, approved: float) -> Side:
    rest = np.where(log_odds <= np.quantile(log_odds, approved), APPROVE, DECLINE)
    return Side(expit(log_odds), log_odds, rest.astype(np.intp), np.full(len(rest), None))


def flagged(pairs: Pairs) -> bool:
    """Whether the report says that it is biased, and calls nobody better by it."""
    n = len(pairs)
    made = Made(n, [None] * n, n, (1, 0, 0), np.zeros(n), np.zeros(n))
    told = compare(pairs, made, Question("a", "b", dt.date(2026, 1, 1)))
    honest = told.state != State.BETTER and told.outcomes == "approved"
    return honest and all(ranking.biased for ranking in told.ranking)


def main() -> None:
    """Print approved | today's bias | ours with the quota | ours without, flagged."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="20 replicates")
    parser.add_argument("--replicates", type=int, default=800)
    asked = parser.parse_args()
    replicates = 20 if asked.quick else asked.replicates
    print(f"{replicates} replicates of {APPLICATIONS}; mean difference of AUC (standard error)")
    print("approved | today           | quota, bar .005  | without quota    | flagged")
    short = []
    for approved, today in TODAY.items():
        found = np.empty((replicates, 3))
        for i in range(replicates):
            pairs = world(approved, i)
            plain = without_quota(pairs)
            found[i] = (
                auc_difference(plain, plain.labelled).value,
                auc_difference(pairs, pairs.reached, pairs.weight).value,
                auc_difference(plain, plain.jointly).value,
            )
        mean, error = found.mean(axis=0), found.std(axis=0) / np.sqrt(replicates)
        told = " | ".join(f"{m:+.4f} ({e:.4f}) " for m, e in zip(mean, error, strict=True))
        flag = flagged(without_quota(world(approved, 0)))
        print(f"{approved:.0%}      | {told}| {flag} (today's tool: {today:+.3f})")
        if abs(mean[1]) > BAR + 2 * error[1] or not flag:
            short.append(f"{approved:.0%}")
    if short:
        raise SystemExit(f"above the bar at {', '.join(short)}")


if __name__ == "__main__":
    main()
