"""A whole check of a window as it is kept: what was looked at, and all that was found."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from data.contract import Frozen
from drift.check import FEWEST_ROWS, check
from drift.contract_checks import check_contract
from drift.findings import (
    Finding,
    LayerVerdict,
    Level,
    RealisedVerdict,
    findings,
    highest,
    layers,
)
from drift.harm import APPROVE, Harm, estimate
from drift.null import Nulls
from drift.observed import matrix_of
from drift.populations import PopulationName, PopulationShift, shifts
from drift.reference import Reference
from drift.tolerances import Tolerances
from drift.verdicts import DriftReport
from drift.window import Expected, Window
from scoring.vector import FloatArray

Source = Literal["scheduled", "asked", "file"]
Members = dict[PopulationName, NDArray[np.bool_]]
"""Population to whether each row belongs to it."""


class Seen(Frozen):
    """What a window was made of.

    ``own``: decided by this very model; ``repeated``: decisions that a later one on the same
    application replaced; ``erased``: that nobody can read any more; ``other_contract``: made
    under another contract, whose requests this one cannot read. ``masked``: source to why it was
    not used, and for how many applications. ``put_aside``: rows of files that break a
    rule; ``sha256``: file to its hash.
    """

    start: dt.date
    end: dt.date
    own: int | None = None
    repeated: int = 0
    erased: int = 0
    other_contract: int = 0
    put_aside: int = 0
    sha256: dict[str, str] = Field(default={})
    masked: dict[str, dict[str, int]] = Field(default={})


class Season(Frozen):
    """The same season a year before. ``rows``: its applications; null: too few for a reference."""

    start: dt.date
    end: dt.date
    rows: int | None


class DriftCheck(Frozen):
    """A kept check of one model. ``level``: the highest of what was found, or ``ok``."""

    schema_version: Literal[1] = 1
    model: str
    source: Source
    window: Seen
    season: Season | None
    level: Level | Literal["ok"]
    layers: dict[str, LayerVerdict]
    findings: tuple[Finding, ...]
    report: DriftReport
    harm: Harm | None
    realised: RealisedVerdict | None
    populations: tuple[PopulationShift, ...]

    def content(self) -> bytes:
        """The JSON that is kept; its SHA-256 is the check's id."""
        return self.model_dump_json().encode()

    @property
    def check_id(self) -> str:
        """SHA-256 of ``content``."""
        return hashlib.sha256(self.content()).hexdigest()


@dataclass(frozen=True)
class Cohort:
    """The applications of a window: ``who`` applied (n), and who belongs to which population."""

    window: Window
    seen: Seen
    who: NDArray[Any]
    members: Members = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.window)


@dataclass(frozen=True)
class Yardstick:
    """What a window is compared with: both references, and what was fixed before it was seen."""

    reference: Reference
    season: Season | None = None
    same_season: Reference | None = None
    nulls: Nulls = field(default_factory=Nulls)
    expected: Expected = field(default_factory=Expected)
    tolerances: Tolerances = field(default_factory=Tolerances)

    @property
    def model(self) -> str:
        """Version of the model."""
        return self.reference.scorer.version if self.reference.scorer else ""


def whole_check(
    found: Cohort,
    against: Yardstick,
    source: Source,
    realised: RealisedVerdict | None = None,
) -> DriftCheck:
    """Layers 0 to 4 of a window, and what is known of layer 5.

    Raises NotEnoughDataError when the window has too few rows to say anything of.
    """
    reference, window = against.reference, found.window
    report = check(
        reference,
        window,
        season=against.same_season,
        nulls=against.nulls,
        expected=against.expected,
    )
    harm, apart = _estimated(found, against) if len(found) >= FEWEST_ROWS else (None, ())
    told = findings(report, harm, realised)
    return DriftCheck(
        model=against.model,
        source=source,
        window=found.seen,
        season=against.season,
        level=highest(told),
        layers=layers(report, harm, realised, told),
        findings=told,
        report=report,
        harm=harm,
        realised=realised,
        populations=apart,
    )


def _estimated(
    found: Cohort, against: Yardstick
) -> tuple[Harm | None, tuple[PopulationShift, ...]]:
    reference, n = against.reference, len(found)
    columns = check_contract(reference, found.window, against.expected).columns
    matrix = matrix_of(reference, columns, slice(0, n))
    everyone: Members = {"applicants": np.ones(n, dtype=bool)}
    members = everyone | _accepted(reference, matrix) | found.members
    season = against.same_season
    harm = estimate(reference, matrix, found.who, against.tolerances, season)
    return harm, shifts(reference, matrix, members)


def _accepted(reference: Reference, matrix: FloatArray) -> Members:
    if reference.scorer is None:
        return {}
    scores = reference.scorer.score_matrix(matrix, explain=False)
    return {"accepted": scores.recommendation == APPROVE}


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a kept check."""
    return DriftCheck.model_json_schema(mode="serialization")


def read(content: bytes) -> DriftCheck:
    """A kept check, read back."""
    return DriftCheck.model_validate_json(content)
