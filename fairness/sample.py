"""The applicants that an audit is about: those that the model did not learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import NotEnoughDataError
from data.features.applications import Applications
from fairness.groups import FEWEST_PEOPLE, BoolArray, CountArray, Grouping, grouping
from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer, Scores
from scoring.split import split
from scoring.vector import FloatArray

Names = NDArray[np.object_]
Rows = NDArray[np.intp]
Part = Literal["test", "all"]


@dataclass(frozen=True)
class Sample:
    """n applicants, scored, with their groups.

    ``matrix`` (n, k): what the model sees; ``approved`` (n): recommended for approval by the
    policy in force; ``y`` (n): 1 bad, 0 good, NaN no outcome; ``strata``: segment names (n).
    """

    part: Part
    matrix: FloatArray
    scores: Scores
    approved: BoolArray
    y: FloatArray
    groupings: tuple[Grouping, ...]
    strata: Mapping[str, Names] = field(default_factory=dict)

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
) -> Sample:
    """Score the applicants at ``rows`` (None: all of them) and put them into groups.

    ``groups`` (N) has the group name of each protected attribute, ``strata`` the segment of each
    applicant. Raises NotEnoughDataError below FEWEST_PEOPLE applicants or without an attribute.
    """
    at = np.arange(len(y), dtype=np.intp) if rows is None else rows
    if len(at) < FEWEST_PEOPLE or groups.shape[1] == 0:
        raise NotEnoughDataError(
            f"an audit needs {FEWEST_PEOPLE} applications and a protected attribute: there are "
            f"{len(at)} and {groups.shape[1]}"
        )
    matrix = _matrix(scorer, applications.inputs.iloc[at])
    scores = scorer.score_matrix(matrix)
    return Sample(
        part="all" if rows is None else "test",
        matrix=matrix,
        scores=scores,
        approved=np.equal(scores.recommendation, RECOMMENDATIONS.index("approve")),
        y=y[at],
        groupings=tuple(
            grouping(str(n), groups[n].to_numpy()[at], scorer.contract.protected[str(n)].reference)
            for n in groups
        ),
        strata={name: names[at] for name, names in (strata or {}).items()},
    )


def strata_of(
    applications: Applications, features: Sequence[str] = ("product",)
) -> dict[str, Names]:
    """Branch and product of each application, as far as the contract has them."""
    found = {name: applications.inputs[name] for name in features if name in applications.inputs}
    if applications.keys["branch"].notna().any():
        found["branch"] = applications.keys["branch"]
    return {n: v.where(v.notna(), "not stated").to_numpy(dtype=object) for n, v in found.items()}


def _matrix(scorer: Scorer, inputs: pd.DataFrame) -> FloatArray:
    columns = {str(name): inputs[name].to_numpy() for name in inputs}
    return scorer.vectorizer.matrix(columns, len(inputs))
