"""Simulated decisions that the benchmarks of verdicts share: scores, groups, approval rates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairness.groups import sufficient
from fairness.intervals import equality_test
from fairness.judging import FAMILY_ERROR, Pairs, judge
from fairness.multiplicity import holm
from fairness.verdicts import ADVERSE_IMPACT, Verdict
from scoring.vector import FloatArray

RULES = (0.65, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Approved share of the policy in force, then the five of every audit."""


def approvals(
    sizes: Sequence[int], shifts: Sequence[float], rules: Sequence[float], seed: int, data_sets: int
) -> FloatArray:
    """Approved people (data sets, groups, rules); a cut-off on a normal score fixes their total.

    ``shifts``: how much lower the scores of each group are, in standard deviations.
    """
    rng = np.random.default_rng(seed)
    label = np.repeat(np.arange(len(sizes)), sizes)
    total = len(label)
    out = np.empty((data_sets, len(sizes), len(rules)))
    for at in out:
        ranked = label[np.argsort(np.repeat(shifts, sizes) - rng.standard_normal(total))]
        for j, share in enumerate(rules):
            at[:, j] = np.bincount(ranked[: round(share * total)], minlength=len(sizes))
    return out


def pairs(approved: FloatArray, sizes: Sequence[int]) -> Pairs:
    """Every group but the first against the first, under every rule: (data sets, m)."""
    flat = (len(approved), -1)
    n1 = np.broadcast_to(np.array(sizes[1:], dtype=float)[:, None], approved[:, 1:].shape)
    x0 = np.broadcast_to(approved[:, :1], approved[:, 1:].shape)
    n0 = np.full(x0.shape, float(sizes[0]))
    return Pairs(*(v.reshape(flat) for v in (approved[:, 1:], n1, x0, n0)))


def fails(all_pairs: Pairs, checked: int = 20) -> NDArray[np.bool_]:
    """Which comparisons (data sets, m) are a FAIL by default, each data set one family.

    All data sets at once; the first ones are judged by the audit itself as well, and must agree.
    """
    x1, n1, x0, n0 = (v.astype(np.int64) for v in all_pairs)
    enough = sufficient(n1, x1) & sufficient(n0, x0)
    p = equality_test(*all_pairs).below
    proven = np.zeros(p.shape, dtype=np.bool_)
    for row, family, judged in zip(proven, p, enough, strict=True):
        row[judged] = holm(family[judged]) <= FAMILY_ERROR
    found = proven & ADVERSE_IMPACT.beyond(all_pairs.ratio)[0]
    for i in range(min(checked, len(found))):
        verdicts = judge(Pairs(*(v[i, enough[i]] for v in all_pairs))).verdicts
        if [v == Verdict.FAIL for v in verdicts] != found[i, enough[i]].tolist():
            raise SystemExit("the simulation and the audit disagree")
    return np.asarray(found, dtype=np.bool_)
