"""A small portfolio of which everything is known: decisions, people's words and loans."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import log
from uuid import uuid4

import numpy as np
import orjson

from api.portfolio_making import make
from api.settings import Settings
from api.wiring import open_ledger
from data.contract_loading import contract_hash
from data.store import Store
from data.store.appeals import Appeal, open_appeal
from data.store.audits import AuditEntry, add_audits
from data.store.decisions import Decision
from data.store.feedback import Feedback, report
from data.store.human_decisions import HumanDecision, record
from data.store.ledger import Ledger
from fairness.records import AuditRecord, audit_id
from scoring.policy import DecisionRules
from tests.decisions import decision
from tests.fairness.test_audit import made as audited
from tests.outcomes.champion import lending_bundle
from tests.outcomes.lending import ORIGIN, keep, loan, paid
from tests.web.world import promote

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TRADES = ("farming", "retail", "transport", "services")
BRANCHES = ("Kisumu", "Mombasa", None)
COUNT = 120


@dataclass(frozen=True)
class Case:
    """One application: what was decided, what a person said, and whether its loan went bad."""

    decision: Decision
    amount: float
    trade: str
    said: HumanDecision | None
    bad: bool | None

    @property
    def final(self) -> str:
        """What became of it."""
        if self.bad is not None:
            return "approve"
        word = self.said.outcome if self.said else self.decision.recommendation
        return word if word in {"approve", "decline"} else "waiting"

    @property
    def lately(self) -> bool:
        """Whether it is of the year that contents are opened of."""
        return self.decision.created_at >= NOW - timedelta(days=365)


def rules() -> DecisionRules:
    """The policy of the model."""
    return lending_bundle().rules


def cases(version: str) -> list[Case]:
    """COUNT applications from 600 days ago until now, the oldest first."""
    return [_case(i, version) for i in range(COUNT)]


def _case(i: int, version: str) -> Case:
    at = NOW - timedelta(days=600 - 5 * i, hours=1)
    pd = 0.02 + 0.4 * ((37 * i) % COUNT) / COUNT
    policy = rules()
    recommended = ("approve", "review", "decline")[int(policy.recommend(np.array([pd]))[0])]
    amount, trade = 1000.0 * (1 + i % 5), TRADES[i % 4]
    asked = {"application": {"amount": amount, "trade": trade}}
    made = decision(
        i,
        created_at=at,
        branch=BRANCHES[i % 3],
        applicant_id=f"P-{i}",
        model_version=version,
        contract_hash=contract_hash(lending_bundle().contract),
        pd=pd,
        log_odds=log(pd / (1 - pd)),
        band=policy.bands[int(policy.band(np.array([pd]))[0])],
        recommendation=recommended,
        request=orjson.dumps({"sources": asked}),
    )
    said = _said(made, i) if i % 2 else None
    lent = (said.outcome if said else recommended) == "approve" and i < 110
    return Case(made, amount, trade, said, i % 4 == 1 if lent else None)


def _said(made: Decision, i: int) -> HumanDecision:
    """A person's word, in two of ten cases against the model, so many hours later."""
    other = {"approve": "decline", "decline": "approve"}
    agreed = made.recommendation if made.recommendation in other else "approve"
    outcome = other[agreed] if i % 10 in {3, 9} else agreed
    differs = made.recommendation in other and outcome != made.recommendation
    reason = "capacity_seen_on_site" if differs else None
    at = made.created_at + timedelta(hours=1 + i % 7)
    return HumanDecision(made.decision_id, outcome, reason, f"officer-{i % 4}", at)  # type: ignore[arg-type]


@contextmanager
def planted(settings: Settings) -> Iterator[tuple[Store, Ledger, list[Case]]]:
    """The home of ``settings`` with all of it, and a champion."""
    made = cases(promote(settings, lending_bundle()))
    with open_ledger(settings) as (store, ledger):
        with store.write() as connection:
            ledger.append(connection, [case.decision for case in made])
        for case in made:
            if case.said is not None:
                record(store, ledger, case.said)
        _lend(store, ledger, made)
        yield store, ledger, made


def _lend(store: Store, ledger: Ledger, made: Sequence[Case]) -> None:
    """Loans of three instalments, of which the bad ones are never paid."""
    events = []
    for case in made:
        if case.bad is None:
            continue
        name, on = case.decision.application_id, case.decision.created_at.date()
        given = loan(name, on, person=case.decision.applicant_id)
        events.append(given)
        due = [i.due_on for i in given.instalments]
        days = [] if case.bad else [day for day in due if day < NOW.date()]
        events += [paid(name, day) for day in days]
    keep(store, ledger, *events, origin=replace(ORIGIN, at=NOW))


@dataclass(frozen=True)
class Furnished:
    """What there is to look at besides: two audits, of which ``failed`` failed, and appeals."""

    failed: str
    passed: str
    appeals: tuple[str, ...]


def furnish(settings: Settings) -> Furnished:
    """Plant the portfolio, sum it up, and keep audits, complaints and appeals of today."""
    with planted(settings) as (store, ledger, made):
        make(store, settings, NOW)
        version = made[0].decision.model_version
        content = AuditRecord.of(audited(later=3, not_stated=60)).content()
        failed = AuditEntry(
            audit_id(content), version, None, "eu", "1" * 64, "data", NOW, "FAIL", content
        )
        before, content = NOW - timedelta(days=1), b'{"a": 1}'
        passed = AuditEntry(
            "0" * 64, version, None, "us", "1" * 64, "decisions", before, "PASS", content
        )
        with store.write() as connection:
            add_audits(connection, [failed, passed])
        told = zip(made, ("Pay slip <b>lost</b>.", "Read wrong."), strict=False)
        asked = [_complaint(store, ledger, c.decision.decision_id, text) for c, text in told]
    return Furnished(failed.audit_id, passed.audit_id, tuple(asked))


def _complaint(store: Store, ledger: Ledger, decision_id: str, text: str) -> str:
    """Report a problem of today, and open an appeal that is overdue; the id of the appeal."""
    now = datetime.now(UTC)
    report(store, ledger, Feedback(str(uuid4()), decision_id, "wrong_data", "k", now, text))
    due = now - timedelta(days=3)
    asked = Appeal(str(uuid4()), decision_id, "unfair", "k", due, due, text)
    open_appeal(store, ledger, asked)
    return asked.appeal_id
