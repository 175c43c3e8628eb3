"""Stored pairs as the columns of a comparison, with amounts and outcomes where they are known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from data.contract import Contract
from data.store import Store
from data.store.models import find_version
from data.store.shadow import assignments_of
from data.store.shadow_pairs import About, Pair, decided_ids, following, pairs_between
from data.vault import Vault
from drift.shadow.pairs import Pairs, Side
from drift.shadow.report import Made
from scoring.policy import RECOMMENDATIONS
from scoring.shadow.seeing import columns_of
from scoring.shadow.sharing import chosen
from scoring.vector import FloatArray, feature_values

EPOCH = dt.date(1970, 1, 1)
_INDEX = {name: i for i, name in enumerate(RECOMMENDATIONS)}
_READ = 5_000

Outcome = tuple[float | None, dt.date]
"""1.0 bad, 0.0 good, None no label; and the day on which that was known."""
Outcomes = Callable[[Sequence[About]], Mapping[str, Outcome]]
"""Outcomes by the pseudonym of the application, as far as they are known."""


@dataclass(frozen=True)
class Collected:
    """What the store has on two versions; ``pairs`` in the order of their decisions."""

    pairs: Pairs
    made: Made
    replayed: int
    not_new: int


@dataclass(frozen=True)
class Reader:
    """Reads pairs of two models with these contracts from a store."""

    store: Store
    vault: Vault
    champion: tuple[str, Contract]
    challenger: tuple[str, Contract]
    outcomes: Outcomes
    learned_until: dt.date | None

    def collect(self, start: dt.datetime | None, end: dt.datetime | None) -> Collected:
        """Pairs about decisions of this time; of several on one application the last one counts.

        Raises StoreError, VaultError.
        """
        versions = self.champion[0], self.challenger[0]
        found = list(pairs_between(self.store, *versions, start, end))
        kept = _scored(found)
        known = self.outcomes([about for _, about in kept])
        labels = [self._label(pair, about, known) for pair, about in kept]
        y = np.array([np.nan if label is None else label for label, _, _ in labels], np.float64)
        matured = [np.nan if day is None else (day - EPOCH).days for _, day, _ in labels]
        pairs = Pairs(
            champion=_side([pair for pair, _ in kept], "champion"),
            challenger=_side([pair for pair, _ in kept], "challenger"),
            day=np.array([_day(about.created_at) for _, about in kept], np.float64),
            person=_numbers(about.applicant for _, about in kept),
            propensity=_floats(pair.propensity for pair, _ in kept),
            y=y,
            matured=np.where(np.isnan(y), np.nan, np.array(matured, np.float64)),
            amount=self._amounts([pair.position for pair, _ in kept]),
        )
        return Collected(
            pairs,
            self._made([pair for pair, _ in found], start, end),
            replayed=sum(pair.replayed for pair, _ in kept),
            not_new=sum(old for _, _, old in labels),
        )

    def _label(
        self, pair: Pair, about: About, known: Mapping[str, Outcome]
    ) -> tuple[float | None, dt.date | None, bool]:
        """The outcome, its day, and whether it is left out as the challenger may know it."""
        label, day = known.get(about.application, (None, None))
        if label is None:
            return None, None, False
        if pair.replayed and not self._new(about):
            return None, None, True
        return label, day, False

    def _new(self, about: About) -> bool:
        return self.learned_until is not None and about.created_at.date() > self.learned_until

    def _amounts(self, positions: Sequence[int]) -> FloatArray:
        """What was asked for, from the stored requests; NaN where the contract names no amount."""
        contract = self.champion[1]
        name = contract.terms.amount
        out = np.full(len(positions), np.nan)
        if name is None or not positions:
            return out
        at = {position: i for i, position in enumerate(positions)}
        after = min(positions) - 1
        while after < max(positions):
            found, after = following(self.store, self.vault, after, _READ)
            mine = [(at[p], orjson.loads(d.request)) for p, d in found if p in at]
            columns = columns_of(contract, [request for _, request in mine])
            out[[i for i, _ in mine]] = feature_values(contract, name, columns)
        return out

    def _made(
        self, found: Sequence[Pair], start: dt.datetime | None, end: dt.datetime | None
    ) -> Made:
        scored = [pair for pair in found if pair.error is None]
        own, other = (set(c.model_features) for _, c in (self.champion, self.challenger))
        there = {pair.position for pair in found}
        missing = self._wanted(start, end) - there
        return Made(
            expected=len(there) + len(missing),
            errors=[pair.error for pair in found],
            identical=sum(p.champion_features == p.challenger_features for p in scored),
            features=(len(own & other), len(own - other), len(other - own)),
            latency_ms=_floats(pair.latency_ms for pair in scored),
            cpu_ms=_floats(pair.cpu_ms for pair in scored),
        )

    def _wanted(self, start: dt.datetime | None, end: dt.datetime | None) -> set[int]:
        """Positions of the decisions that the challenger's shares have passed."""
        version = self.challenger[0]
        return {
            position
            for assignment in assignments_of(self.store, version)
            for position, decision in decided_ids(
                self.store,
                self.champion[0],
                (assignment.start_position, assignment.position),
                (start, end),
            )
            if chosen(decision, version, assignment.share)
        }


def learned_until(store: Store, version: str) -> dt.date | None:
    """The last day whose outcomes a model may have learned from, by its report of the split.

    Without days in it, the day on which it was registered. Raises StoreError.
    """
    found = find_version(store, version)
    if found is None:
        return None
    parts = found.metrics.get("split", {})
    days = [part["to"] for part in parts.values() if isinstance(part, dict) and "to" in part]
    return dt.date.fromisoformat(max(days)) if days else found.created_at.date()


def _scored(found: Sequence[tuple[Pair, About]]) -> list[tuple[Pair, About]]:
    """Pairs with a score, the last one of each application, in the order of the decisions."""
    last: dict[str, tuple[Pair, About]] = {}
    for pair, about in found:
        if pair.error is None:
            last.pop(about.application, None)
            last[about.application] = pair, about
    return list(last.values())


def _side(pairs: Sequence[Pair], who: str) -> Side:
    def column(name: str) -> list[object]:
        return [getattr(pair, f"{who}_{name}") for pair in pairs]

    return Side(
        pd=np.array(column("pd"), np.float64),
        log_odds=np.array(column("log_odds"), np.float64),
        recommendation=np.array([_INDEX[str(r)] for r in column("recommendation")], np.intp),  # type: ignore[index]
        reason=np.array(column("reason"), object),
    )


def _day(at: dt.datetime) -> int:
    return (at.date() - EPOCH).days


def _numbers(people: Iterable[str]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    given = np.array(list(people), dtype=np.str_)
    return np.unique(given, return_inverse=True)[1].astype(np.intp)


def _floats(values: Iterable[float | None]) -> FloatArray:
    return np.array([np.nan if v is None else v for v in values], np.float64)
