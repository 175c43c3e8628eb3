"""The body of POST /outcomes: what checks it, and what OpenAPI says about it, are one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic import ValidationError as BrokenError

from api.intake import field_errors, listed
from api.json_body import parse
from api.json_times import Day, Time
from api.problem_rules import EVENTS, OBJECT, ONE_OF
from api.problems import MOST_ERRORS, BrokenRule, Problem
from api.request_schema import Key
from api.type_rules import EVENT_ID_PATTERN
from data.sentences import Message

MOST_EVENTS = 5_000
MOST_INSTALMENTS = 600
MOST_MONEY = 1e12
_MOST_MEMBERS = 2_000_000
Money = Annotated[float, Field(ge=0, le=MOST_MONEY, allow_inf_nan=False)]
EventId = Annotated[
    str,
    Field(
        pattern=EVENT_ID_PATTERN,
        description="The lender's own id of the event, never used for another one.",
    ),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class InstalmentIn(_Strict):
    """What the loan owes on a day."""

    due_on: Day
    amount_due: Money


class _EventIn(_Strict):
    event_id: EventId
    application_id: Key
    on: Day = Field(description="When it happened.")
    known_at: Time | None = Field(
        None, description="When the lender knew it; default: when it is sent."
    )


class Disbursement(_EventIn):
    """A loan is paid out. The application is the one that was scored."""

    kind: Literal["disbursement"]
    applicant_id: Key
    instalments: list[InstalmentIn] = Field(min_length=1, max_length=MOST_INSTALMENTS)


class Repayment(_EventIn):
    """Money comes back."""

    kind: Literal["repayment"]
    amount: Money


class WriteOff(_EventIn):
    """The lender gives the loan up."""

    kind: Literal["write_off"]


class Reschedule(_EventIn):
    """The lender grants other terms. The label is still read off the first schedule."""

    kind: Literal["reschedule"]


class Reversal(_EventIn):
    """An earlier event of the same loan is taken back, as if it had never been."""

    kind: Literal["reversal"]
    reverses: EventId


EventIn = Annotated[
    Disbursement | Repayment | WriteOff | Reschedule | Reversal, Field(discriminator="kind")
]
_KINDS: dict[str, TypeAdapter[Any]] = {
    "disbursement": TypeAdapter(Disbursement),
    "repayment": TypeAdapter(Repayment),
    "write_off": TypeAdapter(WriteOff),
    "reschedule": TypeAdapter(Reschedule),
    "reversal": TypeAdapter(Reversal),
}


class Outcomes(_Strict):
    """Events of loans, in any order: disbursements are taken first and reversals last."""

    events: list[EventIn] = Field(min_length=1, description=f"At most {MOST_EVENTS}.")


AnyEvent = Disbursement | Repayment | WriteOff | Reschedule | Reversal


def read_events(body: bytes) -> list[AnyEvent]:
    """The events in ``body``. Raises Problem (400 or 422) naming the index and field."""
    value = parse(body, _MOST_MEMBERS)
    checked: list[AnyEvent] = []
    errors: list[BrokenRule] = []
    for i, item in enumerate(listed(value, "events", "invalid-body", EVENTS, MOST_EVENTS)):
        try:
            checked.append(_kind(item, f"events.{i}").validate_python(item))
        except BrokenError as error:
            errors += field_errors(error, f"events.{i}")
        except Problem as problem:
            errors += problem.errors
        if len(errors) >= MOST_ERRORS:
            break
    if errors:
        raise Problem("invalid-body", errors=errors)
    return checked


def _kind(item: Any, place: str) -> TypeAdapter[Any]:
    if not isinstance(item, dict):
        raise _broken(place, OBJECT.of())
    kind = item.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise _broken(f"{place}.kind", ONE_OF.of(choices=", ".join(_KINDS)))
    return _KINDS[kind]


def _broken(field: str, rule: Message) -> Problem:
    return Problem("invalid-body", errors=[BrokenRule(field, rule)])
