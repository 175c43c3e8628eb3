"""Events of loans as the program knows them, before they are rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from data.sentences import Message

EventKind = Literal["disbursement", "repayment", "write_off", "reschedule", "reversal"]


@dataclass(frozen=True, slots=True)
class Instalment:
    """What a loan owes on a day; ``number`` is unique within the loan."""

    number: int
    due_on: date
    amount_due: float
    known_at: datetime


@dataclass(frozen=True, slots=True)
class LoanEvent:
    """One event, or only more ``instalments`` of a loan (``kind`` None, without an id).

    ``place``: where it stands in what was sent, for whoever corrects it. ``amount``: of a
    repayment; ``reverses``: id of the event that a reversal takes back; ``applicant_id``: of a
    disbursement, with the loan's ``instalments``.
    """

    place: str
    kind: EventKind | None
    event_id: str
    application_id: str
    on: date
    known_at: datetime
    amount: float | None = None
    reverses: str | None = None
    applicant_id: str | None = None
    instalments: tuple[Instalment, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose loans these are: the contract's name, and how long its longest source is kept."""

    contract: str
    retention_days: int
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that breaks a rule, by place and field."""

    place: str
    field: str
    rule: Message


@dataclass(slots=True)
class Taken:
    """What came of it: new rows; events and instalments ``known`` before; those of ``erased``
    loans, which are not kept; those that are ``refused``."""

    loans: int = 0
    instalments: int = 0
    events: int = 0
    known: int = 0
    erased: int = 0
    refused: list[Refused] = field(default_factory=list)
