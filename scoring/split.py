"""Which rows a model learns from, is calibrated on and is judged by.

Two rules hold for every split: no applicant stands on two sides, and where there is time no
later loan is in an earlier part.

**By time.** Applicants are ordered by their first labelled application and cut into parts of
the wanted shares of applicants; the cuts are moments in time. Of an applicant only the rows
before the next cut stay; later ones are dropped (``dropped``), and those in the period of the
test are kept apart as ``returning``. The other ways to keep applicants apart were turned down:
dropping the *earlier* rows of those who come back would select by the future (who repays comes
back), which bends the base rate of training; assigning applicants at random would throw away
most rows of every part. The test is therefore on applicants that are new to the data, and
``returning`` shows the others.

An outcome becomes known only after its window, so rows shortly before the test have outcomes
that were still open when it begins. Nothing is purged for it, because calibration on the latest
loans keeps the level right under drift, but ``describe`` counts them (``open_at_test``).

**By hash.** Applicants are ordered by a hash that is keyed by the seed and cut into parts: those
with a bad loan by shares of bad loans, the others by shares of rows, so that the parts have the
same bad rate. Rows with identical inputs count as one applicant, because copies would leak from
part to part; sets of more than ``applicants.MOST_COPIES`` do not. Neither the order of rows nor
(but for a few applicants) their number matters, so that models of one seed share test rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.contract import Contract, PerformanceLabel
from data.errors import NotEnoughDataError
from scoring.applicants import groups, keyed_hash, names
from scoring.vector import FloatArray

Rows = NDArray[np.intp]

VALIDATION = 0.2
"""Share of the training part that candidates are compared on."""
FEWEST_EACH = 20
"""Bad and good rows that every part needs: Platt's two parameters on fewer are noise."""


@dataclass(frozen=True)
class Split:
    """Positions of rows (sorted), all of them labelled but ``recent`` and ``later``.

    ``fit`` and ``validation`` are the parts of ``train`` for choosing between candidates.
    ``known`` are all rows that the trees of a finished model may have learned from: those of
    ``train``, of ``calibration`` and, by time, what people known before did in its period.
    ``recent`` are all applications of the calibration period and ``later`` all of the test's,
    with or without an outcome: policy and drift look at whoever applies.
    """

    method: str
    train: Rows
    fit: Rows
    validation: Rows
    calibration: Rows
    known: Rows
    test: Rows
    returning: Rows
    recent: Rows
    later: Rows
    dropped: int

    def counts(self) -> dict[str, int]:
        """Rows of train, calibration and test, and labelled rows that are in none of them."""
        return {
            "train": len(self.train),
            "calibration": len(self.calibration),
            "test": len(self.test),
            "dropped": self.dropped,
        }


def split(
    contract: Contract,
    keys: pd.DataFrame,
    as_of: pd.Series | None,
    y: FloatArray,
    matrix: FloatArray,
    seed: int,
) -> Split:
    """Part the rows as the contract's ``split`` says.

    ``keys`` (n) has application and applicant; ``as_of`` (n) is datetime64, ``y`` (n) is 1 bad,
    0 good, NaN no label, ``matrix`` (n, k) what the model sees. Raises NotEnoughDataError when a
    part has fewer than FEWEST_EACH bad or good rows.
    """
    plan = contract.split
    train = 1 - plan.test - plan.calibration
    if train <= 0:
        raise NotEnoughDataError("split: test and calibration together leave nothing to train on")
    edges = np.cumsum([train * (1 - VALIDATION), train * VALIDATION, plan.calibration])
    labelled = np.flatnonzero(~np.isnan(y)).astype(np.intp)
    if len(labelled) == 0:
        raise NotEnoughDataError("no application has an outcome yet, so nothing can be learned")
    applicants = names(keys)
    if plan.method == "time":
        if as_of is None:
            raise NotEnoughDataError("split: a split by time needs the time of application")
        parts = _by_time(applicants, _nanoseconds(as_of), labelled, edges)
    else:
        parts = _by_hash(applicants, y, matrix, labelled, edges, seed)
    _check(parts, y)
    return parts


def describe(parts: Split, contract: Contract, as_of: pd.Series | None, y: FloatArray) -> Any:
    """The split for reports: rows, bads and first and last day of each part."""
    out: dict[str, Any] = {"method": parts.method}
    for name in ("train", "calibration", "test"):
        rows = getattr(parts, name)
        out[name] = {"rows": len(rows), "bads": int(y[rows].sum())}
        if as_of is not None and len(rows):
            times = as_of.iloc[rows]
            out[name] |= {"from": _day(times.min()), "to": _day(times.max())}
    if (
        parts.method == "time"
        and as_of is not None
        and isinstance(contract.label, PerformanceLabel)
    ):
        window = pd.Timedelta(days=contract.label.definition.window_days or 0)
        known = pd.concat([as_of.iloc[parts.train], as_of.iloc[parts.calibration]]) + window
        out["open_at_test"] = int((known > as_of.iloc[parts.test].min()).sum())
    return out


def _day(time: Any) -> str:
    return str(pd.Timestamp(time).date())


def _nanoseconds(as_of: pd.Series) -> NDArray[np.int64]:
    if as_of.isna().any():
        raise NotEnoughDataError(
            f"applications without a time, which a split by time needs: {int(as_of.isna().sum())}"
        )
    return as_of.to_numpy().astype("datetime64[ns]").astype(np.int64)


def _by_time(
    applicants: NDArray[np.str_], time: NDArray[np.int64], labelled: Rows, edges: FloatArray
) -> Split:
    _, person = np.unique(applicants[labelled], return_inverse=True)
    first = np.full(person.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, person, time[labelled])
    cuts = _cuts(np.sort(first), edges)
    part = np.searchsorted(cuts, first[person], side="right")
    period = np.searchsorted(cuts, time[labelled], side="right")
    stays = part == period
    everyone = np.searchsorted(cuts, time, side="right")
    train = labelled[period <= 1]
    calibration, test = labelled[stays & (part == 2)], labelled[part == 3]
    return Split(
        method="time",
        train=train,
        fit=labelled[stays & (part == 0)],
        validation=labelled[stays & (part == 1)],
        calibration=calibration,
        known=labelled[period <= 2],
        test=test,
        returning=labelled[(period == 3) & ~stays],
        recent=np.flatnonzero(everyone == 2).astype(np.intp),
        later=np.flatnonzero(everyone == 3).astype(np.intp),
        dropped=len(labelled) - len(train) - len(calibration) - len(test),
    )


def _cuts(times: NDArray[np.int64], edges: FloatArray) -> NDArray[np.int64]:
    """Moments that cut sorted ``times`` nearest to the shares ``edges``; ties stay together."""
    distinct, starts = np.unique(times, return_index=True)
    nearest = np.abs(starts[None, :] - edges[:, None] * len(times)).argmin(axis=1)
    return np.asarray(distinct[nearest], dtype=np.int64)


def _by_hash(
    applicants: NDArray[np.str_],
    y: FloatArray,
    matrix: FloatArray,
    labelled: Rows,
    edges: FloatArray,
    seed: int,
) -> Split:
    group = groups(applicants[labelled], matrix[labelled])
    by_name = np.argsort(applicants[labelled], kind="stable")
    _, one = np.unique(group[by_name], return_index=True)
    place = np.array([keyed_hash(n, seed) for n in applicants[labelled][by_name[one]]])
    count = len(place)
    bads = np.bincount(group, weights=y[labelled], minlength=count)
    sizes = np.bincount(group, minlength=count)
    part = np.zeros(count, dtype=np.intp)
    for stratum, size in ((bads > 0, bads), (bads == 0, sizes)):
        order = np.flatnonzero(stratum)[np.argsort(place[stratum], kind="stable")]
        middle = np.cumsum(size[order]) - size[order] / 2
        part[order] = np.searchsorted(edges, middle / max(size[order].sum(), 1), side="right")
    of_row = part[group]
    calibration, test = labelled[of_row == 2], labelled[of_row == 3]
    return Split(
        method="hash",
        train=labelled[of_row <= 1],
        fit=labelled[of_row == 0],
        validation=labelled[of_row == 1],
        calibration=calibration,
        known=labelled[of_row <= 2],
        test=test,
        returning=np.empty(0, dtype=np.intp),
        recent=calibration,
        later=test,
        dropped=0,
    )


def _check(parts: Split, y: FloatArray) -> None:
    names: Sequence[tuple[str, Rows]] = (
        ("training", parts.fit),
        ("validation", parts.validation),
        ("calibration", parts.calibration),
        ("test", parts.test),
    )
    for name, rows in names:
        bads = int(y[rows].sum())
        for kind, count in (("bad", bads), ("good", len(rows) - bads)):
            if count < FEWEST_EACH:
                raise NotEnoughDataError(
                    f"the {name} part has {count} {kind} loans with an outcome and needs "
                    f"{FEWEST_EACH}: train on a longer period or more applications"
                )
