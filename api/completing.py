"""From raw rows, and from what was materialised, to the values that a score is made from.

A source comes as feature values, as rows, or not at all; here rows become values, and a source
that did not come is looked up among the materialised features. All ways give the same numbers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from math import isnan
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from api.clock import utc_now
from api.raw_rows import raw_tables
from api.store_reader import StoreReader
from data.contract import Contract
from data.errors import StoreError
from data.features.calendar import calendar_value
from data.features.kept import kept_sources
from data.features.online import Habits, online_features
from data.features.settling import settled
from data.store import Store
from data.store.features import FeatureStore, Known
from data.store.quick import QuickReader
from data.vault import Vault
from scoring.service import Application

MOST_DAYS_OLD = 31
"""Days for which materialised features stand in for a source that did not come."""
_NOTHING: Known = {}


class Completion:
    """What the applications of one contract may lack. Immutable."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.kept = frozenset(kept_sources(contract))
        self._zone = ZoneInfo(contract.timezone)
        self._calendars = {
            name: calendar
            for name in contract.inputs
            if (calendar := contract.features[name].calendar) is not None
        }
        self._judging = frozenset(
            f.source
            for f in contract.features.values()
            if f.aggregate is not None and f.aggregate.less_leniency is not None
        )

    def local(self, moment: datetime) -> datetime:
        """``moment`` as the lender's files have it: local time without a zone."""
        return moment.astimezone(self._zone).replace(tzinfo=None)

    def lacks(self, application: Application) -> bool:
        """Whether there is anything to compute or look up."""
        missing = any(name not in application.values for name in self._calendars)
        return bool(application.rows) or missing or self.looks_up(application)

    def looks_up(self, application: Application) -> bool:
        """Whether a source did not come that may have been materialised."""
        masked = application.masked
        return any(masked.get(source) == "not_given" for source in self.kept)

    def judges(self, application: Application) -> bool:
        """Whether rows came whose observers' leniency is taken out."""
        return bool(self._judging & application.rows.keys())

    def complete(
        self, application: Application, now: datetime, known: Known, habits: Habits
    ) -> Application:
        """``application`` with all that follows from its rows, ``known`` and the day."""
        asked: dict[str, Any] = orjson.loads(application.request)
        as_of = self.local(now)
        made = {s: self._from_rows(s, rows, as_of, habits) for s, rows in application.rows.items()}
        days: dict[str, str] = {}
        for source, (day, values) in known.items():
            if self._stands(source, day, as_of.date(), application, asked["consents"]):
                made[source], days[source] = dict(values), str(day)
        values = {**application.values, **{n: v for new in made.values() for n, v in new.items()}}
        for name, value in self._of_the_day(values, as_of).items():
            source = self.contract.features[name].source
            if source not in application.masked:
                made.setdefault(source, {})[name] = values[name] = value
        for source, new in made.items():
            asked["sources"][source] = {**asked["sources"].get(source, {}), **new}
        if days:
            asked["materialised"] = days
        return replace(
            application,
            values=values,
            masked={s: why for s, why in application.masked.items() if s not in days},
            request=orjson.dumps(asked, option=orjson.OPT_SORT_KEYS),
            rows={},
        )

    def _from_rows(
        self, source: str, rows: Mapping[str, Any], as_of: datetime, habits: Habits
    ) -> dict[str, float | str]:
        tables = {table: rows.get(table, ()) for table in raw_tables(self.contract, source)}
        found = online_features(self.contract, tables, as_of, habits)
        mine = self.contract.inputs_by_source[source]
        return {n: v for n, v in found.items() if n in mine and not isnan(v)}

    def _stands(
        self,
        source: str,
        day: date,
        today: date,
        application: Application,
        consents: Mapping[str, bool],
    ) -> bool:
        """Whether what was materialised for ``day`` may be used in this application."""
        if source not in self.kept or application.masked.get(source) != "not_given":
            return False
        if source in self.contract.on_consent and not consents.get(source, False):
            return False
        return timedelta(0) <= today - day <= timedelta(days=MOST_DAYS_OLD)

    def _of_the_day(self, values: Mapping[str, Any], as_of: datetime) -> dict[str, float]:
        found = {}
        for name, calendar in self._calendars.items():
            if name not in values:
                over = values.get(calendar.over) if calendar.over else None
                value = calendar_value(calendar, as_of, values.get(calendar.by), over)
                found[name] = settled(self.contract.features[name], value)
        return {name: value for name, value in found.items() if not isnan(value)}


class Completing:
    """Completes applications, with what the store has; call it from the event loop only."""

    def __init__(
        self,
        features: FeatureStore,
        vault: Vault,
        reader: StoreReader,
        quick: QuickReader | None = None,
    ) -> None:
        self._features, self._vault = features, vault
        self._reader, self._quick = reader, quick

    async def one(self, completion: Completion, application: Application) -> Application:
        """``application`` with values instead of rows, and what was materialised.

        Raises StoreError, VaultError.
        """
        if not completion.lacks(application):
            return application
        return (await self.all(completion, [application]))[0]

    async def all(
        self, completion: Completion, applications: Sequence[Application]
    ) -> list[Application]:
        """All of ``applications``, by one look for each kind of thing. Raises as above."""
        people = [
            self._vault.pseudonym("applicant", a.applicant_id) if completion.looks_up(a) else None
            for a in applications
        ]
        contract, now = completion.contract.contract, utc_now()
        known = await self._known(contract, sorted({p for p in people if p is not None}))
        habits: Habits = {}
        if any(completion.judges(a) for a in applications):
            habits = await self._reader.ask(lambda _: self._features.habits(contract))
        work = [
            partial(completion.complete, a, now, known.get(p or "", _NOTHING), habits)
            if completion.lacks(a)
            else partial(_unchanged, a)
            for a, p in zip(applications, people, strict=True)
        ]
        if any(a.rows for a in applications):  # thousands of rows would hold up the loop
            return await asyncio.to_thread(lambda: [do() for do in work])
        return [do() for do in work]

    def close(self) -> None:
        """Let the connection of the quick look go."""
        if self._quick is not None:
            self._quick.close()

    async def _known(self, contract: str, people: list[str]) -> dict[str, Known]:
        if not people:
            return {}
        if self._quick is not None and len(people) == 1:
            try:
                return {people[0]: self._features.quick(self._quick, contract, people[0])}
            except StoreError:  # it does not wait for a lock; a thread does
                pass

        def look(_: Store) -> dict[str, Known]:
            return self._features.find(contract, people)

        return await self._reader.ask(look)


def _unchanged(application: Application) -> Application:
    return application
