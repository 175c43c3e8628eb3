"""What people send about a score: a decision, a problem, an appeal, an answer to one."""

from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.requests import Request

from api.intake import field_errors
from api.json_body import parse, read_body
from api.problems import FieldError, Problem
from data.store.appeals import Ground, Result
from data.store.feedback import Theme
from data.store.human_decisions import Outcome, OverrideReason

BODY_BYTES = 16 * 1024
LONGEST_TEXT = 2_000

Words = Annotated[
    str | None,
    Field(max_length=LONGEST_TEXT, description="In own words; kept sealed, and in no log."),
]


class Body(BaseModel):
    """Base of the bodies: strict, and unknown fields are errors."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class DecisionBody(Body):
    """What a person decided."""

    outcome: Outcome
    reason: OverrideReason | None = Field(
        None, description="Needed when the outcome differs from the recommendation."
    )


class FeedbackBody(Body):
    """A problem with a score."""

    theme: Theme
    text: Words = None


class AppealBody(Body):
    """Why the decision should be looked at again."""

    ground: Ground
    text: Words = None


class ResolutionBody(Body):
    """How an appeal ends."""

    result: Result
    outcome: Outcome | None = Field(
        None, description="The new decision; needed when the result is 'changed', else absent."
    )
    text: Words = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.result == "changed") != (self.outcome is not None):
            raise ValueError("outcome")
        return self


Read = TypeVar("Read", bound=Body)


async def read_as(model: type[Read], request: Request) -> Read:
    """The body of ``request`` as ``model``. Raises Problem (400, 413, 415 or 422)."""
    value = parse(await read_body(request, BODY_BYTES), 16)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        if any(e["type"] == "value_error" for e in error.errors(include_url=False)):
            raise _OUTCOME from None
        raise Problem("invalid-body", errors=field_errors(error)) from None


def described(model: type[Body]) -> dict[str, Any]:
    """The entry of a route's request body in the OpenAPI document."""
    schema = model.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_OUTCOME = Problem(
    "invalid-body",
    errors=[
        FieldError(field="outcome", rule="is needed when the result is 'changed', and only then")
    ],
)
