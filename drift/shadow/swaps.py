"""The swap set: whom one model alone approves, and what is known of them."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import numpy as np

from drift.shadow.agreement import ERROR
from drift.shadow.pairs import BoolArray, Pairs
from drift.shadow.schema import Interval, Swapped
from scoring.intervals import UNDEFINED, Z95, Estimate
from scoring.vector import FloatArray

BANDS = 10
FEWEST_IN_BAND = 10
"""Matured loans of those both approve that a band of the score needs."""
DRAWS = 2_000
SHOWN = 10
"""Swapped decisions below which their reasons are not told."""


def swaps(pairs: Pairs, loss_given_default: float, seed: int) -> tuple[Swapped, Swapped]:
    """Those swapped in (approved by the challenger alone) and out (by the champion alone)."""
    old, new = pairs.champion.approve, pairs.challenger.approve
    return (
        _swapped(pairs, "in", new & ~old, loss_given_default, seed),
        _swapped(pairs, "out", old & ~new, loss_given_default, seed),
    )


def _swapped(
    pairs: Pairs, who: Literal["in", "out"], rows: BoolArray, lost: float, seed: int
) -> Swapped:
    part = pairs.at(rows)
    amount = part.amount if len(part) and not np.isnan(part.amount).any() else None
    matured = part.at(part.labelled & ~part.by_chance)
    expected = (part.champion.pd + part.challenger.pd) / 2 * lost
    return Swapped(
        who=who,
        decisions=len(part),
        amount=None if amount is None else float(amount.sum()),
        mean_amount=None if amount is None else float(amount.mean()),
        pd_champion=_mean(part.champion.pd),
        pd_challenger=_mean(part.challenger.pd),
        expected_loss=_total(expected, amount),
        reasons=_reasons(part),
        matured=len(matured),
        bads=int(matured.y.sum()),
        bad_rate=Interval.of(bad_rate(matured, seed)),
        possible=possible(pairs, rows) if who == "in" and len(part) else Interval(),
    )


def bad_rate(part: Pairs, seed: int) -> Estimate:
    """Share of bad loans with a bootstrap over borrowers (Rubin 1981).

    Half a bad and half a good loan are added to each resample, so that a rate of 0 has an
    interval as well.
    """
    if not len(part):
        return UNDEFINED
    _, code = np.unique(part.person, return_inverse=True)
    bads, loans = np.bincount(code, part.y), np.bincount(code)
    rng = np.random.default_rng([seed, 3])
    drawn = []
    for _ in range(DRAWS):
        weight, added = rng.exponential(size=len(loans)), rng.standard_gamma(0.5, 2)
        total = np.sum(weight * loans) + added.sum()
        drawn.append(float((np.sum(weight * bads) + added[0]) / total))
    low, high = np.quantile(drawn, [ERROR / 2, 1 - ERROR / 2])
    value = float(part.y.mean())
    return Estimate(value, min(value, float(low)), max(value, float(high)))


def possible(pairs: Pairs, rows: BoolArray) -> Interval:
    """Lowest and highest bad rate of the decisions ``rows`` (n), of whom no outcome is known.

    Low: if those whom the champion declined are no better risks than those it approved in the
    same band of the challenger's score (Manski's (2003) monotone selection); 0 in bands with too
    few matured loans. High: without any assumption, all of them. Where chance gave some of them a
    loan, ``value`` is the bad rate weighted by the inverse of its probability.
    """
    risk = pairs.challenger.log_odds
    cuts = np.quantile(risk[rows], np.arange(1, BANDS) / BANDS)
    band = np.searchsorted(cuts, risk, side="right")
    known = pairs.champion.approve & pairs.labelled & ~pairs.by_chance
    loans = np.bincount(band[known], minlength=BANDS)
    bads = np.bincount(band[known], pairs.y[known], minlength=BANDS)
    rate = np.where(loans >= FEWEST_IN_BAND, bads / np.maximum(loans, 1), 0.0)
    share = np.bincount(band[rows], minlength=BANDS) / rows.sum()
    lent = rows & pairs.labelled & pairs.by_chance
    value = None
    if lent.any():
        value = float(np.average(pairs.y[lent], weights=pairs.weight[lent]))
    return Interval(value=value, low=float(np.sum(share * rate)), high=1.0)


def _mean(values: FloatArray) -> Interval:
    if not len(values):
        return Interval()
    mean, half = float(values.mean()), Z95 * float(values.std()) / np.sqrt(len(values))
    return Interval(value=mean, low=mean - float(half), high=mean + float(half))


def _total(share: FloatArray, amount: FloatArray | None) -> float | None:
    """Loss in money, or a unit lent."""
    if not len(share):
        return None
    return float(share.mean()) if amount is None else float(np.sum(share * amount))


def _reasons(part: Pairs) -> dict[str, float]:
    if len(part) < SHOWN:
        return {}
    counts = Counter(str(reason) for reason in part.champion.reason if reason is not None)
    return {code: n / len(part) for code, n in counts.most_common()}
