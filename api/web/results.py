"""A stored decision as a page shows it; all from the record, in the words of its own contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Literal, NamedTuple

import orjson

from api.serving import Serving
from api.web.pictures import PointsScale, Push, of_hundred, points_scale, pushes
from data.contract import Contract, Language, Text
from data.store.decisions import Decision
from scoring import capacity
from scoring.policy import RECOMMENDATIONS, REFER, Recommendation

Advice = Recommendation | Literal["refer"]


@dataclass(frozen=True)
class Result:
    """A decision, in one language. Without its model it has no pictures and plain names.

    ``late``: of 100 people like this about so many repay late, between ``low`` and ``high`` at
    95 % where that was measured; None where the model was suspended and nobody was asked.
    ``by_rule``: the words of the capacity rule where it, and not the model, decided.
    """

    decision: Decision
    recommendation: Advice
    reasons: tuple[Mapping[str, Any], ...]
    late: int | None
    between: tuple[int, int] | None
    scale: PointsScale | None
    pushes: tuple[Push, ...]
    missing: tuple[str, ...]
    masked: tuple[tuple[str, str], ...]
    by_rule: str | None


def result_of(decision: Decision, serving: Serving | None, language: Language) -> Result:
    """The result of ``decision``; its pictures need the model that made it to be in service."""
    record = orjson.loads(decision.record)
    scorer = serving.scorer if serving is not None else None
    if scorer is not None and scorer.version != decision.model_version:
        scorer = None
    contract = scorer.contract if scorer is not None else None
    drawn = scorer if decision.scored else None
    limits = record.get("interval")
    return Result(
        decision=decision,
        recommendation=advice(decision),
        reasons=tuple(r | {"text": r["text"][language]} for r in record["reasons"]),
        late=None if decision.pd is None else of_hundred(decision.pd),
        between=(floor(100 * limits[0]), ceil(100 * limits[1])) if limits else None,
        scale=points_scale(drawn.bundle.rules, decision.numbers.points) if drawn else None,
        pushes=pushes(drawn, record["contributions"], given_values(decision)) if drawn else (),
        missing=tuple(_feature(contract, name, language) for name in record["missing_fields"]),
        masked=tuple(
            (_source(contract, m["source"], language), m["status"])
            for m in record["masked_sources"]
        ),
        by_rule=record["reasons"][0]["text"][language]
        if capacity.decided(decision.recommendation, record)
        else None,
    )


def advice(decision: Decision) -> Advice:
    """What the model recommends, or ``refer`` where it was not asked."""
    for known in (*RECOMMENDATIONS, REFER):
        if decision.recommendation == known:
            return known
    raise ValueError("a decision has an unknown recommendation")


def _feature(contract: Contract | None, name: str, language: Language) -> str:
    if contract is None or name not in contract.features:
        return name.replace("_", " ")
    return contract.features[name].title.in_language(language)


def _source(contract: Contract | None, name: str, language: Language) -> str:
    if contract is None or name not in contract.sources:
        return name.replace("_", " ")
    return contract.sources[name].title.in_language(language)


class Term(NamedTuple):
    """One question about the terms of a loan: its role, its feature, what was asked for."""

    role: str
    name: str
    title: Text
    unit: str | None
    between: tuple[float, float] | None
    now: float


def terms_of(decision: Decision, contract: Contract) -> list[Term]:
    """Amount and term of the application, as far as the contract names them."""
    given, found = given_values(decision), []
    for role, name in (("amount", contract.terms.amount), ("term", contract.terms.term)):
        if name is not None and name in contract.inputs and given.get(name) is not None:
            spec = contract.spec(name)
            title = contract.features[name].title
            found.append(Term(role, name, title, spec.unit, spec.range, float(given[name])))
    return found


def given_values(decision: Decision) -> dict[str, Any]:
    """The values that the decision's request gave, by name of the feature."""
    sources = orjson.loads(decision.request)["sources"]
    return {name: value for values in sources.values() for name, value in values.items()}
