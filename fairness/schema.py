"""The published form of an audit: plain JSON with a schema, nothing about a single person."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from data.contract import Frozen, Language, TermRole, Text
from fairness.schema_sections import Range, Sections
from fairness.verdicts import Verdict


class Finding(Frozen):
    """One verdict: a metric of a group, judged as the profile says.

    ``group``: null for the flip test, which is about everyone. ``reference``: null there and
    where a group is held against its own PDs. ``rule``: policy, or an
    approved share; null for metrics without one. ``duties``: rules of the profile that make the
    metric a legal duty on the day of the audit; none: good practice. ``family``: one of the
    comparisons that are corrected together; ``counts``: a FAIL of it fails the whole audit.
    """

    metric: str
    attribute: str
    group: str | None
    reference: str | None
    rule: str | None
    measure: str | None = Field(description="What is compared; null where the metric says it.")
    verdict: Verdict
    estimate: Range
    tolerance: tuple[float | None, float | None]
    applications_needed: int | None
    duties: tuple[str, ...]
    family: bool
    counts: bool


class Inputs(Frozen):
    """What the audit was computed from; the same inputs give the same audit."""

    version: str
    contract: str
    contract_hash: str
    data: dict[str, str] = Field(description="SHA-256 of each table's file.")
    profile: str
    profile_version: dt.date
    profile_hash: str
    on: dt.date = Field(description="The day on which legal duties are looked at.")
    seed: int


class Population(Frozen):
    """Whom the audit is about."""

    part: Literal["test", "all", "decisions"]
    first_day: dt.date | None = Field(description="Of the applications; null without a time.")
    last_day: dt.date | None
    applications: int
    with_outcome: int
    approved_share: float
    referred_share: float = Field(
        0.0, description="Too little is known for a score: a person decides, so not approved."
    )
    capacity_share: float = Field(
        0.0, description="Approved by the score, but not by the capacity rule: so not approved."
    )


class Law(Frozen):
    """A rule of the profile that a finding is a duty under."""

    en: str
    fr: str
    sw: str | None = Field(None, description="Null in audits made before it was told.")
    source: str

    def in_language(self, language: Language) -> str:
        """What it says; in English where the language is missing."""
        return str(getattr(self, language) or self.en)


class Audit(Sections):
    """A fairness audit of one model under one profile."""

    format: Literal[2] = 2
    verdict: Verdict
    inputs: Inputs
    population: Population
    titles: dict[str, Text] = Field(description="Of the attributes.")
    terms: dict[TermRole, Text] = Field(description="Titles of amount, rate and collateral.")
    features: dict[str, Text] = Field(description="Titles of the features that are named.")
    jurisdiction: dict[Language, str]
    laws: dict[str, Law]
    findings: tuple[Finding, ...]
    withheld: int = Field(description="Counts that are not published, nor to the nearest ten.")


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an audit."""
    return Audit.model_json_schema(mode="serialization")
