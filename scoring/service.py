"""The use case behind /score: applications in, decisions to store out, replies from what is stored.

Nothing but ``decide`` makes a decision, and a reply is only ever rendered from the stored
record, so that reading a decision back gives the same answer as the day it was made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from os import urandom
from typing import Any, Literal

import orjson

from data.contract import Language
from data.store.decisions import Decision
from scoring import capacity
from scoring.policy import REFER
from scoring.referring import SUSPENDED, THIN_FILE, Referral
from scoring.scorer import Scorer, Scores

MaskStatus = Literal["not_given", "no_consent"]
EXPLANATION_METHOD = "path_dependent_treeshap"
NOT_EXPLAINED = "none"
_TOLERANCE = 1e-6
"""Log-odds by which a score and the sum of its contributions may differ."""


@dataclass(frozen=True, slots=True)
class Application:
    """One application that was checked against the contract.

    ``values`` maps input names to values (absent or None is missing), ``masked`` the sources
    that are not used to the reason why, and ``request`` is what was asked, as canonical JSON.
    ``rows``: sources that still are rows (by table) and become values before anything is decided.
    """

    application_id: str
    applicant_id: str
    branch: str | None
    officer: str | None
    values: Mapping[str, Any]
    masked: Mapping[str, MaskStatus]
    request: bytes
    rows: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]] = field(default_factory=dict)


def decide(
    scorer: Scorer, applications: Sequence[Application], key_id: str, now: datetime
) -> list[Decision]:
    """Score ``applications`` with one model and return the decisions to store, in order.

    A suspended model scores nobody: all are referred to a person, without any number, and so are
    those of whom too little is known. Raises ValueError for a score that is not the finite sum
    of its contributions.
    """
    if scorer.suspended:
        return [_referral(SUSPENDED, scorer, a, key_id, now) for a in applications]
    scores = _score(scorer, applications)
    thin = scorer.thin_files.among(scores.matrix)
    told = _Told(scorer, scores)
    pds, log_odds, points = scores.pd.tolist(), scores.log_odds.tolist(), scores.points.tolist()
    ids = _new_ids(now, len(applications))
    return [
        _referral(THIN_FILE, scorer, application, key_id, now, _capacity(scorer, scores, i, REFER))
        if thin is not None and thin[i]
        else Decision(
            decision_id=ids[i],
            created_at=now,
            key_id=key_id,
            branch=application.branch,
            officer=application.officer,
            application_id=application.application_id,
            applicant_id=application.applicant_id,
            model_version=scorer.version,
            contract_hash=scorer.contract_hash,
            policy_version=scorer.bundle.rules.policy_version,
            pd=pds[i],
            log_odds=log_odds[i],
            points=points[i],
            band=scorer.band_name(scores, i),
            recommendation=scorer.recommendation_name(scores, i),
            request=application.request,
            record=_record(told, i, application),
        )
        for i, application in enumerate(applications)
    ]


def _referral(
    why: Referral,
    scorer: Scorer,
    application: Application,
    key_id: str,
    now: datetime,
    found: capacity.Finding | None = None,
) -> Decision:
    """What is decided where no score may be given: a person does, and nothing is made up."""
    reason = {"code": why.code, "direction": None, "contribution": None, "text": why.text}
    record = {
        "reasons": capacity.with_reason([reason], found),
        "masked_sources": _masked(application),
        "missing_fields": _missing_fields(scorer, application),
        **({} if found is None else {"capacity": found.record}),
        "explanation_method": NOT_EXPLAINED,
        "base": None,
        "contributions": {},
    }
    return Decision(
        decision_id=_new_ids(now, 1)[0],
        created_at=now,
        key_id=key_id,
        branch=application.branch,
        officer=application.officer,
        application_id=application.application_id,
        applicant_id=application.applicant_id,
        model_version=scorer.version,
        contract_hash=scorer.contract_hash,
        policy_version=scorer.bundle.rules.policy_version,
        pd=None,
        log_odds=None,
        points=None,
        band=None,
        recommendation=REFER,
        request=application.request,
        record=orjson.dumps(record),
    )


def _capacity(
    scorer: Scorer, scores: Scores, i: int, by_score: str | None = None
) -> capacity.Finding | None:
    rule, judged = scorer.capacity_rule, scores.capacity
    if rule is None or judged is None:
        return None
    return capacity.finding(rule, judged, i, by_score)


def _masked(application: Application) -> list[dict[str, str]]:
    return [{"source": source, "status": why} for source, why in application.masked.items()]


def _new_ids(now: datetime, n: int) -> list[str]:
    """UUIDs of version 7 (RFC 9562): neighbours in time are neighbours in the store's index."""
    began, drawn = f"{int(now.timestamp() * 1000):012x}", urandom(10 * n).hex()
    begins = f"{began[:8]}-{began[8:]}-7"
    return [
        f"{begins}{drawn[i : i + 3]}-{'89ab'[int(drawn[i + 3], 16) & 3]}{drawn[i + 4 : i + 7]}-"
        f"{drawn[i + 8 : i + 20]}"
        for i in range(0, 20 * n, 20)
    ]


def _score(scorer: Scorer, applications: Sequence[Application]) -> Scores:
    return scorer.score_each([a.values for a in applications])


class _Told:
    """What the records of some decisions say beyond the decisions, row by row."""

    def __init__(self, scorer: Scorer, scores: Scores) -> None:
        if scores.contributions is None:
            raise ValueError("a decision needs its contributions")
        self.contributions = scores.contributions.tolist()
        sums = zip(map(sum, self.contributions), scores.log_odds.tolist(), strict=True)
        if not all(abs(total - log_odds) <= _TOLERANCE for total, log_odds in sums):
            raise ValueError("a score is not the sum of its contributions")
        self.scorer, self.scores = scorer, scores
        self.features = scorer.contract.model_features
        self.reasons = scorer.reasons(scores)
        self.intervals = scorer.intervals(scores)


def _record(told: _Told, i: int, application: Application) -> bytes:
    row, found = told.contributions[i], _capacity(told.scorer, told.scores, i)
    return orjson.dumps(
        {
            "reasons": capacity.with_reason(told.reasons[i], found),
            "interval": told.intervals[i],
            "masked_sources": _masked(application),
            "missing_fields": _missing_fields(told.scorer, application),
            **({} if found is None else {"capacity": found.record}),
            "explanation_method": EXPLANATION_METHOD,
            "base": row[-1],
            "contributions": dict(zip(told.features, row, strict=False)),
        }
    )


def _missing_fields(scorer: Scorer, application: Application) -> list[str]:
    """Inputs that have no value although their source was given."""
    value, masked, sources = application.values.get, application.masked, scorer.sources
    return [name for name in sources if value(name) is None and sources[name] not in masked]


def render(decision: Decision, language: Language, *, contributions: bool) -> bytes:
    """The reply in ``language`` as JSON, from the stored ``decision`` alone.

    ``contributions`` adds the base and every feature's log-odds; they add up to ``log_odds``.
    """
    record = orjson.loads(decision.record if contributions else _told(decision.record))
    for reason in record["reasons"]:
        reason["text"] = reason["text"][language]
    reply: dict[str, Any] = {
        "decision_id": decision.decision_id,
        "application_id": decision.application_id,
        "created_at": decision.created_at,
        "probability_of_default": decision.pd,
        "probability_interval": _interval(record),
        "log_odds": decision.log_odds,
        "points": decision.points,
        "band": decision.band,
        "recommendation": decision.recommendation,
        "reasons": record["reasons"],
        "masked_sources": record["masked_sources"],
        "missing_fields": record["missing_fields"],
        "capacity": record.get("capacity"),
        "versions": {
            "model": decision.model_version,
            "contract": decision.contract_hash,
            "policy": decision.policy_version,
        },
        "language": language,
        "explanation_method": record["explanation_method"],
    }
    if contributions:
        reply |= {"base": record["base"], "contributions": record["contributions"]}
    return orjson.dumps(reply)


def _interval(record: Mapping[str, Any]) -> dict[str, float] | None:
    """The interval of a record; decisions of a model without one have none."""
    limits = record.get("interval")
    return None if limits is None else {"low": limits[0], "high": limits[1]}


def _told(record: bytes) -> bytes:
    """``record`` without the base and the contributions, which stand last in it.

    No text can hold the mark: within a JSON string each of its quotes has a backslash before it.
    """
    told, mark, _ = record.partition(b',"base":')
    return told + b"}" if mark else record
