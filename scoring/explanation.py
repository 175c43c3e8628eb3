"""The one record behind every explanation of a decision: made once, by the model that decided.

It holds all that readers are told of, titles and texts of the contract included, so that telling
it needs nothing else but the decision and the numbered texts. Law behind it: GDPR art. 15(1)(h)
and 22, CJEU C-634/21 and C-203/22, EU AI Act art. 86, Regulation B 12 CFR 1002.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal

import numpy as np
import orjson

from data.contract import Contract, FieldSpec
from data.errors import RegistryError
from data.store.decisions import Decision
from scoring import capacity, exploring
from scoring.adverse import Adverse, AdverseReasons
from scoring.counterfactuals import options
from scoring.explanation_texts import NEWEST
from scoring.policy import REFER
from scoring.ranges import what_if_ranges
from scoring.referring import SUSPENDED, THIN_FILE
from scoring.replay import asked
from scoring.scorer import Scorer

FORMAT = 1
MOST_FIELDS = 2
"""Fields of a reason that an officer is sent to look at."""
_TOLERANCE = 1e-6

Rule = Literal[
    "approve_below",
    "between",
    "decline_from",
    "suspended",
    "thin_file",
    "by_chance",
    "capacity",
    "capacity_unknown",
]
_RULES: dict[str, Rule] = {
    "approve": "approve_below",
    "review": "between",
    "decline": "decline_from",
    SUSPENDED.code: "suspended",
    THIN_FILE.code: "thin_file",
    exploring.CODE: "by_chance",
    capacity.ABOVE: "capacity",
    capacity.UNKNOWN: "capacity_unknown",
}
"""What the policy says of each recommendation, and of what takes its place, by its code."""


class Explainer:
    """Explains the decisions of one model. Threads may share it."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        self._adverse = AdverseReasons(scorer)

    def explain(self, decision: Decision, appeal_days: int) -> bytes:
        """The record of ``decision``, a JSON document; the same bytes for the same decision.

        A review or decline is explained against approved, performing applications (see
        ``adverse``), an approval as its reply was, and a decision without a model not at all. What
        the capacity rule made a review or decline of an approval is no reason of the model's: its
        own reasons stand beside the rule's, as they were served.
        ``appeal_days``: within which an appeal is answered. Raises RegistryError when another
        model decided, the decision is erased, or the model does not score it as it did.
        """
        if decision.erased or decision.model_version != self.scorer.version:
            raise RegistryError("this model did not make the decision, or it is erased")
        values = asked(decision).values
        record = {
            "format": FORMAT,
            "texts": NEWEST,
            **self._reasons(decision, values),
            "rule": self._rule(decision),
            "options": self._options(values) if decision.scored else [],
            "ranges": what_if_ranges(self.scorer, values) if decision.scored else {},
            "fields": _fields(self.scorer.contract),
            "sources": _sources(self.scorer.contract),
            "appeal_days": appeal_days,
        }
        return orjson.dumps(record)

    def _reasons(self, decision: Decision, values: Mapping[str, Any]) -> dict[str, Any]:
        contract, told = self.scorer.contract, orjson.loads(decision.record)
        seen = self._seen(values)
        if capacity.model_said(decision.recommendation, told) in {"approve", REFER}:
            method, background = told["explanation_method"], None
            base, contributions = told.get("base"), told.get("contributions", {})
            reasons = told["reasons"]
        else:
            found = self._adverse_of(decision, values)
            by_feature = found.contributions.tolist()
            rows = {"version": self._adverse.background_version, "rows": found.against}
            method, background = found.method, rows if found.against else None
            base = by_feature[-1]
            contributions = dict(zip(contract.model_features, by_feature, strict=False))
            reasons = capacity.put_back(found.reasons, told["reasons"])
        return {
            "method": method,
            "background": background,
            "base": base,
            "contributions": contributions,
            "values": seen,
            "reasons": [{**r, **_on_site(contract, r, contributions, seen)} for r in reasons],
        }

    def _adverse_of(self, decision: Decision, values: Mapping[str, Any]) -> Adverse:
        found = self._adverse.of(values)
        if abs(float(found.contributions.sum()) - decision.numbers.log_odds) > _TOLERANCE:
            raise RegistryError("the contributions do not add up to the score that was served")
        return found

    def _seen(self, values: Mapping[str, Any]) -> dict[str, float | str | bool | None]:
        """What the model sees, by feature: a category by its name, missing is None."""
        row = self.scorer.vectorizer.rows([values])[0].tolist()
        named = zip(self.scorer.contract.model_features, row, strict=True)
        return {name: _plain(self.scorer.contract.spec(name), value) for name, value in named}

    def _rule(self, decision: Decision) -> dict[str, Any]:
        """The rule of the policy that the recommendation followed from."""
        rules = self.scorer.bundle.rules
        key, told = decision.recommendation, orjson.loads(decision.record)
        for first in told["reasons"][:1]:
            ruled = first["code"] not in capacity.CODES or capacity.decided(key, told)
            if first["direction"] is None and ruled:  # not the policy's cut-offs
                key = first["code"]
        limits = {"approve_below": rules.approve_below, "decline_from": rules.decline_from}
        return {
            "id": _RULES[key],
            "policy": decision.policy_version,
            **limits,
            "points": {n: _points(self.scorer, pd) for n, pd in limits.items()},
        }

    def _options(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [asdict(option) for option in options(self.scorer, values)]


def _plain(spec: FieldSpec, value: float) -> float | str | bool | None:
    if value != value:  # noqa: PLR0124  (NaN)
        return None
    if spec.categories is not None:
        return spec.categories[int(value)]
    return bool(value) if spec.type == "boolean" else value


def _points(scorer: Scorer, pd: float) -> int:
    """Points of a probability of default."""
    log_odds = np.log(np.array([pd / (1 - pd)]))
    return int(scorer.bundle.rules.score_points(log_odds)[0])


def _on_site(
    contract: Contract,
    reason: Mapping[str, Any],
    contributions: Mapping[str, float],
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """The known fields that drove a reason most, and what the contract says to check."""
    group = contract.reasons.get(reason["code"])
    if group is None:  # no group of features: the model gave no score
        return {"fields": [], "check": None}
    sign = 1 if reason["direction"] == "raises_risk" else -1
    driving = [n for n in group.features if values[n] is not None and sign * contributions[n] > 0]
    driving.sort(key=lambda n: -sign * round(contributions[n], 9))
    check = group.check.model_dump() if group.check else None
    return {"fields": driving[:MOST_FIELDS], "check": check}


def _fields(contract: Contract) -> dict[str, Any]:
    return {
        name: {"title": feature.title.model_dump(), "unit": contract.spec(name).unit}
        for name, feature in contract.features.items()
    }


def _sources(contract: Contract) -> dict[str, Any]:
    return {name: source.title.model_dump() for name, source in contract.sources.items()}
