"""The applicants that an audit is about: those that the model did not learn from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.contract import TermRole
from data.errors import NotEnoughDataError
from data.features.applications import Applications
from fairness.groups import FEWEST_PEOPLE, BoolArray, CountArray, Grouping, grouping
from scoring.scorer import Scorer, Scores
from scoring.split import split
from scoring.vector import FloatArray, feature_values

Names = NDArray[np.object_]
Rows = NDArray[np.intp]
Part = Literal["test", "all", "decisions"]
Days = NDArray[np.int64]
PERIODS_WITHOUT_TIME = -(2**52)
"""Days before 1970 from which applications without a time have a made-up period of their own."""


@dataclass(frozen=True)
class Sample:
    """n applicants, scored, with their groups.

    ``matrix`` (n, k): what the model sees; ``approved`` (n): recommended for approval by the
    policy in force, the capacity rule included, and not ``referred`` to a person for too thin a
    file (n; None: nobody; part "decisions": as it was decided, or as another model would have
    decided on those applicants); ``y`` (n): 1 bad, 0 good, NaN no outcome; ``strata``: segment
    names (n); ``days`` (n): day of each application since 1970-01-01; ``terms``: amount, rate and
    collateral asked for (n each, NaN missing), as far as the contract names them; ``columns``: all
    inputs (n each), from which reasons are made again; ``propensity`` (n): the logged probability
    that a loan would be given, 1 where the lender chose to, 0 where nobody could have had one.
    """

    part: Part
    matrix: FloatArray
    scores: Scores
    approved: BoolArray
    y: FloatArray
    groupings: tuple[Grouping, ...]
    strata: Mapping[str, Names] = field(default_factory=dict)
    days: Days | None = None
    terms: Mapping[TermRole, FloatArray] = field(default_factory=dict)
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    propensity: FloatArray | None = None
    referred: BoolArray | None = None

    @property
    def period(self) -> tuple[int, int]:
        """First day, and the first day after the last one.

        Applications without a time have a made-up day long ago, the same for the same inputs.
        """
        if self.days is not None:
            return int(self.days.min()), int(self.days.max()) + 1
        digest = hashlib.sha256(self.y.tobytes())
        for name in sorted(self.columns):
            if self.columns[name].dtype == np.float64:
                digest.update(np.ascontiguousarray(self.columns[name]).tobytes())
        made_up = PERIODS_WITHOUT_TIME + int.from_bytes(digest.digest()[:6])
        return made_up, made_up + 1

    @property
    def people(self) -> CountArray:
        """Applicants of each group of each attribute, end to end."""
        return np.concatenate([g.people for g in self.groupings])

    def __len__(self) -> int:
        return len(self.y)


def held_out(scorer: Scorer, applications: Applications, y: FloatArray) -> Rows:
    """Positions of the applicants in the test period (or test part) of the model's own data.

    The split of training is made again with the seed of the bundle. Those who came back and
    those without an outcome belong to the period as well: the policy decides on all of them.
    """
    keys, as_of = applications.keys, applications.as_of
    order = np.argsort(keys["application"].to_numpy(dtype=np.str_), kind="stable")
    matrix = _matrix(scorer, applications.inputs)
    parts = split(
        scorer.contract,
        keys.iloc[order],
        None if as_of is None else as_of.iloc[order],
        y[order],
        matrix[order],
        int(scorer.bundle.lineage["seed"]),
    )
    rows: Rows = np.sort(order[np.setdiff1d(parts.later, parts.recent)]).astype(np.intp)
    return rows


def draw(
    scorer: Scorer,
    applications: Applications,
    y: FloatArray,
    groups: pd.DataFrame,
    strata: Mapping[str, Names] | None = None,
    rows: Rows | None = None,
    propensity: FloatArray | None = None,
) -> Sample:
    """Score the applicants at ``rows`` (None: all of them) and put them into groups.

    ``groups`` (N) has the group name of each protected attribute, ``strata`` the segment of each
    applicant, ``propensity`` (N) what ``data.propensity`` gives. Raises NotEnoughDataError below
    FEWEST_PEOPLE applicants or without an attribute.
    """
    at = np.arange(len(y), dtype=np.intp) if rows is None else rows
    if len(at) < FEWEST_PEOPLE or groups.shape[1] == 0:
        raise NotEnoughDataError(
            f"an audit needs {FEWEST_PEOPLE} applications and a protected attribute: there are "
            f"{len(at)} and {groups.shape[1]}"
        )
    inputs = applications.inputs.iloc[at]
    columns = {str(name): inputs[name].to_numpy() for name in inputs}
    scores = scorer.score(columns, len(inputs))
    return Sample(
        part="all" if rows is None else "test",
        matrix=scores.matrix,
        scores=scores,
        approved=scorer.approved(scores),
        y=y[at],
        groupings=tuple(
            grouping(str(n), groups[n].to_numpy()[at], scorer.contract.protected[str(n)].reference)
            for n in groups
        ),
        strata={name: names[at] for name, names in (strata or {}).items()},
        days=None if applications.as_of is None else _days(applications.as_of)[at],
        terms=terms_of(scorer, inputs),
        columns=columns,
        propensity=None if propensity is None else propensity[at],
        referred=scorer.thin_files.among(scores.matrix),
    )


def terms_of(scorer: Scorer, inputs: pd.DataFrame) -> dict[TermRole, FloatArray]:
    """Amount, rate and collateral asked for (n each), as far as the contract names them."""
    found: dict[TermRole, FloatArray] = {}
    columns = {str(name): inputs[name].to_numpy() for name in inputs}
    for role in get_args(TermRole):
        name = getattr(scorer.contract.terms, role)
        if name is None:
            continue
        found[role] = feature_values(scorer.contract, name, columns)
    return found


def strata_of(
    applications: Applications, features: Sequence[str] = ("product",)
) -> dict[str, Names]:
    """Product, branch and season (quarter) of each application, as far as they are known."""
    found = {name: applications.inputs[name] for name in features if name in applications.inputs}
    if applications.keys["branch"].notna().any():
        found["branch"] = applications.keys["branch"]
    if applications.as_of is not None:
        found["season"] = "Q" + applications.as_of.dt.quarter.astype("Int64").astype("string")
    return {n: v.where(v.notna(), "not stated").to_numpy(dtype=object) for n, v in found.items()}


def _days(as_of: pd.Series[pd.Timestamp]) -> Days:
    return as_of.to_numpy().astype("datetime64[D]").astype(np.int64)


def _matrix(scorer: Scorer, inputs: pd.DataFrame) -> FloatArray:
    columns = {str(name): inputs[name].to_numpy() for name in inputs}
    return scorer.vectorizer.matrix(columns, len(inputs))
