"""What would have led to a better recommendation: verified, and within what a person can change.

Levers are moved alone first; their effects, added up, order all combinations of up to MOST_MOVED
levers by effort and by what is likely still to be missing, and the production scorer judges them
best first, in batches, rounding and policy included. An option is then drawn back towards today,
lever by lever and step by step, as far as it still holds. What is advised was scored as a request
with exactly these values would be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.actions import Lever, Values, levers, moved
from scoring.policy import Recommendation
from scoring.scorer import Scorer, Scores
from scoring.vector import FloatArray

MOST_OPTIONS = 3
MOST_MOVED = 3
MOST_TRIED = 1_024
"""Variants that one search for one recommendation scores at most."""
MOST_COARSE = 6
"""With more levers than these, every other level of each is tried, and the furthest."""
BATCH = 128
_TIME = 1.0
"""Effort that waiting for months adds to a change, in changes of a field."""
_MISSING = 8.0
"""Effort that a unit of log-odds stands for that is likely still to be missing."""
_HOPELESS = 2.0
"""Log-odds still missing, if effects add up, from which a combination is not tried."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that would be other than today."""

    field: str
    now: float
    to: float
    with_time: bool


@dataclass(frozen=True)
class Option:
    """Changes that together lead to ``recommendation``.

    ``follows``: what then changes by itself. ``pd``, ``points`` and ``band`` are the scorer's.
    ``effort``: one for each field that changes, how far it moves (0 to 1 of the furthest that is
    advised), and one more where that takes months.
    """

    changes: tuple[Change, ...]
    follows: tuple[Change, ...]
    recommendation: Recommendation
    pd: float
    points: int
    band: str
    effort: float


@dataclass(frozen=True)
class _Tried:
    """Levers that move (positions) and the value of each."""

    moved: tuple[int, ...]
    to: tuple[float, ...]


def options(scorer: Scorer, values: Values) -> list[Option]:
    """One to three options for an application, least effort first; none for an approval.

    Options lead to an approval where one can be found, else, for a decline, to a review. An
    empty list for another recommendation means: none found. Deterministic.
    """
    scores = scorer.score_each([values])
    now = int(scores.recommendation[0])
    able = levers(scorer.contract, values)
    for better in range(now):
        found = _Search(scorer, values, able, better, float(scores.log_odds[0])).run()
        if found:
            return [_option(scorer, values, able, *one) for one in found]
    return []


class _Search:
    """Looks for variants of one application whose recommendation is ``wanted`` or better."""

    def __init__(
        self, scorer: Scorer, values: Values, able: Sequence[Lever], wanted: int, log_odds: float
    ) -> None:
        self._scorer, self._values, self._able, self._wanted = scorer, values, able, wanted
        few = len(able) <= MOST_COARSE
        self._levels = [k.levels if few else k.levels[::-2][::-1] for k in able]
        rules = scorer.bundle.rules
        limit = rules.approve_below if wanted == 0 else rules.decline_from
        self._gap = log_odds - log(limit / (1 - limit))

    def run(self) -> list[tuple[_Tried, float]]:
        """At most MOST_OPTIONS variants that hold, with different levers, and their effort."""
        found: list[_Tried] = []
        waiting = self._in_order()
        for start in range(0, min(len(waiting), MOST_TRIED), BATCH):
            batch = waiting[start : start + BATCH]
            for tried, holds in zip(batch, self._hold(batch), strict=True):
                if holds and not any(set(f.moved) <= set(tried.moved) for f in found):
                    found = [f for f in found if not set(tried.moved) < set(f.moved)]
                    found.append(tried)
            if len(found) >= MOST_OPTIONS:
                break
        drawn = {tried: self._effort(tried) for tried in map(self._drawn_back, found)}
        told: list[tuple[_Tried, float]] = []
        for tried, effort in sorted(drawn.items(), key=lambda item: (item[1], item[0].moved)):
            if not any(set(before.moved) <= set(tried.moved) for before, _ in told):
                told.append((tried, effort))
        return told[:MOST_OPTIONS]

    def _hold(self, batch: Sequence[_Tried]) -> NDArray[np.bool_]:
        """Which variants have the wanted recommendation, by the production scorer."""
        return np.asarray(self._score(batch).recommendation <= self._wanted)

    def _score(self, batch: Sequence[_Tried]) -> Scores:
        to = np.array([[lever.now for lever in self._able]] * len(batch)).reshape(len(batch), -1)
        for i, tried in enumerate(batch):
            to[i, list(tried.moved)] = tried.to
        names = [lever.name for lever in self._able]
        return score_moved(self._scorer, self._values, names, to)

    def _in_order(self) -> list[_Tried]:
        """All combinations of levels that may be enough, best first."""
        gains = self._gains()
        efforts = [
            self._lever_effort(lever, tried)
            for lever, tried in zip(self._able, self._levels, strict=True)
        ]
        cost, which, at = [np.zeros(0)], [np.zeros(0, dtype=np.intp)], [np.zeros((0, MOST_MOVED))]
        sets = [
            chosen
            for size in range(1, MOST_MOVED + 1)
            for chosen in combinations(range(len(self._able)), size)
        ]
        for number, chosen in enumerate(sets):
            grid = np.indices([len(self._levels[j]) for j in chosen]).reshape(len(chosen), -1)
            missing = self._gap - sum(gains[j][grid[p]] for p, j in enumerate(chosen))
            grid, missing = grid[:, missing < _HOPELESS], missing[missing < _HOPELESS]
            effort = sum(efforts[j][grid[p]] for p, j in enumerate(chosen))
            cost.append(effort + _MISSING * np.maximum(missing, 0.0))
            which.append(np.full(grid.shape[1], number))
            padded = np.zeros((grid.shape[1], MOST_MOVED))
            padded[:, : len(chosen)] = grid.T
            at.append(padded)
        costs, sets_of = np.concatenate(cost), np.concatenate(which)
        levels = np.concatenate(at).astype(np.intp)
        order = _spread_over(costs, sets_of)
        return [self._variant(sets[sets_of[i]], levels[i]) for i in order.tolist()]

    def _variant(self, chosen: tuple[int, ...], level: NDArray[np.intp]) -> _Tried:
        to = (float(self._levels[j][level[p]]) for p, j in enumerate(chosen))
        return _Tried(chosen, tuple(to))

    def _gains(self) -> list[FloatArray]:
        """By lever, what each of its levels alone takes off the log-odds."""
        alone = [_Tried((j,), (v,)) for j, k in enumerate(self._levels) for v in k.tolist()]
        if not alone:
            return []
        limit = self._score([_Tried((), ()), *alone]).log_odds
        gains = limit[0] - limit[1:]
        return np.split(gains, np.cumsum([len(k) for k in self._levels])[:-1])

    def _drawn_back(self, tried: _Tried) -> _Tried:
        """The same levers, each as near to today as the variant still holds."""
        for place in range(len(tried.moved)):
            nearer = list(self._nearer(tried, place))
            if not nearer:
                continue
            holds = self._hold(nearer)
            tried = nearer[int(holds.argmax())] if holds.any() else tried
        if len(tried.moved) == 1:
            return tried
        for place in range(len(tried.moved)):
            less = _Tried(_without(tried.moved, place), _without(tried.to, place))
            if self._hold([less])[0]:
                return self._drawn_back(less)
        return tried

    def _nearer(self, tried: _Tried, place: int) -> Iterator[_Tried]:
        """Variants with one lever nearer to today, the nearest first."""
        lever, to = self._able[tried.moved[place]], tried.to[place]
        between = lever.finer[(lever.finer > lever.now) == (to > lever.now)]
        between = between[np.abs(between - lever.now) < abs(to - lever.now)]
        some = np.unique(np.linspace(0, len(between) - 1, min(64, len(between))).astype(int))
        for value in between[some]:
            changed = (*tried.to[:place], float(value), *tried.to[place + 1 :])
            yield _Tried(tried.moved, changed)

    def _effort(self, tried: _Tried) -> float:
        values = zip(tried.moved, tried.to, strict=True)
        total = sum(float(self._lever_effort(self._able[j], np.array([v]))[0]) for j, v in values)
        return round(total, 9)

    @staticmethod
    def _lever_effort(lever: Lever, values: FloatArray) -> FloatArray:
        """One a field that changes, how far it moves, and what waiting costs."""
        return 1.0 + lever.effort(values) + (_TIME if lever.with_time else 0.0)


def _without(items: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    return items[:place] + items[place + 1 :]


def _spread_over(costs: FloatArray, sets_of: NDArray[np.intp]) -> NDArray[np.intp]:
    """Positions of the best MOST_TRIED, no set of levers having more than its fair part of them."""
    order = np.argsort(costs.round(9), kind="stable")
    by_set = np.argsort(sets_of[order], kind="stable")
    starts = np.searchsorted(sets_of[order][by_set], sets_of[order][by_set])
    rank = np.empty(len(order), dtype=np.intp)
    rank[by_set] = np.arange(len(order)) - starts
    first = order[rank < BATCH]
    return np.concatenate([first, order[rank >= BATCH]])[:MOST_TRIED]


def score_moved(scorer: Scorer, values: Values, names: Sequence[str], to: FloatArray) -> Scores:
    """Scores of n variants of one application, without reasons; see ``actions.moved``."""
    return scorer.score(moved(scorer.contract, values, names, to), len(to), explain=False)


def _option(
    scorer: Scorer, values: Values, able: Sequence[Lever], tried: _Tried, effort: float
) -> Option:
    """The option of ``tried``, scored once more as the request that it stands for."""
    changed = varied(scorer, values, {able[j].name: v for j, v in zip(tried.moved, tried.to)})  # noqa: B905
    scores = scorer.score_each([changed])
    advised = {able[j].name: able[j] for j in tried.moved}
    all_changes = [
        Change(n, float(values[n]), float(changed[n]), n in advised and advised[n].with_time)
        for n in scorer.contract.inputs
        if isinstance(changed.get(n), (int, float)) and changed[n] != values[n]
    ]
    return Option(
        changes=tuple(c for c in all_changes if c.field in advised),
        follows=tuple(c for c in all_changes if c.field not in advised),
        recommendation=scorer.recommendation_name(scores, 0),
        pd=float(scores.pd[0]),
        points=int(scores.points[0]),
        band=scorer.band_name(scores, 0),
        effort=effort,
    )


def varied(scorer: Scorer, values: Values, to: Mapping[str, float]) -> dict[str, Any]:
    """The inputs of an application with the fields of ``to`` changed, and what follows.

    Whole numbers stay whole, as a request has them.
    """
    contract = scorer.contract
    row = moved(contract, values, list(to), np.array([list(to.values())], dtype=np.float64))
    follows = {contract.terms.instalment} & row.keys() if to else set()
    changed = {n: float(row[n][0]) for n in [*to, *follows] if n is not None and n in values}
    whole = {n for n in changed if contract.spec(n).type == "integer"}
    return {**values, **{n: int(v) if n in whole else v for n, v in changed.items()}}
