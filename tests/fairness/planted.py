"""Worlds with a known bias, lived through as a lender does: generate, train, audit.

A portfolio is audited on its own test period. What is true of its model is seen on a population:
far more applicants of the same period, from the same officers, weather and bias, none of whom
stand in the portfolio, approved by the same model at the same cut-off.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.contract import Contract
from data.contract_loading import load_contract
from data.features.applications import Applications, build_applications
from data.features.protected import protected_groups
from data.labels import outcomes
from data.synthetic.bias import Bias
from data.synthetic.chunks import draw_chunk
from data.synthetic.files import tables, truth_rows
from data.synthetic.world import World, build_world
from fairness.audit import audit
from fairness.groups import BoolArray
from fairness.profiles import load_profile
from fairness.sample import Sample, draw, held_out
from fairness.schema import Audit
from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer
from scoring.training import TrainingOptions, train
from scoring.vector import FloatArray, Vectorizer

PLANTED = Bias(records=-1.5, equal_groups=True)
"""Against women, in the records and (as in every shipped world) in the past approvals."""
PROFILE = "uemoa"
"""All five protected attributes of the contract belong to its family."""
ON = dt.date(2026, 12, 1)
SINCE = np.datetime64("2023-09-01")
"""No test period begins earlier; a population has nobody from before."""
PEOPLE_OF_POPULATION = 1_000_000
"""Seed of the people in populations, above those of all portfolios."""

Tables = dict[str, pa.Table]


@dataclass(frozen=True)
class Truth:
    """Women against men, among all who could have applied.

    ``air``: adverse impact ratio of the model's policy; ``tpr_gap``: difference of the shares
    approved of those who would repay; ``past_air``: AIR of the lender's decisions; ``fresh``
    (chunks, 4): approved women, women, approved men and men of each chunk, every one a sample that
    an audit of the same model could have seen.
    """

    air: float
    tpr_gap: float
    past_air: float
    fresh: FloatArray


PARITY = Truth(1.0, 0.0, 1.0, np.empty((0, 4)))
"""The truth without bias, whatever the model: women and men are shuffled among the applicants."""


@dataclass(frozen=True)
class Population:
    """N applicants and all that is known of them.

    ``matrix`` (N, k): what the model sees; ``as_of`` (N): when they applied; ``approval`` (N):
    the probability that the lender approved; ``bad`` (N): the outcome that a loan has or would
    have had; ``chunk`` (N): those of one number are what one portfolio has.
    """

    matrix: FloatArray
    as_of: NDArray[np.datetime64]
    women: BoolArray
    approval: FloatArray
    bad: BoolArray
    chunk: NDArray[np.intp]

    def truth(self, scorer: Scorer, since: np.datetime64) -> Truth:
        """What is true of the model from the day on which its test period begins."""
        scores = scorer.score_matrix(self.matrix, explain=False)
        approved = scores.recommendation == RECOMMENDATIONS.index("approve")
        here = self.as_of >= since
        women, men = here & self.women, here & ~self.women
        tpr = [float(approved[rows & ~self.bad].mean()) for rows in (women, men)]
        return Truth(
            air=float(approved[women].mean() / approved[men].mean()),
            tpr_gap=tpr[0] - tpr[1],
            past_air=float(self.approval[women].mean() / self.approval[men].mean()),
            fresh=np.column_stack([self._counts(rows, approved) for rows in (women, men)]),
        )

    def _counts(self, rows: BoolArray, approved: BoolArray) -> FloatArray:
        """Approved and all of ``rows`` (N) in each chunk: (chunks, 2)."""
        of = [
            np.bincount(self.chunk[at], minlength=self.chunk.max() + 1)
            for at in (rows & approved, rows)
        ]
        return np.column_stack(of).astype(np.float64)


@dataclass(frozen=True)
class Case:
    """One portfolio's model and audit; ``past`` (n): whom of the sample the lender approved."""

    scorer: Scorer
    sample: Sample
    audit: Audit
    past: BoolArray
    since: np.datetime64


@cache
def contract() -> Contract:
    """The contract of the synthetic portfolio."""
    return load_contract("microloan")


def population(world: World, applications: int, chunks: int) -> Population:
    """The applicants since SINCE among ``chunks`` of ``applications`` each."""
    elsewhere = replace(world, seed=PEOPLE_OF_POPULATION)
    parts = [_people(elsewhere, applications, number) for number in range(chunks)]
    return Population(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _people(world: World, applications: int, number: int) -> tuple[NDArray[Any], ...]:
    """Columns of a Population, without the tables that only labels need."""
    chunk = draw_chunk(world, number, applications, 0)
    found = dict(takewhile(lambda named: named[0] != "instalments", tables(chunk)))
    late = pc.greater_equal(found["applications"]["applied_at"], pa.scalar(SINCE.item()))
    found["applications"] = found["applications"].filter(late)
    made = build_applications(contract(), found)
    columns = {str(name): made.inputs[name].to_numpy() for name in made.inputs}
    truth = truth_rows(chunk).filter(late)
    return (
        Vectorizer(contract()).matrix(columns, len(made.inputs)),
        _times(made),
        pc.equal(truth["sex"], "female").to_numpy(),
        truth["approval_probability"].to_numpy(),
        truth["bad"].to_numpy(),
        np.full(len(made.inputs), number, dtype=np.intp),
    )


def live(place: int, seed: int, bias: Bias, applications: int, attributes: Sequence[str]) -> Case:
    """Generate a portfolio, train on it and audit the model by ``attributes``.

    ``place``: which officers and weather; ``seed``: which people.
    """
    world = replace(build_world(place, bias), seed=seed)
    found: Tables = dict(tables(draw_chunk(world, 0, applications, 0)))
    made = build_applications(contract(), found)
    y = outcomes(contract(), found, made)
    options = TrainingOptions(seed=seed)
    trained = train(contract(), made.inputs, made.keys, made.as_of, y, options, {})
    scorer = Scorer(trained.bundle, f"microloan-{seed:012}")
    rows = held_out(scorer, made, y)
    groups = protected_groups(contract(), found, made.keys, made.as_of)[list(attributes)]
    sample = draw(scorer, made, y, groups, rows=rows)
    decided = pc.equal(found["applications"]["decision"], "approved").to_numpy()
    return Case(
        scorer,
        sample,
        audit(scorer, sample, load_profile(PROFILE), data={}, on=ON).audit,
        decided[rows],
        _times(made)[rows].min(),
    )


def _times(made: Applications) -> NDArray[np.datetime64]:
    if made.as_of is None:
        raise AssertionError("the contract has a time of application")
    return made.as_of.to_numpy()
