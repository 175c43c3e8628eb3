"""The shapes of replies about model versions and what is done to them."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from api.replies import Reply
from data.store.models import Action, AliasEvent, ModelVersion
from scoring.gates import GateResult


class GateReply(Reply):
    """One check of a version."""

    name: str
    passed: bool
    detail: str
    codes: list[str] = Field(description="Names the sentences of 'detail', one or more.")

    @classmethod
    def of(cls, gate: GateResult) -> Self:
        """A gate's reply."""
        return cls(**gate.plain())


class ModelEvent(Reply):
    """Something that was done to an alias."""

    alias: str
    action: Action
    from_version: str | None
    to_version: str
    actor: str
    reason: str
    at: datetime

    @classmethod
    def of(cls, event: AliasEvent) -> Self:
        """An event's reply."""
        return cls(**{name: getattr(event, name) for name in cls.model_fields})


class ModelReply(Reply):
    """One registered version."""

    version: str
    contract: str
    created_at: datetime
    created_by: str
    aliases: list[str]

    @classmethod
    def of(cls, model: ModelVersion, aliases: dict[str, str]) -> Self:
        """A version's reply; ``aliases`` are all there are."""
        return cls(
            version=model.version,
            contract=model.contract,
            created_at=model.created_at,
            created_by=model.created_by,
            aliases=sorted(a for a, version in aliases.items() if version == model.version),
        )


class ModelsReply(Reply):
    """All versions, newest first, and what is under way."""

    models: list[ModelReply]
    suspended: ModelEvent | None = Field(description="Who suspended the model, and why.")
    proposed: ModelEvent | None = Field(description="Who proposed a champion, and why.")


class HistoryReply(Reply):
    """All that was done to the champion, newest first."""

    events: list[ModelEvent]


class PromotionReply(Reply):
    """What came of asking for a champion."""

    version: str
    state: Literal["proposed", "promoted", "champion already"] = Field(
        description="'proposed': another person has to ask for the same within 7 days."
    )
    people: list[str]
    gates: list[GateReply]


class ChangeReply(Reply):
    """The champion after a change, and whether people decide instead of it."""

    version: str
    suspended: bool
