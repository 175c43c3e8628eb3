"""What an applicant can repay: a rule of the contract beside the score, never part of it.

The share of the income that the instalment takes is compared with the contract's limit. Without
an instalment of its own a loan has that of an annuity: A·i / (1 - (1 + i)^-n) for an amount A, n
months and a rate i of a month; A / n where i is 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract, Language
from data.contract_capacity import Annuity
from scoring.policy import RECOMMENDATIONS, Recommendation
from scoring.reasons import MOST_REASONS
from scoring.vector import Columns, FloatArray, feature_values

Status = Literal["within", "unknown", "above"]
STATUSES: tuple[Status, ...] = ("within", "unknown", "above")
ABOVE, UNKNOWN = "CAPACITY", "CAPACITY_UNKNOWN"
"""Codes of the reasons that a person is told."""
CODES = frozenset({ABOVE, UNKNOWN})
_CODE: dict[Status, str | None] = {"within": None, "unknown": UNKNOWN, "above": ABOVE}
NOT_KNOWN: dict[Language, str] = {
    "en": "The income or instalment is not known: a person looks at it.",
    "fr": "Le revenu ou la mensualité manque\u00a0: une personne examine.",
    "sw": "Kipato au rejesho halijulikani, kwa hiyo mtu ataliangalia ombi.",
}


_RANK = {name: rank for rank, name in enumerate(RECOMMENDATIONS)}


class Judged(NamedTuple):
    """What the rule says of n applications.

    ``share``: instalment over income, NaN where either is not known; ``status``: index into
    STATUSES; ``by_score``: index into RECOMMENDATIONS of what the score alone would be.
    """

    share: FloatArray
    status: NDArray[np.intp]
    by_score: NDArray[np.intp]


class CapacityRule:
    """The rule of one contract, for columns of inputs; ``names``: the inputs that it reads."""

    def __init__(self, contract: Contract) -> None:
        rule = contract.policy.capacity
        if rule is None:
            raise ValueError("the contract has no capacity rule")
        self.rule, self._contract = rule, contract
        terms, annuity = contract.terms, rule.annuity
        if annuity is None:
            wanted: list[str | float | None] = [terms.instalment]
        else:
            wanted = [terms.amount, terms.term, annuity.rate]
        features = [contract.features[n] for n in (*wanted, rule.income) if isinstance(n, str)]
        found = {n for f in features if f.formula for names in f.formula.values() for n in names}
        found |= {n for n in (*wanted, rule.income) if n in contract.inputs}
        self.names = tuple(n for n in contract.inputs if n in found)
        least: dict[Status, Recommendation] = {
            "within": "approve",
            "unknown": "review",
            "above": rule.otherwise,
        }
        self._least = np.array([_RANK[least[s]] for s in STATUSES])

    def least(self, status: Status) -> int:
        """Index into RECOMMENDATIONS of the best that is recommended at ``status``."""
        return int(self._least[STATUSES.index(status)])

    def judge_each(
        self, each: Sequence[Mapping[str, Any]], by_score: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], Judged]:
        """As ``judge``, for applications given as their inputs by name."""
        return self.judge({n: [values.get(n) for values in each] for n in self.names}, by_score)

    def judge(
        self, columns: Columns, by_score: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], Judged]:
        """The recommendation in force (n) and what the rule says; the stricter of both counts.

        ``columns``: inputs by name (n each); an absent one is missing. ``by_score`` (n): what the
        score alone recommends.
        """
        share = self.shares(columns, len(by_score))
        # A quotient of decimals that equals the limit is the limit's own double, so that exactly
        # the limit is within; a product with the limit need not be.
        above = np.where(share > self.rule.at_most, STATUSES.index("above"), 0)
        status = np.where(np.isnan(share), STATUSES.index("unknown"), above).astype(np.intp)
        in_force = np.maximum(by_score, self._least[status])
        return in_force, Judged(share, status, by_score)

    def told(self, judged: Judged) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
        """Code of the reason (n; None where there is none), and whether the rule decided (n)."""
        codes = np.array([_CODE[s] for s in STATUSES], dtype=object)[judged.status]
        return codes, self._least[judged.status] > judged.by_score

    def shares(self, columns: Columns, n: int) -> FloatArray:
        """Instalment over income (n): NaN where one is missing, infinite without any income."""
        given = {name: np.asarray(columns.get(name, np.full(n, np.nan))) for name in self.names}
        income = feature_values(self._contract, self.rule.income, given)
        owed = self._instalments(given)
        with np.errstate(all="ignore"):
            share = np.where(income > 0, owed / income, np.inf)
        return np.where(np.isnan(income) | np.isnan(owed), np.nan, share)

    def _instalments(self, given: Columns) -> FloatArray:
        terms, annuity, contract = self._contract.terms, self.rule.annuity, self._contract
        if annuity is None:
            return feature_values(contract, str(terms.instalment), given)
        amount = feature_values(contract, str(terms.amount), given)
        months = feature_values(contract, str(terms.term), given)
        rate = annuity.rate
        rates = feature_values(contract, rate, given) if isinstance(rate, str) else np.full(1, rate)
        return instalments(amount, months, monthly(rates, annuity))


def monthly(rate: FloatArray, annuity: Annuity) -> FloatArray:
    """Rates of a month, as shares, from what the contract says rates are."""
    share = rate / 100 if annuity.percent else rate
    return share / 12 if annuity.per == "year" else share


def instalments(amount: FloatArray, months: FloatArray, rate: FloatArray) -> FloatArray:
    """Level instalments (n) of annuities; ``rate``: of a month. NaN where a loan makes no sense."""
    with np.errstate(all="ignore"):
        # expm1 and log1p: rates near 0 lose no figures.
        factor = np.where(rate == 0, 1 / months, rate / -np.expm1(-months * np.log1p(rate)))
        owed: FloatArray = np.where(
            (months > 0) & (amount > 0) & (rate >= 0), amount * factor, np.nan
        )
    return owed


class Finding(NamedTuple):
    """The rule for one decision: what its record says, and the reason that a person is told.

    ``decided``: the rule, and not the score, made the recommendation what it is.
    """

    record: dict[str, Any]
    reason: dict[str, Any] | None
    decided: bool


def finding(rule: CapacityRule, judged: Judged, i: int, by_score: str | None = None) -> Finding:
    """What row ``i`` comes to; ``by_score``: of a referral, which the rule leaves as it is."""
    share, status = float(judged.share[i]), STATUSES[int(judged.status[i])]
    record = {
        "status": status,
        "share": share if isfinite(share) else None,
        "at_most": rule.rule.at_most,
        "by_score": by_score or RECOMMENDATIONS[int(judged.by_score[i])],
    }
    stricter = rule.least(status) > judged.by_score[i]
    return Finding(record, _reason(rule, status), by_score is None and bool(stricter))


def _reason(rule: CapacityRule, status: Status) -> dict[str, Any] | None:
    if status == "within":
        return None
    text = vars(rule.rule.text) if status == "above" else NOT_KNOWN
    return {"code": _CODE[status], "direction": None, "contribution": None, "text": text}


def with_reason(reasons: list[dict[str, Any]], found: Finding | None) -> list[dict[str, Any]]:
    """The model's reasons and the rule's: that one stands first where the rule decided."""
    if found is None or found.reason is None:
        return reasons
    fewer = reasons[: MOST_REASONS - 1]
    return [found.reason, *fewer] if found.decided else [*fewer, found.reason]


def put_back(
    reasons: list[dict[str, Any]], served: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Other reasons of the model with the rule's own where it stood among those ``served``."""
    own = [dict(reason) for reason in served if reason["code"] in CODES]
    fewer = reasons[: MOST_REASONS - len(own)]
    return [*own, *fewer] if own and served[0]["code"] in CODES else [*fewer, *own]


def model_said(recommendation: str, record: Mapping[str, Any]) -> str:
    """What a stored decision would be by its score alone."""
    rule = record.get("capacity")
    return recommendation if rule is None or rule["status"] == "within" else str(rule["by_score"])


def decided(recommendation: str, record: Mapping[str, Any]) -> bool:
    """Whether this rule, and not the score, made a stored decision what it is."""
    return model_said(recommendation, record) != recommendation
