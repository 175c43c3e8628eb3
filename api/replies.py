"""The shapes of replies, for the API documentation and for tests of conformance."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from data.contract import Language
from data.store.consents import Purpose
from scoring.capacity import Status
from scoring.policy import Recommendation
from scoring.reasons import Direction
from scoring.service import MaskStatus


class Reply(BaseModel):
    """Base of all replies: what is not declared here is not sent."""

    model_config = ConfigDict(extra="forbid")


class ReasonReply(Reply):
    """One reason for the recommendation."""

    code: str = Field(description="Stable code of the reason, the same in every language.")
    text: str = Field(description="The reason in plain words.")
    direction: Direction | None = Field(description="Null for a reason that is not the model's.")
    contribution: float | None = Field(
        description="What it added to the log-odds of default; null if not the model's."
    )


class MaskedSource(Reply):
    """A source that was not used."""

    source: str
    status: MaskStatus


class Versions(Reply):
    """What made the decision."""

    model: str
    contract: str
    policy: str


class Interval(Reply):
    """Limits of a probability, at 95 %."""

    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class CapacityReply(Reply):
    """What the contract's capacity rule says: the instalment as a share of the income."""

    status: Status
    share: float | None = Field(description="Null: not known, or there is no income at all.")
    at_most: float = Field(description="The limit; exactly this is within.")
    by_score: Recommendation | Literal["refer"] = Field(
        description="What the score alone recommends; the stricter of both counts."
    )


class ScoreReply(Reply):
    """One decision, as it is stored."""

    decision_id: UUID
    application_id: str
    created_at: datetime
    probability_of_default: float | None = Field(
        ge=0,
        le=1,
        description="Calibrated. This and the other numbers are null while the model is "
        "suspended: the recommendation is then 'refer', and a person decides.",
    )
    probability_interval: Interval | None = Field(
        description="How well that share is known of people with this score; null: not measured."
    )
    log_odds: float | None = Field(description="Natural logarithm of the odds of default.")
    points: int | None = Field(description="Higher is safer.")
    band: str | None
    recommendation: Recommendation | Literal["refer"]
    reasons: list[ReasonReply] = Field(max_length=4, description="Strongest first.")
    masked_sources: list[MaskedSource]
    missing_fields: list[str] = Field(description="Fields without a value, of sources in use.")
    capacity: CapacityReply | None = Field(
        description="The rule about what can be repaid, apart from the score; null without one."
    )
    versions: Versions
    language: Language
    explanation_method: str
    base: float | None = Field(
        None, description="Log-odds before any field is known; only with scope scores:explain."
    )
    contributions: dict[str, float] | None = Field(
        None,
        description="Log-odds of each model feature; with the base they add up to log_odds. "
        "Only with scope scores:explain.",
    )


class BatchReply(Reply):
    """Decisions in the order of the applications."""

    scores: list[ScoreReply]


class ConsentState(Reply):
    """The newest word about the use of one source for one purpose."""

    source: str
    purpose: Purpose
    granted: bool | None = Field(description="Null: the person has said nothing yet.")
    at: datetime | None


class ConsentsReply(Reply):
    """What a person agrees to, for every source that rests on consent."""

    consents: list[ConsentState]


class ErasureReply(Reply):
    """What an erasure did, and what is left to do."""

    decisions_erased: int = Field(description="Decisions that were readable until now.")
    protected_attributes: Literal["run `microscore privacy erase` where audits run"] = (
        "run `microscore privacy erase` where audits run"
    )


class Alive(Reply):
    """The process runs."""

    status: Literal["alive"] = "alive"


class Ready(Reply):
    """The server can score and store."""

    status: Literal["ready"] = "ready"
    model: str
    suspended: bool = Field(description="Whether people decide on every application meanwhile.")


class ProblemPage(Reply):
    """About one kind of problem."""

    type: str
    title: str
    status: int
    advice: str = Field(description="What a client can do about it.")
