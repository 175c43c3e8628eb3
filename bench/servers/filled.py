"""A lender with a history: people of every role, decisions of a year, what was done with them.

Decisions go through the ledger itself, many a transaction: sealed, on the chain and readable like
any others. A few hundred real scores of each model are used again under new ids, clients and
times. A challenger follows the newest of them in shadow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import orjson

from api.accounts import create_person, new_person
from api.audits import AuditSettings
from api.bodies import request_body
from api.drifting_settings import DriftSettings
from api.intake import Intake
from api.outcomes import origin_of
from api.roles import ROLES
from api.schedule import KINDS, Work
from api.shadowing import Shop, start_shadow
from api.wiring import open_ledger, open_registry
from bench.servers.models import Models, registered
from data.contract import Contract
from data.contract_loading import load_contract
from data.store import Store
from data.store.appeals import Appeal, open_appeal
from data.store.decisions import Decision
from data.store.feedback import Feedback, report
from data.store.human_decisions import HumanDecision, Outcome, add
from data.store.ledger import Ledger
from data.store.outcome_events import Instalment, LoanEvent
from data.store.outcomes import BATCH, keep_good
from scoring.scorer import Scorer
from scoring.service import Application, decide
from tests.browser.lender import PASSWORD
from tests.web.world import home_settings

BRANCHES = ("Kisumu", "Mombasa", "Nakuru", "Eldoret", "Thika")
DAYS = 400
LAW = "uemoa"
AUDITED = 1_500
"""About so many decisions stand in an audit: fewer, and groups are too small to publish."""
FORMER, SHADOWED = 0.1, 0.05
"""Shares of the decisions: the oldest, by a champion of before; the newest, with a challenger."""
OWN = 10
"""Every so many decisions is the officer's own."""
_FILE = "filled.json"
_SOME, _REFERENCE, _AT_ONCE = 400, 1_600, 2_000
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Filled:
    """What pages can be asked about; everybody's password is ``PASSWORD``.

    ``newest`` and ``oldest``: decisions of the officer's own, the latter of the former champion.
    """

    home: Path
    models: Models
    decisions: int
    newest: str
    oldest: str
    password: str = PASSWORD

    @classmethod
    def of(cls, home: Path) -> Filled | None:
        """The lender that was made in ``home`` before, if one was."""
        file = home / _FILE
        if not file.is_file():
            return None
        told = orjson.loads(file.read_bytes())
        return cls(home, Models(**told.pop("models")), **told)

    def save(self) -> None:
        """Say in the home that all of it is there."""
        told = {name: value for name, value in asdict(self).items() if name != "home"}
        (self.home / _FILE).write_bytes(orjson.dumps(told))

    @property
    def settings(self) -> AuditSettings:
        """As the worker has them: audits under one law, and all pages of drift."""
        weeks = max(1, round(AUDITED / self.decisions * DAYS / 7))
        drift = DriftSettings(html="always")
        return AuditSettings(home=self.home, audit_profiles=(LAW,), audit_weeks=weeks, drift=drift)


def fill(home: Path, decisions: int, loans: int, *, seed: int = 1) -> Filled:
    """Make the lender in ``home``; its last decision is of this hour."""
    settings, now = home_settings(home), datetime.now(UTC)
    rng = np.random.default_rng(seed)
    contract = load_contract("microloan")
    intake = Intake(contract)
    bodies = [_body(contract, i, rng) for i in range(_SOME + _REFERENCE)]
    asked = [intake.read_one(body, None) for body in bodies]
    models = registered(settings, asked[_SOME:])
    with open_registry(settings) as registry:
        scorers = [registry.load(version) for version in (models.former, models.champion)]
    with open_ledger(settings) as (store, ledger):
        owner = _people(store, ledger, now)
        made = list(_decisions(scorers, asked[:_SOME], decisions, owner, now, rng))
        shadowed = round(decisions * (1 - SHADOWED))
        _keep(store, ledger, made[:shadowed], rng)
        begun = made[shadowed].created_at
        start_shadow(Shop.of(settings, store), models.challenger, 1.0, "bench", begun)
        _keep(store, ledger, made[shadowed:], rng)
        own = [made[i].decision_id for i in range(0, len(made), OWN)]
        _voices(store, ledger, made[-min(300, len(made)) :], now)
        _loans(store, ledger, contract, made[: -len(made) // 20], loans, now, rng)
    return Filled(home, models, len(made), own[-1], own[0])


def done(settings: AuditSettings, kind: str) -> Mapping[str, Any]:
    """Do the job of this kind, as the worker does; what came of it."""
    now = datetime.now(UTC)
    (job,) = (known for known in KINDS if known.name == kind)
    slot = job.slot(settings, now)
    assert slot is not None, f"{kind} is not due"
    with open_ledger(settings) as (store, _):
        return job.run(Work(settings, store, slot.arguments, now))


def _people(store: Store, ledger: Ledger, now: datetime) -> str:
    """One person of each role, and officers; gives the key id of the officer's decisions."""
    key_id = ""
    for role in ROLES:
        branch = BRANCHES[0] if role == "officer" else None
        person = new_person(role, role, branch, now - DAYS * _DAY)
        create_person(store, ledger, person, PASSWORD, "bench")
        key_id = f"person:{person.person_id}" if role == "officer" else key_id
    return key_id


def _decisions(
    scorers: Sequence[Scorer],
    asked: Sequence[Application],
    n: int,
    owner: str,
    now: datetime,
    rng: np.random.Generator,
) -> Iterator[Decision]:
    """``n`` decisions from DAYS ago until now, the oldest by the first of ``scorers``.

    Every ``OWN``-th is the officer's own.
    """
    former, champion = (decide(scorer, asked, "api", now) for scorer in scorers)
    which, branches = rng.integers(0, _SOME, n), rng.integers(0, len(BRANCHES), n)
    for i in range(n):
        at = now - DAYS * _DAY * (1 - (i + 1) / n)
        real = former if i < FORMER * n else champion
        mine, branch = i % OWN == 0, BRANCHES[int(branches[i])]
        yield real[int(which[i])]._replace(
            decision_id=_id(at, i),
            created_at=at,
            key_id=owner if mine else "bench-key",
            branch=BRANCHES[0] if mine else branch,
            officer="officer" if mine else f"{branch.lower()}-{i % 7}",
            application_id=f"A-{i:07d}",
            applicant_id=f"C-{i * 7 % (n * 2 // 3 + 1):07d}",
        )


def _body(contract: Contract, i: int, rng: np.random.Generator) -> bytes:
    values: dict[str, Any] = {}
    for name in contract.inputs:
        spec = contract.spec(name)
        low, high = spec.range or (0.0, 100.0)
        if spec.categories:
            values[name] = str(rng.choice(spec.categories))
        elif spec.type == "boolean":
            values[name] = bool(rng.random() < 0.5)
        elif contract.features[name].source == "application" or rng.random() < 0.9:
            drawn = max(low, 0.0) + (min(high, 1e6) - max(low, 0.0)) * float(rng.random()) ** 4
            values[name] = round(drawn) if spec.type == "integer" else round(drawn, 2)
    keys = {"application": f"A-{i}", "applicant": f"C-{i}"}
    return orjson.dumps(request_body(contract, keys, values))


def _id(at: datetime, i: int) -> str:
    """A UUID of version 7 (RFC 9562) of this time, with ``i`` where it would be random."""
    return str(UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | i))


def _keep(store: Store, ledger: Ledger, made: Sequence[Decision], rng: np.random.Generator) -> None:
    """The decisions, and for two of five what a person decided within some hours."""
    for at in range(0, len(made), _AT_ONCE):
        some = made[at : at + _AT_ONCE]
        with store.write() as connection:
            ledger.append(connection, some)
            for decision in some:
                if rng.random() < 0.4:
                    add(connection, ledger, _own(decision, rng))


def _own(decision: Decision, rng: np.random.Generator) -> HumanDecision:
    clear: Outcome = "approve" if decision.recommendation == "approve" else "decline"
    other: Outcome = "decline" if clear == "approve" else "approve"
    differs = rng.random() < 0.12
    return HumanDecision(
        decision.decision_id,
        other if differs else clear,
        "new_information" if differs else None,
        decision.key_id,
        decision.created_at + timedelta(hours=float(rng.gamma(2, 4))),
    )


def _voices(store: Store, ledger: Ledger, some: Sequence[Decision], now: datetime) -> None:
    """Answers, problems and appeals on the newest decisions."""
    themes = ("helped_yes", "helped_yes", "helped_partly", "helped_no", "wrong_data", "unfair")
    for i, decision in enumerate(some[::2]):
        theme: Any = themes[i % len(themes)]
        at = now - timedelta(days=1 + i % 20)
        said = Feedback(_id(now, i), decision.decision_id, theme, decision.key_id, at, None)
        report(store, ledger, said)
    for i, decision in enumerate(some[1::12]):
        at = now - timedelta(days=3 + i)
        due = at + timedelta(days=30 if i % 5 else 2)
        asked = Appeal(_id(at, i), decision.decision_id, "unfair", "bench-key", at, due, None)
        open_appeal(store, ledger, asked)


def _loans(
    store: Store,
    ledger: Ledger,
    contract: Contract,
    decided: Sequence[Decision],
    n: int,
    now: datetime,
    rng: np.random.Generator,
) -> None:
    """Loans of some of the decisions, ten instalments each; as many stop as the model expects."""
    step = max(len(decided) // n, 1)
    events: list[LoanEvent] = []
    for decision in decided[::step][:n]:
        events += _loan(decision, now.date(), rng)
    for at in range(0, len(events), BATCH):
        keep_good(store, ledger, events[at : at + BATCH], origin_of(contract, "bench", now))


def _loan(decision: Decision, today: date, rng: np.random.Generator) -> Iterator[LoanEvent]:
    lent = decision.created_at.date() + 2 * _DAY
    amount = float(round(rng.lognormal(10, 0.5), -2))
    due = [lent + 30 * (k + 1) * _DAY for k in range(10)]
    name, known = decision.application_id, _noon(lent)
    owed = tuple(Instalment(k, day, amount, known) for k, day in enumerate(due, 1))
    yield LoanEvent(
        place=name,
        kind="disbursement",
        event_id=f"D-{name}",
        application_id=name,
        on=lent,
        known_at=known,
        applicant_id=decision.applicant_id,
        instalments=owed,
    )
    bad = rng.random() < (0.1 if decision.pd is None else decision.pd)
    stops = int(rng.integers(0, 4)) if bad else 10
    late = int(rng.integers(0, 20)) if rng.random() < 0.3 else 0
    for k, day in enumerate(due[:stops]):
        if (on := day + late * _DAY) < today:
            event_id = f"R-{name}-{k}"
            yield LoanEvent(name, "repayment", event_id, name, on, _noon(on), amount)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
