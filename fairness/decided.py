"""The applicants that stored decisions are about: scored and decided on the day, not again."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pandas as pd

from data.contract import Contract
from data.errors import NotEnoughDataError
from data.features.applications import Applications
from data.store.decisions import Decision
from fairness.flip_test import Flip
from fairness.groups import FEWEST_PEOPLE, grouping
from fairness.sample import Sample, strata_of, terms_of
from scoring.capacity import STATUSES, Judged, model_said
from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer, Scores

APPROVE = RECOMMENDATIONS.index("approve")
REQUEST = "request"
SCORED_AGAIN = "scored again from the request alone"


@dataclass(frozen=True)
class Decided:
    """What one model decided from the day ``start`` to the day ``end``, both included, in UTC.

    ``decisions``: the last one of each application. ``repeated``: decisions of this model that a
    later one replaced; ``erased``: those whose applicants were erased and that nobody can read.
    """

    version: str
    start: dt.date
    end: dt.date
    decisions: tuple[Decision, ...]
    repeated: int
    erased: int

    def __len__(self) -> int:
        return len(self.decisions)

    @property
    def sha256(self) -> str:
        """Of what was asked and answered, in order."""
        digest = hashlib.sha256()
        for d in self.decisions:
            scored = f"{d.numbers.log_odds.hex()} {d.recommendation}"
            told = f"{d.decision_id} {scored} {len(d.request)} "
            digest.update(told.encode() + d.request)
        return digest.hexdigest()


def limits(start: dt.date, end: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The period from the day ``start`` to the day ``end`` as times for the ledger."""
    midnight = dt.time(tzinfo=dt.UTC)
    return dt.datetime.combine(start, midnight), dt.datetime.combine(
        end + dt.timedelta(days=1), midnight
    )


def by_version(found: Iterable[Decision], start: dt.date, end: dt.date) -> dict[str, Decided]:
    """Decisions in order of their time, by the model that made them, the busiest first.

    Of several decisions about one application the last one counts, whichever model made it.
    """
    last: dict[str, Decision] = {}
    made: dict[str, int] = {}
    erased: dict[str, int] = {}
    for decision in found:
        version = decision.model_version
        made[version] = made.get(version, 0) + 1
        if decision.erased:
            erased[version] = erased.get(version, 0) + 1
        else:
            last.pop(decision.application_id, None)
            last[decision.application_id] = decision
    kept: dict[str, list[Decision]] = {version: [] for version in made}
    for decision in last.values():
        kept[decision.model_version].append(decision)
    return {
        v: Decided(v, start, end, tuple(kept[v]), made[v] - erased.get(v, 0) - len(kept[v]),
                   erased.get(v, 0))
        for v in sorted(made, key=lambda v: -len(kept[v]))
    }  # fmt: skip


def applications_of(contract: Contract, decided: Decided) -> Applications:
    """The stored requests as applications, with the time of each decision as ``as_of``.

    Raises NotEnoughDataError when a decision was made under another contract, whose requests this
    one need not be able to read.
    """
    requests = [orjson.loads(d.request) for d in decided.decisions]
    keys = pd.DataFrame(
        {
            "application": [d.application_id for d in decided.decisions],
            "applicant": [d.applicant_id for d in decided.decisions],
            "branch": [d.branch for d in decided.decisions],
            "officer": [d.officer for d in decided.decisions],
        },
        dtype=object,
    )
    times = [d.created_at.replace(tzinfo=None) for d in decided.decisions]
    given = [_given(request) for request in requests]
    columns = {name: _column(contract, name, given) for name in contract.inputs}
    as_of = pd.Series(times, name="as_of", dtype="datetime64[us]")
    return Applications(contract, keys, as_of, pd.DataFrame(columns))


def check(scorer: Scorer, decided: Decided) -> None:
    """Raise NotEnoughDataError when ``decided`` cannot be audited as ``scorer``'s."""
    if any(d.contract_hash != scorer.contract_hash for d in decided.decisions):
        raise NotEnoughDataError(
            f"the contract changed within the period: some decisions of {decided.version} were "
            "made under another one; audit a shorter period"
        )
    if len(decided) < FEWEST_PEOPLE:
        raise NotEnoughDataError(
            f"an audit needs {FEWEST_PEOPLE} applications: {decided.version} decided on "
            f"{len(decided)} that can be read from {decided.start} to {decided.end}"
        )


def decided_sample(
    scorer: Scorer, decided: Decided, applications: Applications, groups: pd.DataFrame
) -> Sample:
    """The applicants of ``decided`` with their scores as stored, in ``groups`` (n).

    Outcomes are not known. Raises NotEnoughDataError (``check``), or without a protected attribute
    or anybody in a reference group.
    """
    check(scorer, decided)
    if groups.shape[1] == 0:
        raise NotEnoughDataError("the contract names no protected attribute to audit")
    inputs = applications.inputs
    columns = {str(name): inputs[name].to_numpy() for name in inputs}
    matrix = scorer.vectorizer.matrix(columns, len(inputs))
    scores = _scores(scorer, decided.decisions, matrix)
    days = np.array([d.created_at.date().toordinal() for d in decided.decisions])
    return Sample(
        part="decisions",
        matrix=matrix,
        scores=scores,
        approved=np.equal(scores.recommendation, APPROVE),
        y=np.full(len(inputs), np.nan),
        groupings=tuple(
            grouping(str(n), groups[n].to_numpy(), scorer.contract.protected[str(n)].reference)
            for n in groups
        ),
        strata=strata_of(applications),
        days=(days - dt.date(1970, 1, 1).toordinal()).astype(np.int64),
        terms=terms_of(scorer, inputs),
        columns=columns,
    )


def replayed(scorer: Scorer, sample: Sample) -> list[Flip]:
    """For each attribute: who would score otherwise if the request were all that is known.

    A stored request holds no protected value. A score that comes out of it again to the last bit
    cannot have depended on one.
    """
    again = scorer.score_matrix(sample.matrix, explain=False).log_odds
    moved = np.abs(again - sample.scores.log_odds)
    return [
        Flip(
            attribute=g.title,
            column=REQUEST,
            change=SCORED_AGAIN,
            values_changed=0,
            applications=len(sample),
            inputs_changed=0,
            scores_changed=int(np.count_nonzero(moved)),
            largest_change=float(moved.max(initial=0.0)),
        )
        for g in sample.groupings
    ]


def _given(request: Mapping[str, Any]) -> dict[str, Any]:
    sources: Mapping[str, Mapping[str, Any]] = request["sources"]
    return {name: value for values in sources.values() for name, value in values.items()}


def _column(contract: Contract, name: str, given: Sequence[Mapping[str, Any]]) -> pd.Series[Any]:
    values = [one.get(name) for one in given]
    if contract.spec(name).categories is not None:
        return pd.Series(values, dtype=object)
    return pd.Series([np.nan if v is None else float(v) for v in values], dtype=np.float64)


def _scores(scorer: Scorer, decisions: Sequence[Decision], matrix: Any) -> Scores:
    rules = scorer.bundle.rules
    bands = {name: i for i, name in enumerate(rules.bands)}
    named = {name: i for i, name in enumerate(RECOMMENDATIONS)}
    records = [orjson.loads(d.record) for d in decisions]
    numbers = [d.numbers for d in decisions]
    features = scorer.contract.model_features
    stored = np.array([named[d.recommendation] for d in decisions], dtype=np.intp)  # type: ignore[index]
    return Scores(
        log_odds=np.array([n.log_odds for n in numbers]),
        pd=np.array([n.pd for n in numbers]),
        points=np.array([n.points for n in numbers], dtype=np.int64),
        band=np.array([bands[n.band] for n in numbers], dtype=np.intp),
        recommendation=stored,
        contributions=np.array(
            [[*(r["contributions"][name] for name in features), r["base"]] for r in records]
        ),
        matrix=matrix,
        capacity=_capacity(scorer, decisions, records),
    )


def _capacity(
    scorer: Scorer, decisions: Sequence[Decision], records: Sequence[Mapping[str, Any]]
) -> Judged | None:
    """What the capacity rule said on the day; None where the contract has none."""
    if scorer.capacity_rule is None:
        return None
    rules = [record["capacity"] for record in records]
    pairs = zip(decisions, records, strict=True)
    said = [RECOMMENDATIONS.index(model_said(d.recommendation, r)) for d, r in pairs]
    return Judged(
        np.array([np.nan if rule["share"] is None else rule["share"] for rule in rules]),
        np.array([STATUSES.index(rule["status"]) for rule in rules], dtype=np.intp),
        np.array(said, dtype=np.intp),
    )
