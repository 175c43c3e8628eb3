"""What an applicant could change, by how much and with which consequences, as the contract says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from scoring.vector import FloatArray

LEVELS = 12
"""Values of one field that a search tries."""
_FURTHEST_DOWN, _FURTHEST_UP, _MOST_STEPS_UP = 0.2, 3.0, 10
"""Advice beyond a fifth or three times today's value (or ten steps) helps nobody."""
_USUAL_SHARE = 0.05
"""A number without a step in the contract moves by about this share of itself."""

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Lever:
    """One input that can be moved, from ``now``, in whole steps.

    ``levels``: what a search tries, nearest first; ``finer``: every step up to the furthest.
    """

    name: str
    now: float
    with_time: bool
    whole: bool
    levels: FloatArray
    finer: FloatArray

    def effort(self, values: FloatArray) -> FloatArray:
        """How far ``values`` are from today, 0 to 1 of the furthest on that side."""
        furthest = np.where(values > self.now, self.finer.max(), self.finer.min())
        share: FloatArray = np.abs(values - self.now) / np.abs(furthest - self.now)
        return share


def levers(contract: Contract, values: Values) -> list[Lever]:
    """The levers of an application, in the contract's order.

    Inputs that the contract calls actionable, that are numbers and have a value; what follows
    from others (the instalment) and what nobody knows cannot be moved.
    """
    found = []
    for name in contract.inputs:
        feature = contract.features[name]
        if feature.actionable == "no" or name == contract.terms.instalment:
            continue
        now = values.get(name)
        if isinstance(now, bool) or not isinstance(now, (int, float)) or not isfinite(now):
            continue
        lever = _lever(contract, name, float(now))
        if len(lever.finer):
            found.append(lever)
    return found


def _lever(contract: Contract, name: str, now: float) -> Lever:
    feature, spec = contract.features[name], contract.spec(name)
    whole = spec.type == "integer"
    step = feature.step or _usual_step(now, whole)
    low, high = spec.range or (-np.inf, np.inf)
    down = _steps(now, step, max(low, _lowest(now, step)), -1)
    up = _steps(now, step, min(high, _highest(now, step)), 1)
    sides = {"down": [down], "up": [up], "both": [down, up]}[feature.actionable]
    return Lever(
        name=name,
        now=now,
        with_time=feature.with_time,
        whole=whole,
        levels=np.concatenate([_spread(side, LEVELS // len(sides)) for side in sides]),
        finer=np.concatenate(sides),
    )


def _usual_step(now: float, whole: bool) -> float:
    """A share of ``now``, rounded to one figure; 1 for whole numbers that are small, or zero."""
    exact = abs(now) * _USUAL_SHARE
    if exact == 0 or (whole and exact < 1):
        return 1.0
    size = 10.0 ** floor(log10(exact))
    return max(1.0, round(exact / size)) * size


def _lowest(now: float, step: float) -> float:
    return now * _FURTHEST_DOWN if now > 0 else now - _MOST_STEPS_UP * step


def _highest(now: float, step: float) -> float:
    return max(now * _FURTHEST_UP, now + _MOST_STEPS_UP * step)


def _steps(now: float, step: float, end: float, sign: int) -> FloatArray:
    """Multiples of ``step`` beyond ``now`` as far as ``end``, nearest first."""
    if sign > 0:
        first, last = floor(now / step) + 1, floor(end / step)
    else:
        first, last = -(ceil(now / step) - 1), -ceil(end / step)
    count = max(0, min(last - first + 1, 10_000))
    found: FloatArray = sign * np.round((first + np.arange(count)) * step, 9) + 0.0
    return found


def _spread(values: FloatArray, most: int) -> FloatArray:
    """At most ``most`` of ``values``, denser near the first."""
    if len(values) <= most:
        return values
    at = np.unique(np.rint(np.geomspace(1, len(values), most)).astype(int)) - 1
    some: FloatArray = values[at]
    return some


def moved(
    contract: Contract, values: Values, names: Sequence[str], to: FloatArray
) -> dict[str, NDArray[Any]]:
    """Columns of all inputs for n variants of one application.

    ``to`` (n, len(names)): the values of ``names`` in each variant. The instalment follows from
    amount and term at the flat rate that today's three imply.
    """
    n = len(to)
    columns: dict[str, NDArray[Any]] = {
        name: np.full(n, values.get(name), dtype=object if _is_text(values.get(name)) else float)
        for name in contract.inputs
    }
    columns |= {name: to[:, j] for j, name in enumerate(names)}
    terms = contract.terms
    if terms.instalment is not None and {terms.amount, terms.term} & set(names):
        columns[terms.instalment] = _instalments(contract, values, columns)
    return columns


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _instalments(contract: Contract, values: Values, columns: Values) -> FloatArray:
    """Amount times (1 + rate times term) over term; today's where the three are not known."""
    terms, now = contract.terms, values.get(str(contract.terms.instalment))
    amount, months = values.get(str(terms.amount)), values.get(str(terms.term))
    if not (now and amount and months):
        return np.asarray(columns[str(terms.instalment)], dtype=np.float64)
    rate = (now * months / amount - 1) / months
    lent = np.asarray(columns[str(terms.amount)], dtype=np.float64)
    over = np.asarray(columns[str(terms.term)], dtype=np.float64)
    exact = lent * (1 + rate * over) / over
    low, high = contract.spec(str(terms.instalment)).range or (-np.inf, np.inf)
    digits = 0 if float(now).is_integer() else 2
    same = (lent == amount) & (over == months)
    follows: FloatArray = np.where(same, now, np.round(exact, digits).clip(low, high))
    return follows
