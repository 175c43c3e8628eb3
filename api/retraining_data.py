"""What a retraining learns from: stored decisions whose loans have matured, and labelled files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from api.shadowing_outcomes import matured
from data.contract import Contract
from data.contract_loading import contract_hash
from data.features.applications import Applications
from data.loading import load_applications
from data.store import Store
from data.store.decisions import Decision
from data.store.ledger import Ledger
from data.vault import Vault
from fairness.decided import Decided, applications_of

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Experience:
    """Applications with their outcomes ``y`` (n; 1 bad, 0 good, NaN none), and where from.

    ``own``: how many of them are stored decisions.
    """

    applications: Applications
    y: NDArray[np.float64]
    sha256: Mapping[str, str]
    own: int

    @property
    def counts(self) -> dict[str, int]:
        """How many applications there are, whose, how many with an outcome and bad."""
        known = ~np.isnan(self.y)
        return {
            "applications": len(self.y),
            "decided_here": self.own,
            "labelled": int(known.sum()),
            "labelled_here": int(known[: self.own].sum()),
            "bad": int(np.nansum(self.y)),
        }


def experience(
    store: Store, vault: Vault, contract: Contract, until: dt.date, history: Path | None
) -> Experience:
    """All readable decisions under ``contract`` up to the end of ``until`` (UTC), and ``history``.

    Outcomes as known on that day. An application of the files that was decided here counts once,
    as it was decided. Held in memory alone: nothing personal is written anywhere. Raises
    NotEnoughDataError, DataFileError, StoreError, VaultError.
    """
    decided = _decided(Ledger(store, vault), contract, until)
    own = applications_of(contract, decided)
    known = matured(store, contract, until)(())
    names = [vault.pseudonym("application", str(a)) for a in own.keys["application"]]
    y = np.array([_outcome(known.get(name)) for name in names], dtype=np.float64)
    made = Experience(own, y, {"decisions": decided.sha256}, len(y))
    return made if history is None else _with_files(made, history)


def _decided(ledger: Ledger, contract: Contract, until: dt.date) -> Decided:
    """The last decision about each application, whichever model made it."""
    wanted, end = contract_hash(contract), dt.datetime.combine(until, dt.time.max, dt.UTC)
    last: dict[str, Decision] = {}
    for decision in ledger.between(EPOCH, end, readable=True):
        if decision.contract_hash == wanted:
            last.pop(decision.application_id, None)
            last[decision.application_id] = decision
    return Decided("", EPOCH.date(), until, tuple(last.values()), 0, 0)


def _outcome(found: tuple[float | None, dt.date] | None) -> float:
    label = found[0] if found is not None else None
    return np.nan if label is None else label


def _with_files(own: Experience, path: Path) -> Experience:
    """``own`` followed by those applications of the files that were not decided here."""
    contract = own.applications.contract
    loaded = load_applications(contract, path, labelled=True)
    if loaded.y is None:
        raise AssertionError("labelled data was asked for")
    files = loaded.applications
    new = ~files.keys["application"].isin(own.applications.keys["application"]).to_numpy()
    joined = replace(
        own.applications,
        keys=_joined(own.applications.keys, files.keys[new]),
        inputs=_joined(own.applications.inputs, files.inputs[new]),
        as_of=_times(own.applications.as_of, files.as_of, new),
    )
    sums = {**loaded.portfolio.sums, **own.sha256}
    return Experience(joined, np.concatenate([own.y, loaded.y[new]]), sums, own.own)


def _joined(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    parts = [frame for frame in (first, second) if len(frame)]
    return pd.concat(parts or [first], ignore_index=True)


def _times(
    first: pd.Series | None, second: pd.Series | None, new: NDArray[np.bool_]
) -> pd.Series | None:
    """None where the files have no times: then nothing can be split by time."""
    if first is None or second is None:
        return None
    parts = [first.astype("datetime64[us]"), second[new].astype("datetime64[us]")]
    return pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
