"""Two models on the same applicants: paired differences with intervals and one-sided tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from fairness.groups import BoolArray, sufficient
from scoring.intervals import Z95, Estimate
from scoring.vector import FloatArray


class Change(NamedTuple):
    """An estimate with its standard error; 0 where nothing differs."""

    value: float
    error: float

    def interval(self, z: float = Z95) -> Estimate:
        """The normal interval of ``z`` standard errors on each side."""
        return Estimate(self.value, self.value - z * self.error, self.value + z * self.error)

    @property
    def p_above(self) -> float:
        """One-sided p-value of "it is above 0"."""
        if self.error == 0:
            return 0.0 if self.value > 0 else 1.0
        return float(norm.sf(self.value / self.error))


@dataclass(frozen=True)
class Contrast:
    """A group and the reference of its attribute among n people (members of each, n)."""

    attribute: str
    group: str
    reference: str
    members: BoolArray
    base: BoolArray

    @property
    def key(self) -> tuple[str, str]:
        """Attribute and group."""
        return self.attribute, self.group

    def at(self, rows: NDArray[np.intp]) -> Contrast:
        """The same groups among the people at ``rows``."""
        return Contrast(
            self.attribute, self.group, self.reference, self.members[rows], self.base[rows]
        )

    def rates(self, approved: BoolArray) -> tuple[float, float]:
        """Approval rates of group and reference; an empty one counts as half an approval."""
        x1, n1, x0, n0 = self.counts(approved)
        return max(x1, 0.5) / n1, max(x0, 0.5) / n0

    def counts(self, approved: BoolArray) -> tuple[int, int, int, int]:
        """Approved and people of the group, then of the reference."""
        own, base = approved[self.members], approved[self.base]
        return int(own.sum()), len(own), int(base.sum()), len(base)

    def enough(self, approved: BoolArray) -> bool:
        """Whether as many are approved and declined, on both sides, as may be published."""
        x1, n1, x0, n0 = self.counts(approved)
        return bool(sufficient(np.array([n1, n0]), np.array([x1, x0])).all())

    def log_ratio(self, approved: BoolArray) -> float:
        """Log of the adverse impact ratio of decisions (n)."""
        group, base = self.rates(approved)
        return float(np.log(group / base))


def ratio_change(contrast: Contrast, new: BoolArray, old: BoolArray, sign: float) -> Change:
    """``log AIR(new) + sign · log AIR(old)`` of two sets of decisions (n) on the same people.

    ``sign`` -1 is the difference of the models, +1 their sum. Delta method: within each group,
    the variance of ``new/rate(new) + sign · old/rate(old)`` over its number of people.
    """
    rates_new, rates_old = contrast.rates(new), contrast.rates(old)
    variance = 0.0
    for part, rate_new, rate_old in zip(
        (contrast.members, contrast.base), rates_new, rates_old, strict=True
    ):
        influence = new[part] / rate_new + sign * old[part] / rate_old
        variance += float(influence.var(ddof=1)) / len(influence)
    value = contrast.log_ratio(new) + sign * contrast.log_ratio(old)
    return Change(value, float(np.sqrt(variance)))


def nearer_parity(contrast: Contrast, new: BoolArray, old: BoolArray) -> float:
    """p-value of "the new decisions are nearer to parity": |log AIR(new)| < |log AIR(old)|.

    That is so when the ratio moved to the other side of where it was (their difference) and did
    not pass parity by as much (their sum), so both must be proven and p is the larger of the two
    (intersection-union test, Berger 1982; the error is that of one test).
    """
    side = -float(np.sign(contrast.log_ratio(old))) or 1.0
    moved = ratio_change(contrast, new, old, -1.0)
    passed = ratio_change(contrast, new, old, 1.0)
    return max(
        Change(side * moved.value, moved.error).p_above,
        Change(-side * passed.value, passed.error).p_above,
    )


def area_change(y: FloatArray, new: FloatArray, old: FloatArray) -> Change:
    """AUC of scores ``new`` (n) less that of ``old`` for ``y`` (n; 1 bad, 0 good).

    The variance of the paired difference is DeLong's (DeLong, DeLong and Clarke-Pearson 1988).
    """
    bad, good = (_placements(y, new, one) - _placements(y, old, one) for one in (1.0, 0.0))
    variance = bad.var(ddof=1) / len(bad) + good.var(ddof=1) / len(good)
    return Change(float(bad.mean()), float(np.sqrt(variance)))


def loss_change(y: FloatArray, new: BoolArray, old: BoolArray) -> Change:
    """Log of the bad rate of the approved of ``new`` (n) over that of ``old``; ``y`` (n) 1 bad.

    Delta method on the same rows: each model's influence is ``approved·(y - rate)`` over the
    rate and the approved share.
    """
    influences, values = [], []
    for approved in (new, old):
        share = max(float(approved.mean()), 0.5 / len(y))
        rate = max(float((y * approved).mean()), 0.5 / len(y)) / share
        influences.append(approved * (y - rate) / (rate * share))
        values.append(np.log(rate))
    error = float((influences[0] - influences[1]).std(ddof=1)) / np.sqrt(len(y))
    return Change(float(values[0] - values[1]), float(error))


def _placements(y: FloatArray, score: FloatArray, outcome: float) -> FloatArray:
    """For each row with ``outcome``: the share of the others that it stands rightly to."""
    own, other = score[y == outcome], score[y != outcome]
    ranks = rankdata(np.concatenate([own, other]))[: len(own)]
    beaten = (ranks - rankdata(own)) / len(other)
    return np.asarray(beaten if outcome == 1 else 1 - beaten, dtype=np.float64)
