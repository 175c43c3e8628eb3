"""Counterfactual options for declined applications: do they hold, are they fair, how fast.

    python bench/explanation/counterfactuals.py [--quick]

On the made-up lender and on the public cards. Each option is sent once more through the
production scorer with its values. Beside it stands what was published and measured of DiCE
without constraints: it touched the repayment history in 24 of 25 cases and asked people to be
later than they were in 5 to 8 of 25.

Bars: fields that cannot move 0, harmful directions 0, valid 100 %, p95 below 300 ms.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Mapping
from itertools import combinations, product
from typing import Any, NamedTuple

import numpy as np

from bench.explanation.portfolios import Portfolio, declined, fitted, synthetic, taiwan_cards
from scoring.actions import levers
from scoring.counterfactuals import MOST_MOVED, Option, options, score_moved
from scoring.intervals import wilson
from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer

SLOWEST_MS = 300.0
EXHAUSTED = 60
"""People for whom every combination of levels is scored, to see what the search misses."""
DECLINE = RECOMMENDATIONS.index("decline")


class Checked(NamedTuple):
    """What was wrong with the options of one application."""

    invalid: int
    immovable: int
    harmful: int


def main() -> None:
    """Print a block for each portfolio; the bars are on all of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="100 declined applications each")
    quick = parser.parse_args().quick
    most = 100 if quick else 1_000
    for name, portfolio in (
        ("synthetic", synthetic(20_000 if quick else 100_000)),
        ("taiwan_cards", taiwan_cards()),
    ):
        scorer = Scorer(fitted(portfolio, 1), "v")
        _judge(name, scorer, portfolio, most)
        if name == "synthetic":
            _against_everything(scorer, portfolio, EXHAUSTED)
    print("DiCE unconstrained, for comparison: repayment history touched 24/25, worsened 5-8/25")


def _judge(name: str, scorer: Scorer, portfolio: Portfolio, most: int) -> None:
    people = declined(scorer, portfolio, most)
    times, given, wrong = [], [], Counter[str]()
    for i in people:
        values = portfolio.values(i)
        began = time.perf_counter()
        found = options(scorer, values)
        times.append(1e3 * (time.perf_counter() - began))
        given.append(found)
        wrong.update(_check(scorer, values, found)._asdict())
    some = [found for found in given if found]
    share = wilson(len(some), len(given))
    p50, p95 = np.quantile(times, [0.5, 0.95])
    moved = Counter(len(option.changes) for found in some for option in found)
    first = Counter(found[0].recommendation for found in some)
    fields = Counter(c.field for found in some for option in found for c in option.changes)
    options_made = sum(map(len, given))
    print(f"{name}: {len(given)} declined applications, {options_made} options")
    print(f"  with an option: {share.value:.3f} [{share.low:.3f}, {share.high:.3f}]")
    print(f"  leading to: {dict(first)}; fields moved per option: {dict(sorted(moved.items()))}")
    print(f"  moved: {dict(fields.most_common(6))}")
    print(f"  time: p50 {p50:.0f} ms, p95 {p95:.0f} ms, longest {max(times):.0f} ms")
    bars = {
        "valid 100 %": wrong["invalid"] == 0,
        "immovable fields 0": wrong["immovable"] == 0,
        "harmful directions 0": wrong["harmful"] == 0,
        f"p95 below {SLOWEST_MS:.0f} ms": p95 < SLOWEST_MS,
    }
    for bar, holds in bars.items():
        print(f"  {bar}: {'holds' if holds else 'missed'}")


def _check(scorer: Scorer, values: Mapping[str, Any], found: list[Option]) -> Checked:
    invalid = immovable = harmful = 0
    for option in found:
        changed = {c.field: c.to for c in (*option.changes, *option.follows)}
        scores = scorer.score_each([{**values, **changed}])
        said = scorer.recommendation_name(scores, 0)
        invalid += said != option.recommendation or int(scores.recommendation[0]) >= DECLINE
        for change in option.changes:
            allowed = scorer.contract.features[change.field].actionable
            wanted = "up" if change.to > change.now else "down"
            immovable += allowed == "no"
            harmful += allowed not in {wanted, "both", "no"}
    return Checked(invalid, immovable, harmful)


def _against_everything(scorer: Scorer, portfolio: Portfolio, most: int) -> None:
    """How often some combination of up to three fields leads further than the options do."""
    people, missed = declined(scorer, portfolio, most), 0
    for i in people:
        values = portfolio.values(i)
        found = [RECOMMENDATIONS.index(o.recommendation) for o in options(scorer, values)]
        missed += _best(scorer, values) < min(found, default=DECLINE)
    print(f"  all combinations scored for {len(people)}: further than the search in {missed}")


def _best(scorer: Scorer, values: Mapping[str, Any]) -> int:
    able = levers(scorer.contract, values)
    names, now = [lever.name for lever in able], np.array([lever.now for lever in able])
    best = DECLINE
    for size in range(1, MOST_MOVED + 1):
        for chosen in combinations(range(len(able)), size):
            grid = np.array(list(product(*(able[j].levels for j in chosen))))
            to = np.tile(now, (len(grid), 1))
            to[:, list(chosen)] = grid
            found = score_moved(scorer, values, names, to).recommendation
            best = min(best, int(found.min(initial=DECLINE)))
    return best


if __name__ == "__main__":
    main()
