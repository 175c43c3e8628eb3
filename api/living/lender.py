"""The lender of the story: a home of its own, a first champion, and two people who may agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from pathlib import Path

from api.acceptance import accept_audit
from api.api_keys import Pepper, create_key
from api.audit_subjects import Reading, decided_between, in_files
from api.auditing import keep, own_folder, write
from api.audits import AuditSettings, open_protected
from api.drifting_settings import DriftSettings
from api.promoting import Person, person_of, promote
from api.shadowing import Shop
from data.contract import Contract
from data.contract_loading import load_contract
from data.loading import LoadedApplications, load_applications
from data.protected.files import read_protected
from data.store import Store
from data.store.audits import acceptances_of, audits_of
from data.synthetic.living import Course, LivingWorld
from fairness.profiles import load_profile
from fairness.verdicts import Verdict
from scoring.scorer import Scorer
from scoring.sealing import write_bundle
from scoring.signing import SigningKey
from scoring.training import TrainingOptions, train

CONTRACT, PROFILE, ACTOR = "microloan", "uemoa", "demo-year"
KEPT_DAYS = 3 * 365
"""What each source may be kept: the same season a year before must still be readable."""
CALIBRATION, TEST = 0.25, 0.2
"""A larger share than usual for calibration: layer 5 finds out what is wrong with the level."""
PEOPLE = ("Demonstration person A (not a real one)", "Demonstration person B (not a real one)")
ACCEPTED = "Only a demonstration on made-up people: nobody is lent to by this model."
AUDITED = timedelta(weeks=26)
"""Of whose decisions a challenger is audited before anybody wants it as champion."""
Tell = Callable[[str, float], None]


def contract_of_story() -> Contract:
    """The shipped contract, as this lender has agreed on it with its customers."""
    shipped = load_contract(CONTRACT)
    sources = {
        name: source.model_copy(update={"retention_days": max(source.retention_days, KEPT_DAYS)})
        for name, source in shipped.sources.items()
    }
    split = shipped.split.model_copy(update={"calibration": CALIBRATION, "test": TEST})
    return shipped.model_copy(update={"sources": sources, "split": split})


def settings_of_story(home: Path, world: LivingWorld) -> AuditSettings:
    """Everything in one folder, whatever the environment says."""
    return AuditSettings(
        home=home,
        store_url=None,
        protected_url=None,
        vault_command=None,
        audit_profiles=(),
        retrain_days=None,
        retrain_history=None,
        drift=DriftSettings(
            history=world.history, webhook_url=None, webhook_secret=None, html="never"
        ),
    )


@dataclass(frozen=True)
class Lender:
    """An institution and its people; every method that changes anything takes the time ``now``."""

    settings: AuditSettings
    store: Store
    contract: Contract
    course: Course
    keys: tuple[str, str]
    """Ids of the two people's keys."""
    secrets: tuple[str, str]

    @classmethod
    def opened(cls, settings: AuditSettings, store: Store, course: Course) -> Lender:
        """A lender with two people and no model yet."""
        pepper = Pepper.load_or_create(settings.keys_folder)
        expires = datetime.now(UTC) + timedelta(days=1)
        made = [create_key(store, pepper, "admin", None, name, expires) for name in PEOPLE]
        ids, texts = (row.key_id for _, row in made), (key for key, _ in made)
        return cls(settings, store, contract_of_story(), course, (*ids,), (*texts,))  # type: ignore[arg-type]

    @cached_property
    def shop(self) -> Shop:
        """Registry, vault and ledger."""
        return Shop.of(self.settings, self.store)

    @property
    def opens(self) -> datetime:
        """When the service opens."""
        return datetime.combine(self.course.opens, time(tzinfo=UTC))

    def first_champion(self, world: LivingWorld, tell: Tell) -> str:
        """Train on the past, audit, accept where that fails, and promote; the version."""
        tell("learning from the past", 0.0)
        past = load_applications(self.contract, world.history, labelled=True)
        for folder in (world.history, world.everybody):
            self._protected(folder)
        version = self._trained(past, tell)
        scorer = self.shop.registry.load(version, threads=2)
        reading = Reading(ACTOR, stored=True)
        subject = in_files(scorer, past, reading, self.settings, flips=False)
        (audit,) = keep(self.store, subject, load_profile(PROFILE), self.opens)
        write(audit, own_folder(self.settings.home, audit))
        self.accept(version, self.opens)
        who = Person(ACTOR, "this machine")
        promote(self.shop.registry, version, who, "first model", self.settings, self.opens)
        tell("learning from the past", 1.0)
        return version

    def audit(self, version: str, now: datetime) -> None:
        """Audit a challenger on what the champion decided lately, and accept where that fails.

        Raises NotEnoughDataError, ProtectedError, StoreError.
        """
        registry, reading = self.shop.registry, Reading(ACTOR, stored=True)
        days = (now - AUDITED).date(), now.date()
        sources = registry, self.shop.ledger
        champion = registry.champion()
        (own,) = decided_between(days, champion, reading, self.settings, sources).subjects
        subject = own.by(self.load(version))
        (audit,) = keep(self.store, subject, load_profile(PROFILE), now)
        write(audit, own_folder(self.settings.home, audit))
        self.accept(version, now)

    def accept(self, version: str, now: datetime) -> None:
        """Let both people accept what failed, as two people of a lender would have to."""
        pepper = Pepper.load_or_create(self.settings.keys_folder)
        failed = [a for a in audits_of(self.store, version) if a.verdict == Verdict.FAIL]
        for one in failed:
            if not acceptances_of(self.store, one.audit_id):
                for key in self.secrets:
                    accept_audit(self.store, pepper, key, one.audit_id, ACCEPTED, now)

    def person(self, number: int) -> Person:
        """One of the two people."""
        return person_of(self.store, self.keys[number])

    def load(self, version: str) -> Scorer:
        """The scorer of a version."""
        return self.shop.registry.load(version, threads=2)

    def _protected(self, folder: Path) -> None:
        portfolio = read_protected(self.contract, folder)
        with open_protected(self.settings) as (store, _):
            store.import_tables(self.contract, portfolio.tables, ACTOR, self.opens)

    def _trained(self, past: LoadedApplications, tell: Tell) -> str:
        applications = past.applications
        if past.y is None:
            raise AssertionError("labelled data was asked for")
        result = train(
            self.contract,
            applications.inputs,
            applications.keys,
            applications.as_of,
            past.y,
            TrainingOptions(),
            {"data": dict(sorted(past.portfolio.sha256.items()))},
            lambda _, share: tell("learning from the past", share),
        )
        registry = self.shop.registry
        key = SigningKey.load_or_create(self.settings.keys_folder)
        sealed = write_bundle(result.bundle, registry.models_folder, key)
        return registry.register(sealed, ACTOR, "learned from the past", self.opens).version
