"""A comparison as it is kept: what ranking, money and PDs say, and what fairness says beside it.

Only here the two meet: the rooms that make them know nothing of each other.
"""

from __future__ import annotations

import hashlib
from typing import Any, Self

import orjson
from pydantic import Field

from data.store import Store
from data.store.audits import audits_of
from drift.shadow.schema import ShadowReport
from fairness.records import Comparison


class ShadowRecord(ShadowReport):
    """A report with the newest paired fairness audit of the same two versions."""

    titles: dict[str, dict[str, str]] = Field(
        description="Reasons and protected attributes in each language."
    )
    currency: str
    fairness: Comparison | None = Field(
        None, description="Null until both versions are audited on the same decisions."
    )
    fairness_audit: str | None = Field(None, description="Id of the challenger's audit.")

    @classmethod
    def of(cls, made: ShadowReport, **more: Any) -> Self:
        """``made`` with the rest."""
        parts = {name: getattr(made, name) for name in ShadowReport.model_fields}
        return cls(**parts, **more)

    def content(self) -> bytes:
        """The JSON that is kept and written."""
        return self.model_dump_json(indent=1).encode() + b"\n"


def report_id(content: bytes) -> str:
    """The id of a report: SHA-256 of its JSON."""
    return hashlib.sha256(content).hexdigest()


def newest_comparison(
    store: Store, champion: str, challenger: str
) -> tuple[str | None, Comparison | None]:
    """Id and paired part of the newest audit of ``challenger`` against ``champion``.

    Raises StoreError.
    """
    for entry in audits_of(store, challenger):
        if entry.champion == champion:
            compared = orjson.loads(entry.result)["comparison"]
            return entry.audit_id, Comparison.model_validate_json(orjson.dumps(compared))
    return None, None


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of ``report.json``."""
    return ShadowRecord.model_json_schema(mode="serialization")
