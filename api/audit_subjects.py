"""Whom an audit is about: people in labelled files, or those that stored decisions are about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from api.auditing import Subject
from api.audits import AuditSettings, open_protected
from data.contract import Contract
from data.errors import NotEnoughDataError, ProtectedError
from data.features.applications import Applications
from data.features.protected import protected_groups
from data.loading import LoadedApplications
from data.propensity import propensities
from data.store.ledger import Ledger
from fairness.decided import (
    Decided,
    applications_of,
    by_version,
    check,
    decided_sample,
    limits,
    replayed,
)
from fairness.flip_test import Flip, flip_test
from fairness.records import Period
from fairness.sample import Rows, draw, held_out, strata_of
from scoring.registry import Registry
from scoring.scorer import Scorer


@dataclass(frozen=True)
class Reading:
    """How protected attributes are read: those named (none: all), and by whom."""

    actor: str
    attributes: Collection[str] = ()
    stored: bool = False

    def narrowed(self, contract: Contract) -> Contract:
        """The contract with those protected attributes alone that are asked for."""
        kept = {n: a for n, a in contract.protected.items() if n in (self.attributes or (n,))}
        return contract.model_copy(update={"protected": kept})


@dataclass(frozen=True)
class Answer:
    """A subject for each model that decided, and what a reader must be told besides."""

    subjects: list[Subject]
    notes: list[str]


def in_files(
    scorer: Scorer,
    loaded: LoadedApplications,
    reading: Reading,
    settings: AuditSettings,
    *,
    apart_from: Scorer | None = None,
    flips: bool = True,
) -> Subject:
    """People in ``loaded`` files: those of the model's test period, if it learned from the rest.

    The same holds for the challenger, ``apart_from``. Raises NotEnoughDataError, ProtectedError,
    StoreError.
    """
    if loaded.y is None:
        raise AssertionError("labelled data was asked for")
    applications, y, sums = loaded.applications, loaded.y, loaded.portfolio.sums
    contract, rows = reading.narrowed(scorer.contract), None
    for model in filter(None, (scorer, apart_from)):
        if model.bundle.made_from(sums):
            own = held_out(model, applications, y)
            rows = own if rows is None else np.intersect1d(rows, own)
    if reading.stored:
        groups = _stored_in_files(contract, applications, rows, reading, settings)
    else:
        tables, keys = loaded.portfolio.tables, applications.keys
        groups = protected_groups(contract, tables, keys, applications.as_of)
    applicants = applications.keys["applicant"].to_numpy(dtype=object)
    chance = propensities(scorer.contract, loaded.portfolio.tables, y)
    return Subject(
        scorer,
        draw(scorer, applications, y, groups, strata_of(applications), rows, chance),
        applicants if rows is None else applicants[rows],
        sums,
        flipped(scorer, loaded, reading) if flips else [],
    )


def flipped(scorer: Scorer, loaded: LoadedApplications, reading: Reading) -> list[Flip]:
    """The flip test of a model on the files."""
    narrow = replace(scorer.bundle, contract=reading.narrowed(scorer.contract))
    return flip_test(Scorer(narrow, scorer.version, threads=2), loaded.portfolio.tables)


def decided_between(
    days: tuple[date, date],
    version: str | None,
    reading: Reading,
    settings: AuditSettings,
    sources: tuple[Registry, Ledger],
) -> Answer:
    """People that decisions of these days (both included, UTC) are about, as they were decided.

    One subject for each model that decided, or that of ``version`` alone. Raises
    NotEnoughDataError without decisions that can be audited, ProtectedError without a store of
    protected attributes, RegistryError, BundleError, StoreError, VaultError.
    """
    registry, ledger = sources
    found = by_version(ledger.between(*limits(*days)), *days)
    asked = _asked(found, days, version)
    _known_groups(settings)
    made, notes = [], _notes(found, version)
    for decided in asked:
        try:
            made.append(_decided(decided, found, reading, settings, registry))
        except NotEnoughDataError as error:
            if len(asked) == 1:
                raise
            notes.append(str(error))
    if not made:
        raise NotEnoughDataError("; ".join(notes))
    return Answer(made, notes)


def _decided(
    decided: Decided,
    found: Mapping[str, Decided],
    reading: Reading,
    settings: AuditSettings,
    registry: Registry,
) -> Subject:
    scorer = registry.load(decided.version, threads=2)
    check(scorer, decided)
    contract = reading.narrowed(scorer.contract)
    applications = applications_of(contract, decided)
    keys, as_of = applications.keys, applications.as_of
    groups = _stored(contract, keys["applicant"].tolist(), as_of, reading.actor, settings)
    sample = decided_sample(scorer, decided, applications, groups)
    return Subject(
        scorer,
        sample,
        keys["applicant"].to_numpy(dtype=object),
        {"decisions": decided.sha256},
        replayed(scorer, sample),
        Period(
            start=decided.start,
            end=decided.end,
            applications=len(decided),
            repeated=decided.repeated,
            erased=decided.erased,
            others={v: len(d) for v, d in found.items() if v != decided.version},
        ),
    )


def _asked(
    found: Mapping[str, Decided], days: tuple[date, date], version: str | None
) -> list[Decided]:
    period = f"from {days[0]} to {days[1]} (days in UTC)"
    if not found:
        raise NotEnoughDataError(f"no decision was made {period}")
    if version is None:
        return list(found.values())
    if version not in found:
        raise NotEnoughDataError(
            f"{version} made no decision {period}; these did: {', '.join(found)}"
        )
    return [found[version]]


def _notes(found: Mapping[str, Decided], version: str | None) -> list[str]:
    if len(found) < 2:
        return []
    told = ", ".join(f"{v} ({len(decided)})" for v, decided in found.items())
    which = "each has an audit of its own" if version is None else f"{version} is audited"
    return [f"{len(found)} models decided in the period: {told}; {which}"]


def _known_groups(settings: AuditSettings) -> None:
    if not (settings.protected_folder / "pseudonym.key").exists():
        raise ProtectedError(
            "there is no store of protected attributes here, so nobody's group is known; fill it "
            "with microscore fairness protect-import or PUT /applicants/{id}/protected"
        )


def _stored_in_files(
    contract: Contract,
    applications: Applications,
    rows: Rows | None,
    reading: Reading,
    settings: AuditSettings,
) -> pd.DataFrame:
    """Groups from the store, read for the audited ``rows`` alone; empty elsewhere."""
    keys, as_of = applications.keys, applications.as_of
    at = keys.index if rows is None else keys.index[rows]
    times = None if as_of is None else as_of.loc[at]
    people = keys.loc[at, "applicant"].tolist()
    groups = _stored(contract, people, times, reading.actor, settings)
    return groups.set_axis(at).reindex(keys.index)


def _stored(
    contract: Contract,
    people: list[str | None],
    as_of: "pd.Series[pd.Timestamp] | None",
    actor: str,
    settings: AuditSettings,
) -> pd.DataFrame:
    with open_protected(settings) as (store, _):
        return store.read_groups(contract, people, as_of, purpose="fairness audit", actor=actor)
