"""Drift checks as they are made: of stored decisions or of files, against both references."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from api.audits import AuditSettings
from api.drifting_folders import check_folder
from api.drifting_history import applications_before
from api.drifting_realised import paid_out, verdict
from api.drifting_volume import with_volume
from data.errors import NotEnoughDataError
from data.loading import LoadedApplications
from data.store import Store
from data.store.human_decisions import overridden
from data.store.ledger import Ledger
from drift.null import Nulls
from drift.record import Cohort, DriftCheck, Members, Season, Seen, Source, Yardstick, whole_check
from drift.reference import FEWEST_ROWS, Reference
from drift.stored import cohort, year_before
from drift.window import Expected, Window
from fairness.decided import limits
from scoring.applicants import names
from scoring.scorer import Scorer

Days = tuple[date, date]


@dataclass(frozen=True)
class Watch:
    """Watches one model: ``ledger`` has the decisions, ``settings`` what is expected of them."""

    settings: AuditSettings
    store: Store
    ledger: Ledger
    scorer: Scorer

    def decisions(self, days: Days, source: Source) -> DriftCheck:
        """Check the applications decided on these days, both included, in UTC.

        Raises NotEnoughDataError for too few of them, or a reference that is too small,
        StoreError, VaultError.
        """
        found = self.cohort(days)
        if not len(found):
            raise NotEnoughDataError(f"no decision from {days[0]} to {days[1]} can be read")
        until = min(limits(*days)[1], datetime.now(UTC))
        contract, version = self.scorer.contract, self.scorer.version
        fixed, own = self.settings.drift.expected(until), self.scorer.contract_hash
        expected = with_volume(fixed, self.store, own, days)
        outcomes = verdict(self.store, contract, version, min(days[1], until.date()))
        return whole_check(found, self.yardstick(days, expected), source, outcomes)

    def file(self, loaded: LoadedApplications, days: Days | None) -> DriftCheck:
        """Check the applications of files, those of some days or all.

        Raises NotEnoughDataError for too few of them, or a reference that is too small.
        """
        found = in_files(loaded, days)
        if not len(found):
            raise NotEnoughDataError("the files have no application of these days")
        return whole_check(found, self.yardstick(days, Expected()), "file")

    def cohort(self, days: Days) -> Cohort:
        """The applications decided on these days."""
        times = limits(*days)
        found = self.ledger.between(*times)
        return cohort(
            self.scorer,
            found,
            *days,
            paid_out=paid_out(self.store, *times),
            overridden=overridden(self.store, *times),
        )

    def yardstick(self, days: Days | None, expected: Expected) -> Yardstick:
        """Both references of a window; the same season only where enough was decided then."""
        season, same = (None, None) if days is None else self._season(days)
        reference = Reference.of_bundle(self.scorer)
        return Yardstick(
            reference=reference,
            season=season,
            same_season=same,
            nulls=Nulls(self.settings.home / "drift" / "nulls", reference.fingerprint),
            expected=expected,
            tolerances=self.settings.drift.tolerances,
        )

    def matrix(self, days: Days) -> np.ndarray:
        """The model's matrix (n, k) of the applications decided on these days."""
        found = self.cohort(days)
        return self.scorer.vectorizer.matrix(found.window.columns, len(found))

    def page(self, days: Days) -> str:
        """Evidently's page about the applications decided on these days; it takes seconds."""
        from drift.evidently_adapter import evidently_report

        return evidently_report(Reference.of_bundle(self.scorer), self.matrix(days)).html

    def _season(self, days: Days) -> tuple[Season, Reference | None]:
        before = start, end = year_before(*days)
        found, history = self.cohort(before), self.settings.drift.history
        if len(found) < FEWEST_ROWS and history is not None:
            found = in_files(applications_before(self.scorer.contract, history), before)
        if len(found) < FEWEST_ROWS:
            return Season(start=start, end=end, rows=None), None
        matrix = self.scorer.vectorizer.matrix(found.window.columns, len(found))
        reference = Reference.of_matrix(self.scorer, matrix, found.window.overridden)
        return Season(start=start, end=end, rows=len(found)), reference


def folder_of(home: Path, check: DriftCheck) -> Path:
    """Where the files of a check are kept."""
    days = check.window.start, check.window.end
    return check_folder(home, check.model, days, check.source, check.check_id)


def in_files(loaded: LoadedApplications, days: Days | None) -> Cohort:
    """The applications of files, with those whose loan was paid out as deployed."""
    applications, n = loaded.applications, len(loaded)
    as_of = None if applications.as_of is None else applications.as_of.to_numpy("datetime64[us]")
    rows = np.ones(n, dtype=bool)
    if days is not None:
        if as_of is None:
            raise NotEnoughDataError("the contract has no time of application to take days from")
        first, after = (np.datetime64(t.replace(tzinfo=None), "us") for t in limits(*days))
        rows = (as_of >= first) & (as_of < after)
    keys = applications.keys
    read, kept = loaded.portfolio.counts[applications.contract.applications]
    return Cohort(
        window=Window(
            columns={name: values[rows] for name, values in loaded.columns().items()},
            application=keys["application"].to_numpy(dtype=object)[rows],
            as_of=None if as_of is None else as_of[rows],
        ),
        seen=Seen(
            start=days[0] if days else _day(as_of, first=True),
            end=days[1] if days else _day(as_of, first=False),
            put_aside=read - kept,
            sha256=loaded.portfolio.sums,
        ),
        who=names(keys)[rows],
        members={name: is_in[rows] for name, is_in in _paid_out(loaded).items()},
    )


def _paid_out(loaded: LoadedApplications) -> Members:
    contract = loaded.applications.contract
    table = loaded.portfolio.tables[contract.applications]
    if contract.label.kind != "performance" or contract.label.disbursed_on not in (
        table.column_names
    ):
        return {}
    paid = table.column(contract.label.disbursed_on).is_valid()
    return {"deployed": np.asarray(paid.to_numpy(zero_copy_only=False), dtype=bool)}


def _day(as_of: "np.ndarray | None", *, first: bool) -> date:
    """The first or last day of a file's applications; today where they have no time."""
    if as_of is None or not len(as_of):
        return datetime.now(UTC).date()
    at = as_of.min() if first else as_of.max()
    day: date = at.astype("datetime64[D]").item()
    return day
