"""A lender that was harder on group B and gave some loans by chance, with the whole truth."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from fairness.groups import Grouping, grouping
from fairness.outcome_rates import Applicants
from scoring.vector import FloatArray


@dataclass(frozen=True)
class World:
    """What an audit sees, and the outcome ``y`` of every applicant."""

    rows: Applicants
    grouping: Grouping
    y: FloatArray

    def gap(self) -> float:
        """True TPR of B less that of A."""
        b, good = self.grouping.members(1), self.y == 0
        return float(self.rows.approve[good & b].mean() - self.rows.approve[good & ~b].mean())


def world(seed: int, n: int, *, bias: float = 0.13, by_chance: float = 0.05) -> World:
    """Draw ``n`` applicants; the officer of the time saw ``soft`` facts that the model does not.

    ``bias``: what the model under audit adds to the log-odds of B without a reason.
    """
    rng = np.random.default_rng(seed)
    b = rng.random(n) < 0.4
    hard, soft = rng.normal(size=(2, n))
    y = (rng.random(n) < expit(-1.6 + hard + soft)).astype(np.float64)
    chosen = hard + 0.7 * soft + rng.normal(0, 0.5, n) + 1.3 * b < 0.6
    lent = chosen | (rng.random(n) < by_chance)
    score = hard + bias * b
    rows = Applicants(
        approve=score < 0.4,
        log_odds=score,
        y=np.where(lent, y, np.nan),
        propensity=np.where(chosen, 1.0, by_chance),
    )
    return World(rows, grouping("group", np.where(b, "B", "A").astype(object), "A"), y)


def unlogged(rows: Applicants) -> Applicants:
    """The same applicants, had nobody logged the propensities."""
    return Applicants(rows.approve, rows.log_odds, rows.y)
