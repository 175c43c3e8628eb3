"""Sign of the equal-opportunity gap when only past loans have an outcome.

    python bench/fairness/selective_labels.py [--quick]

A lender that was harder on group B also let a few declined applicants have a loan by chance. The
model under audit is biased against B: the true gap of the TPR is -0.05, and the loans alone show
about +0.08. Every seed is a new world of 20,000 applicants.
"""

from __future__ import annotations

import sys
from collections import Counter

from fairness.fairlearn_adapter import outcome_metrics
from fairness.outcomes import outcome_gaps
from tests.fairness.lending import World, unlogged, world

APPLICANTS = 20_000


def loans_alone(made: World) -> str:
    """What fairlearn's true positive rate of the loans that were given says."""
    rows = made.rows
    rate = outcome_metrics(rows.approve, rows.y, made.grouping).by_group["true_positive_rate"]
    return "higher" if rate["B"] > rate["A"] else "lower"


def ours(made: World, *, logged: bool) -> str:
    """The sign that the audit gives; without the propensities where they were not logged."""
    rows = made.rows if logged else unlogged(made.rows)
    gaps = outcome_gaps(rows, made.grouping)
    return next(gap.sign for gap in gaps if gap.metric == "tpr")


def main(seeds: int) -> None:
    """Print figure | bar | tool of today."""
    large = world(1_000_000, 1_000_000)
    truth = "lower" if large.gap() < 0 else "higher"
    counts = {name: Counter[str]() for name in ("today", "logged", "not logged")}
    for seed in range(seeds):
        made = world(seed, APPLICANTS)
        counts["today"][loans_alone(made)] += 1
        counts["logged"][ours(made, logged=True)] += 1
        counts["not logged"][ours(made, logged=False)] += 1
    print(f"true gap of the TPR (B less A): {large.gap():+.3f}; {seeds} seeds")
    print("sign                              | right | undetermined | wrong | bar")
    for name, label, bar in (
        ("logged", "ours, 5 % random loans logged", "0 wrong"),
        ("not logged", "ours, nothing logged", "0 wrong"),
        ("today", "fairlearn on the loans alone", "-"),
    ):
        right, unsure = counts[name][truth], counts[name]["undetermined"]
        wrong = seeds - right - unsure
        print(f"{label:<33} | {right:>5} | {unsure:>12} | {wrong:>5} | {bar}")


if __name__ == "__main__":
    main(20 if "--quick" in sys.argv else 200)
