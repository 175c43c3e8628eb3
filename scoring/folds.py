"""Folds that respect people and time: to choose between models, and to calibrate one.

By people (and identical rows), all known rows are parted into FOLDS; to choose in a split by
time, what is judged is always later than what is learned from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.applicants import groups, keyed_hash
from scoring.boosting import Sample
from scoring.preparing import Rows

FOLDS = 5
WINDOWS = 3
_FEWEST_EACH = 20
"""Bad and good rows that a window is judged on at least."""


class Fold(NamedTuple):
    """Rows to fit on and rows to judge by."""

    fit: NDArray[np.intp]
    check: NDArray[np.intp]


def choosing(rows: Rows) -> list[Fold]:
    """Folds to compare candidates on; none of them holds a test row.

    By time: ``windows`` of the training part. A window with fewer than _FEWEST_EACH bad or good
    rows to judge by is left out. By hash: ``by_people`` of all known rows.
    """
    if rows.parts.method == "hash":
        return list(by_people(rows, rows.parts.known))
    found = []
    for fold in windows(rows, rows.parts.train):
        bads = int(rows.y[fold.check].sum())
        if min(bads, len(fold.check) - bads) >= _FEWEST_EACH:
            found.append(fold)
    return found or [Fold(rows.parts.fit, rows.parts.validation)]


def windows(rows: Rows, at: NDArray[np.intp]) -> Iterator[Fold]:
    """The last WINDOWS of twice as many windows of rows ``at``, each after all that is older.

    Applicants of the older rows are not judged.
    """
    if rows.as_of is None:
        raise AssertionError("a split by time has the times")
    order = at[np.argsort(rows.as_of.to_numpy()[at], kind="stable")]
    blocks = np.array_split(order, 2 * WINDOWS)
    for k in range(WINDOWS, 2 * WINDOWS):
        before = np.concatenate(blocks[:k])
        known = np.isin(rows.applicants[blocks[k]], rows.applicants[before])
        yield Fold(before, blocks[k][~known])


def by_people(rows: Rows, at: NDArray[np.intp]) -> Iterator[Fold]:
    """FOLDS of rows ``at`` by a hash of applicants, with about the same bad rate in each."""
    group = groups(rows.applicants[at], rows.matrix[at])
    by_name = np.argsort(rows.applicants[at], kind="stable")
    _, one = np.unique(group[by_name], return_index=True)
    place = np.array([keyed_hash(str(n), FOLDS) for n in rows.applicants[at][by_name[one]]])
    bad = np.bincount(group, weights=rows.y[at]) > 0
    order = np.lexsort((place, bad))
    part = np.empty(len(place), dtype=np.intp)
    part[order] = np.arange(len(place)) % FOLDS
    for k in range(FOLDS):
        judged = part[group] == k
        yield Fold(at[~judged], at[judged])


def samples(rows: Rows, folds: list[Fold]) -> list[tuple[Sample, Sample]]:
    """What each fold learns from (with holes) and is judged by."""
    return [
        (Sample(rows.learned[f.fit], rows.y[f.fit]), Sample(rows.matrix[f.check], rows.y[f.check]))
        for f in folds
    ]
