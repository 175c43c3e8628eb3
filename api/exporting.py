"""All that is held on a person as one readable document, with titles from the contract."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

import orjson
from pydantic import Field

from api.replies import Reply
from data.contract import Contract, Language
from data.statements import Stated
from data.store.appeals import Appeal
from data.store.consents import Consent
from data.store.decisions import Decision
from data.store.feedback import Feedback
from data.store.human_decisions import HumanDecision
from data.store.officers_held import Case
from data.store.outcomes_held import HeldLoan
from data.store.shadow_pairs import Pair
from data.store.subjects import Event, Held

FORMAT: Literal["microscore-export-1"] = "microscore-export-1"


class HeldHumanDecision(Reply):
    """What a person decided."""

    outcome: str
    reason: str | None
    key_id: str
    at: datetime


class HeldReport(Reply):
    """A problem that was reported."""

    theme: str
    key_id: str
    at: datetime
    text: str | None


class HeldAppeal(Reply):
    """An appeal and how it ended."""

    ground: str
    key_id: str
    at: datetime
    due_at: datetime
    text: str | None
    result: str | None
    answered_at: datetime | None
    answer: str | None


class HeldDecision(Reply):
    """One decision with all that was asked and told; what is erased is null."""

    decision_id: str
    created_at: datetime
    erased: bool
    application_id: str | None
    branch: str | None
    officer: str | None
    key_id: str = Field(description="The key of the application that asked.")
    model: str
    contract: str
    policy: str
    probability_of_default: float | None = Field(description="Null: no model was asked.")
    log_odds: float | None
    points: int | None
    band: str | None
    recommendation: str
    request: dict[str, Any] | None = Field(description="What was asked, as it was used.")
    record: dict[str, Any] | None = Field(description="Reasons and contributions, as told.")
    explanation: dict[str, Any] | None = Field(description="What explanations were told from.")
    human_decisions: list[HeldHumanDecision]
    feedback: list[HeldReport]
    appeals: list[HeldAppeal]


class HeldConsent(Reply):
    """One word about the use of a source for a purpose; the newest counts."""

    source: str
    purpose: str
    granted: bool
    at: datetime
    key_id: str


class LoanInstalment(Reply):
    """What a loan owes on a day."""

    number: int
    due_on: date
    amount_due: float
    known_at: datetime


class LoanEventHeld(Reply):
    """Something that happened to a loan."""

    event: str = Field(description="Pseudonym of the lender's own id of the event.")
    kind: str
    on_day: date
    amount: float | None
    reverses: str | None
    known_at: datetime


class Loan(Reply):
    """A loan and how it was repaid, as the lender told it; erased: without its parts."""

    application: str = Field(description="Pseudonym of the application's id.")
    contract: str
    retention_days: int = Field(description="Kept so long after its last day.")
    created_at: datetime
    erased_at: datetime | None
    instalments: list[LoanInstalment]
    events: list[LoanEventHeld]


class HeldEvent(Reply):
    """One event on the audit chain: an erasure, a consent, an export, an alarm."""

    kind: str
    at: datetime
    details: dict[str, Any]


class HeldStatement(Reply):
    """One protected attribute as it was stated, and what it measures."""

    measure: str
    value: str | float | None


class HeldFeatures(Reply):
    """What is kept of one source for requests that do not bring it."""

    contract: str
    source: str
    stands_for: date = Field(description="What was known when this day began.")
    retention_days: int = Field(description="Kept so long after that day.")
    values: dict[str, float | str]


class HeldShadowScore(Reply):
    """What another model would have made of a decision; it changed nothing."""

    decision_id: str
    model: str
    at: datetime
    probability_of_default: float | None
    recommendation: str | None
    first_reason: str | None


class SourceTitle(Reply):
    """What the contract says of a source."""

    title: str
    purpose: str
    legal_basis: str
    retention_days: int


class FieldTitle(Reply):
    """What the contract says of a field."""

    title: str
    unit: str | None
    source: str


class Titles(Reply):
    """The names in this document in plain words, by the contract in force."""

    sources: dict[str, SourceTitle] = Field(default_factory=dict)
    fields: dict[str, FieldTitle] = Field(default_factory=dict)
    protected: dict[str, str] = Field(default_factory=dict)


class PersonExport(Reply):
    """All that is held on one person."""

    format: Literal["microscore-export-1"] = FORMAT
    made_at: datetime
    applicant_id: str
    decisions: list[HeldDecision]
    consents: list[HeldConsent]
    loans: list[Loan]
    events: list[HeldEvent]
    shadow: list[HeldShadowScore]
    features: list[HeldFeatures]
    protected: dict[str, HeldStatement] | None = Field(
        description="Protected attributes; null: not part of this export, as only `microscore "
        "privacy export` can open their store."
    )
    titles: Titles


def export(
    held: Held,
    applicant_id: str,
    contract: Contract | None,
    language: Language,
    now: datetime,
    protected: Mapping[str, Stated] | None = None,
) -> PersonExport:
    """``held`` as a document; without a ``contract`` names have no titles."""
    return PersonExport(
        made_at=now,
        applicant_id=applicant_id,
        decisions=[_decision(d, held.cases[d.decision_id]) for d in held.decisions],
        consents=[_consent(consent) for consent in held.consents],
        loans=[_loan(loan) for loan in held.loans],
        events=[_event(event) for event in held.events],
        shadow=[_shadow(pair) for pair in held.shadow],
        features=[HeldFeatures.model_validate(asdict(kept)) for kept in held.features],
        protected=None if protected is None else {n: _stated(s) for n, s in protected.items()},
        titles=_titles(contract, language) if contract else Titles(),
    )


def _decision(decision: Decision, case: Case) -> HeldDecision:
    return HeldDecision(
        decision_id=decision.decision_id,
        created_at=decision.created_at,
        erased=decision.erased,
        application_id=decision.application_id or None,
        branch=decision.branch,
        officer=decision.officer,
        key_id=decision.key_id,
        model=decision.model_version,
        contract=decision.contract_hash,
        policy=decision.policy_version,
        probability_of_default=decision.pd,
        log_odds=decision.log_odds,
        points=decision.points,
        band=decision.band,
        recommendation=decision.recommendation,
        request=None if decision.erased else orjson.loads(decision.request),
        record=None if decision.erased else orjson.loads(decision.record),
        explanation=orjson.loads(case.explanation) if case.explanation else None,
        human_decisions=[_taken(made) for made in case.human_decisions],
        feedback=[_report(said) for said in case.feedback],
        appeals=[_appeal(appeal) for appeal in case.appeals],
    )


def _taken(made: HumanDecision) -> HeldHumanDecision:
    return HeldHumanDecision(
        outcome=made.outcome, reason=made.reason, key_id=made.key_id, at=made.at
    )


def _report(said: Feedback) -> HeldReport:
    return HeldReport(theme=said.theme, key_id=said.key_id, at=said.at, text=said.text)


def _appeal(appeal: Appeal) -> HeldAppeal:
    ended = appeal.resolution
    return HeldAppeal(
        ground=appeal.ground,
        key_id=appeal.key_id,
        at=appeal.at,
        due_at=appeal.due_at,
        text=appeal.text,
        result=ended.result if ended else None,
        answered_at=ended.at if ended else None,
        answer=ended.text if ended else None,
    )


def _consent(consent: Consent) -> HeldConsent:
    return HeldConsent.model_validate({n: getattr(consent, n) for n in Consent.__slots__})


def _loan(loan: HeldLoan) -> Loan:
    return Loan.model_validate(asdict(loan))


def _event(event: Event) -> HeldEvent:
    return HeldEvent(kind=event.kind, at=event.at, details=dict(event.details))


def _shadow(pair: Pair) -> HeldShadowScore:
    return HeldShadowScore(
        decision_id=pair.decision_id,
        model=pair.challenger,
        at=pair.made_at,
        probability_of_default=pair.challenger_pd,
        recommendation=pair.challenger_recommendation,
        first_reason=pair.challenger_reason,
    )


def _stated(stated: Stated) -> HeldStatement:
    return HeldStatement(measure=stated.measure, value=stated.value)


def _titles(contract: Contract, language: Language) -> Titles:
    return Titles(
        sources={
            name: SourceTitle(
                title=source.title.in_language(language),
                purpose=source.purpose.in_language(language),
                legal_basis=source.legal_basis,
                retention_days=source.retention_days,
            )
            for name, source in contract.sources.items()
        },
        fields={
            name: FieldTitle(
                title=feature.title.in_language(language),
                unit=contract.spec(name).unit,
                source=feature.source,
            )
            for name, feature in contract.features.items()
        },
        protected={n: a.title.in_language(language) for n, a in contract.protected.items()},
    )
