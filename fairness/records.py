"""The whole of an audit as it is kept: the audit, the decisions it is about, the comparison."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from pydantic import Field

from data.contract import Frozen
from fairness.schema import Audit
from fairness.schema_sections import Compared, Range
from scoring.states import State


class Period(Frozen):
    """The stored decisions that an audit is about: from the day ``start`` to ``end``, in UTC."""

    start: dt.date
    end: dt.date
    applications: int
    repeated: int = Field(description="Decisions that a later one on the same application replaced")
    erased: int = Field(description="Decisions left out because their applicants were erased.")
    others: dict[str, int] = Field(
        description="Applications that other model versions decided on in the period."
    )


class GroupChange(Compared):
    """What the challenger changes for a group, at the policies of both models.

    ``air``: its adverse impact ratio less the champion's; ``difference``: the same of the
    differences of approval rates. Rounded so that nothing is known of fewer than ten people, and
    null where a group is too small for that. The verdict is about the ratio, counted to 1 at most.
    """

    air: Range
    difference: Range
    p: float | None
    verdict: State
    applications_needed: int | None


class Moved(Frozen):
    """Decisions that differ in a group, the reference among them.

    ``gained``: approved by the challenger alone; ``lost``: by the champion alone; ``net``: gained
    less lost; ``p``: exact McNemar test, an applicant once.
    """

    attribute: str
    group: str
    gained: int | None
    lost: int | None
    net: int | None
    p: float | None


class Recalibrated(Frozen):
    """Observed over expected defaults of a group, the challenger's less the champion's."""

    attribute: str
    group: str
    ratio: Range


class Comparison(Frozen):
    """A challenger against the champion on the same applicants."""

    champion: str
    challenger: str
    champion_audit: str = Field(description="Id of the champion's audit on the same applicants.")
    applications: int
    applicants: int
    margin: float = Field(description="Loss of a ratio up to which it is NOT WORSE.")
    verdict: State
    groups: tuple[GroupChange, ...]
    moved: tuple[Moved, ...]
    calibration: tuple[Recalibrated, ...] = Field(description="Empty without known outcomes.")


class AuditRecord(Audit):
    """An audit with what it was about and, for a challenger, the comparison."""

    decisions: Period | None = Field(None, description="Null for an audit of labelled files.")
    comparison: Comparison | None = Field(None, description="Null without a champion.")

    @classmethod
    def of(
        cls, made: Audit, decisions: Period | None = None, comparison: Comparison | None = None
    ) -> AuditRecord:
        """``made`` with the rest."""
        parts = {name: getattr(made, name) for name in Audit.model_fields}
        return cls(**parts, decisions=decisions, comparison=comparison)

    def content(self) -> bytes:
        """The JSON that is kept and written."""
        return self.model_dump_json(indent=1).encode() + b"\n"


def audit_id(content: bytes) -> str:
    """The id of an audit: SHA-256 of its JSON, which holds the hashes of its inputs."""
    return hashlib.sha256(content).hexdigest()


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of ``audit.json``."""
    return AuditRecord.model_json_schema(mode="serialization")
