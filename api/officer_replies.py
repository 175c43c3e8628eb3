"""The shapes of replies about explanations, people's decisions, problems and appeals."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.replies import Reply
from data.contract import Language
from data.store.appeals import Appeal, Ground, Result
from data.store.feedback import Feedback, Theme
from data.store.human_decisions import HumanDecision, Outcome, OverrideReason, Overrides
from scoring.telling import Audience

Status = Literal["found", "none_found", "not_needed", "not_scored"]


class LineReply(Reply):
    """One sentence."""

    id: str = Field(description="Id of its text, the same in every language.")
    text: str


class SectionReply(Reply):
    """Some sentences under a title."""

    id: str
    title: str
    lines: list[LineReply]


class ExplanationReply(Reply):
    """A decision, explained to one reader; the same bytes whenever it is asked for."""

    decision_id: UUID
    audience: Audience
    language: Language
    recommendation: str
    method: str = Field(
        description="interventional_treeshap: against approved, performing applications; "
        "path_dependent_treeshap: against the training data; none: no model decided."
    )
    texts: int = Field(description="Number of the texts that the sentences are from.")
    sections: list[SectionReply] = Field(description="Empty for the auditor.")
    evidence: dict[str, Any] | None = Field(
        None, description="Only for the auditor: values, contributions, versions."
    )


class ChangeReply(Reply):
    """One field that would be other than it is."""

    field: str
    title: str
    unit: str | None
    now: float
    to: float
    with_time: bool = Field(description="It takes months.")


class OptionReply(Reply):
    """Changes that together, scored as a request, lead to the recommendation."""

    changes: list[ChangeReply]
    follows: list[ChangeReply] = Field(description="What then changes by itself.")
    recommendation: str
    pd: float = Field(description="Probability of default with the changes.")
    points: int
    band: str


class RangeReply(Reply):
    """Values that were tried, all with the same recommendation; everything else as it is."""

    from_: float = Field(alias="from")
    to: float
    recommendation: str


class CounterfactualsReply(Reply):
    """What would have led to a better recommendation."""

    decision_id: UUID
    language: Language
    recommendation: str
    status: Status
    options: list[OptionReply] = Field(max_length=3, description="Least effort first.")
    ranges: dict[Literal["amount", "term"], list[RangeReply]]


class HumanDecisionReply(Reply):
    """What the owner of a key decided."""

    outcome: Outcome
    reason: OverrideReason | None
    key_id: str
    at: datetime

    @classmethod
    def of(cls, made: HumanDecision) -> "HumanDecisionReply":
        """As a reply."""
        return cls(outcome=made.outcome, reason=made.reason, key_id=made.key_id, at=made.at)


class HumanDecisionsReply(Reply):
    """People's decisions on one application."""

    decision_id: UUID
    recommendation: str
    current: HumanDecisionReply | None
    history: list[HumanDecisionReply] = Field(description="Oldest first.")


class FeedbackReply(Reply):
    """One problem that was reported."""

    feedback_id: UUID
    decision_id: UUID
    theme: Theme
    key_id: str
    at: datetime
    text: str | None = Field(description="Null: none was given, or it is erased.")

    @classmethod
    def of(cls, said: Feedback) -> "FeedbackReply":
        """As a reply."""
        return cls.model_validate({n: getattr(said, n) for n in Feedback.__slots__})


class FeedbacksReply(Reply):
    """Problems that were reported."""

    themes: dict[str, int] = Field(description="Reports by theme, the most frequent first.")
    reports: list[FeedbackReply] = Field(description="Newest first.")


class ResolutionReply(Reply):
    """How an appeal ended."""

    result: Result
    key_id: str
    at: datetime
    text: str | None


class AppealReply(Reply):
    """One appeal."""

    appeal_id: UUID
    decision_id: UUID
    status: Literal["open", "resolved"]
    ground: Ground
    key_id: str
    at: datetime
    due_at: datetime
    text: str | None
    resolution: ResolutionReply | None

    @classmethod
    def of(cls, appeal: Appeal) -> "AppealReply":
        """As a reply."""
        own = ("appeal_id", "decision_id", "ground", "key_id", "at", "due_at", "text")
        ended = appeal.resolution
        resolution = None
        if ended is not None:
            resolution = {n: getattr(ended, n) for n in type(ended).__slots__}
        values = {n: getattr(appeal, n) for n in own} | {"resolution": resolution}
        return cls.model_validate({**values, "status": "resolved" if ended else "open"})


class AppealsReply(Reply):
    """Appeals."""

    appeals: list[AppealReply]


class OverridesOf(Reply):
    """How often one officer or branch decided otherwise than a clear recommendation."""

    who: str | None = Field(description="Id of a key, or a branch.")
    decided: int
    agreed: int
    overridden: int
    reasons: dict[str, int]

    @classmethod
    def of(cls, found: Overrides) -> "OverridesOf":
        """As a reply."""
        return cls.model_validate({**found._asdict(), "overridden": found.overridden})


class ShareReply(Reply):
    """A share with its 95 % interval; null where nothing was decided."""

    value: float | None
    low: float | None
    high: float | None


class AgreementReply(Reply):
    """Agreement with clear recommendations."""

    decided: int
    agreed: int
    share: ShareReply


class OverridesReply(Reply):
    """Overrides, and agreement near the cut-offs beside agreement away from them."""

    days: int
    by: Literal["officer", "branch"]
    overrides: list[OverridesOf] = Field(description="Most decisions first.")
    near_cut_off: AgreementReply
    away_from_cut_off: AgreementReply
