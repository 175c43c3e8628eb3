"""The published form of a search: plain JSON with a schema, nothing about a single person.

No count of a group is in it: ratios are rounded, and those of groups with too few people or too
few of one decision are null or left out.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from data.contract import Frozen, Text
from fairness.candidates import Kind
from fairness.schema_sections import Range
from fairness.search_claims import Check, SearchVerdict


class GroupRatio(Frozen):
    """Adverse impact ratio of a group at the policy's approval share."""

    attribute: str
    group: str
    air: float | None


class Trial(Frozen):
    """One candidate on the validation part; number 0 is the incumbent's recipe, fitted alike."""

    number: int
    kind: Kind
    parameters: dict[str, int | float | str | None]
    left_out: tuple[str, ...]
    coarse: tuple[str, ...]
    auc: float
    log_loss: float
    loss: float = Field(description="Bad rate of the loans that the policy would approve.")
    approved_share: float
    agreement: float = Field(description="Share of applicants whom two refits decide alike.")
    worst: float = Field(description="Lower over higher approval rate, of the worst-off group.")
    ratios: tuple[GroupRatio, ...]
    on_front: bool
    within_margins: bool
    finalist: bool


class LaterRatio(Frozen):
    """A group's ratio on the later data; the interval holds for all groups and models together."""

    attribute: str
    group: str
    reference: str
    air: Range


class LaterModel(Frozen):
    """A model on the later data, as it would serve."""

    number: int
    auc: Range
    approved_share: float
    ratios: tuple[LaterRatio, ...]


class Finalist(LaterModel):
    """A finalist against the incumbent, paired on the same people.

    ``auc_change`` has the 95 % interval; the margin is held by ``auc_proven``, the one-sided
    limit. ``loss_ratio``: bad rates of approved loans. ``air_change``: the named group's ratio
    over that under the incumbent.
    """

    auc_change: Range
    auc_proven: float
    loss_ratio: Range
    air_change: Range
    p: float = Field(description="One-sided, that the named group is nearer to parity.")
    p_corrected: float = Field(description="For all finalists (Holm).")
    met: tuple[Check, ...]
    failed: tuple[Check, ...]


class SearchInputs(Frozen):
    """What the search was computed from; the same inputs and trials give the same search."""

    version: str
    contract: str
    contract_hash: str
    data: dict[str, str] = Field(description="SHA-256 of each table's file.")
    attributes: tuple[str, ...]
    profile: str | None
    on: dt.date
    seed: int


class Budget(Frozen):
    """What was asked for and what was done."""

    trials: int
    done: int
    seconds: float | None
    ended: Literal["trials", "time", "interrupted"]
    reductions: bool


class Margins(Frozen):
    """What may be lost, fixed beforehand."""

    auc: float
    loss: float
    approvals: float
    error: float


class Parts(Frozen):
    """Loans with an outcome in each part, and applicants of the test period."""

    fit: int
    validation: int
    test: int
    applicants: int
    earlier_looks: int = Field(description="Searches that judged finalists on them before.")


class Search(Frozen):
    """A search for a less discriminatory alternative to one model."""

    format: Literal[1] = 1
    verdict: SearchVerdict
    found: int | None = Field(description="Number of the candidate that was found.")
    goal: LaterRatio = Field(description="The named group, with its ratio under the incumbent.")
    inputs: SearchInputs
    budget: Budget
    margins: Margins
    parts: Parts
    titles: dict[str, Text] = Field(description="Of the attributes.")
    features: dict[str, Text] = Field(description="Titles of the features that are named.")
    proxies: tuple[str, ...] = Field(description="Features with the largest share of the gap.")
    incumbent: LaterModel
    finalists: tuple[Finalist, ...]
    candidates: tuple[Trial, ...]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a search."""
    return Search.model_json_schema(mode="serialization")
