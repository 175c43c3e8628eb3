"""What people send about a score: a decision, a problem, an appeal, an answer to one."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from api.intake import field_errors
from api.json_body import parse, read_body
from api.problems import Problem
from data.store.appeals import Ground
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


TO_CLIENT = "For the client, in plain language: it stands in the letter."


class ChangedBody(Body):
    """An appeal that ends with another decision."""

    result: Literal["changed"]
    outcome: Outcome = Field(description="The new decision.")
    text: Words = Field(None, description=TO_CLIENT)


class KeptBody(Body):
    """An appeal after which the decision stays."""

    result: Literal["upheld", "withdrawn"]
    text: Words = Field(None, description=TO_CLIENT)


Read = TypeVar("Read", bound=Body)


async def read_as(model: type[Read], request: Request) -> Read:
    """The body of ``request`` as ``model``. Raises Problem (400, 413, 415 or 422)."""
    return _checked(model, parse(await read_body(request, BODY_BYTES), 16))


async def read_resolution(request: Request) -> ChangedBody | KeptBody:
    """The body of ``request`` as the end of an appeal. Raises as ``read_as``."""
    value = parse(await read_body(request, BODY_BYTES), 16)
    changed = isinstance(value, dict) and value.get("result") == "changed"
    return _checked(ChangedBody, value) if changed else _checked(KeptBody, value)


def _checked(model: type[Read], value: Any) -> Read:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Problem("invalid-body", errors=field_errors(error)) from None


def described(*models: type[Body]) -> dict[str, Any]:
    """The entry of a route's request body in the OpenAPI document: one of ``models``."""
    schemas = [model.model_json_schema() for model in models]
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
