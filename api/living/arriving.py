"""What comes from outside: applications day by day, and what becomes of loans as it is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import orjson

from api.bodies import request_body
from api.intake import Intake
from api.living.lender import ACTOR
from api.outcomes import origin_of
from api.outcomes_files import read_outcomes
from api.outcomes_import import import_events
from data.contract import Contract
from data.loading import load_applications
from data.store import Store
from data.store.ledger import Ledger
from data.store.outcome_events import LoanEvent, Taken
from scoring.service import Application


@dataclass(frozen=True)
class Arrival:
    """An application that was taken in as the server takes it, and when."""

    at: datetime
    application: Application


@dataclass(frozen=True)
class Arrivals:
    """All applications of the story in the order of their time."""

    all: Sequence[Arrival]

    @classmethod
    def of(cls, contract: Contract, folder: Path) -> Arrivals:
        """Those in ``folder``, each as the body of a request. Raises DataFileError, Problem."""
        loaded = load_applications(contract, folder, labelled=False)
        intake, as_of = Intake(contract), loaded.applications.as_of
        if as_of is None:
            raise AssertionError("the contract of the story has times")
        keys = loaded.applications.keys.to_dict("records")
        inputs = loaded.applications.inputs.to_dict("records")
        found = [
            Arrival(at.to_pydatetime().replace(tzinfo=UTC), _taken(intake, contract, k, v))
            for at, k, v in zip(as_of, keys, inputs, strict=True)
        ]
        return cls(sorted(found, key=lambda a: (a.at, a.application.application_id)))

    def days(self, start: datetime, end: datetime) -> Iterator[list[Arrival]]:
        """Those from ``start`` until before ``end``, day by day."""
        mine = (a for a in self.all if start <= a.at < end)
        for _, day in groupby(mine, key=lambda a: a.at.date()):
            yield list(day)


def _taken(intake: Intake, contract: Contract, keys: object, values: object) -> Application:
    body = request_body(contract, keys, values)  # type: ignore[arg-type]
    return intake.read_one(orjson.dumps(body), None)


@dataclass(frozen=True)
class Outcomes:
    """What becomes of every loan that may be made, told as it becomes known."""

    contract: Contract
    _events: list[LoanEvent]

    @classmethod
    def of(cls, contract: Contract, folder: Path, end: datetime) -> Outcomes:
        """From the files in ``folder``. Raises DataFileError."""
        events = read_outcomes(contract, folder, end + timedelta(days=1)).events()
        return cls(contract, sorted(events, key=lambda e: e.known_at))

    def known(
        self, store: Store, ledger: Ledger, lent: Collection[str], start: datetime, now: datetime
    ) -> Taken:
        """Take in what became known of the loans ``lent`` from ``start`` until before ``now``."""
        new = [e for e in self._events if start <= e.known_at < now and e.application_id in lent]
        origin = origin_of(self.contract, ACTOR, now)
        return import_events(store, ledger, new, origin, lambda _stage, _share: None)
