"""Computing a stored decision again, by the path that made it, to the last bit."""

from typing import Any, NamedTuple

import orjson

from data.errors import RegistryError
from data.store.decisions import Decision
from scoring.exploring import explored
from scoring.referring import SUSPENDED
from scoring.scorer import Scorer
from scoring.service import Application, decide

_MADE_UP = frozenset({"decision_id", "created_at", "key_id", "record"})
"""What a replay takes over from the stored decision, and what is compared part by part."""


class Difference(NamedTuple):
    """One thing that was computed otherwise; ``field`` is a dotted name."""

    field: str
    stored: Any
    computed: Any


def replay(decision: Decision, scorer: Scorer) -> list[Difference]:
    """Decide again from the stored request and compare; empty when every bit is the same.

    Raises RegistryError when the decision was made by another model or is erased.
    """
    if decision.erased:
        raise RegistryError("what this decision was made from is erased; it cannot be replayed")
    if _suspended(decision):
        raise RegistryError("the model was suspended: a person was asked and nothing was computed")
    if decision.model_version != scorer.version:
        raise RegistryError(f"the decision was made by the model {decision.model_version}")
    again = decide(scorer, [asked(decision)], decision.key_id, decision.created_at)[0]
    drawn = orjson.loads(decision.record).get("exploration")
    if drawn is not None:  # what chance said stands; all else is computed
        again = explored(again, drawn)
    found = [
        Difference(field, stored, computed)
        for field, stored, computed in zip(Decision._fields, decision, again, strict=True)
        if field not in _MADE_UP
    ]
    found += _record_parts(orjson.loads(decision.record), orjson.loads(again.record))
    return [pair for pair in found if not _same(pair.stored, pair.computed)]


def _suspended(decision: Decision) -> bool:
    reasons = orjson.loads(decision.record)["reasons"]
    return not decision.scored and reasons[0]["code"] == SUSPENDED.code


def asked(decision: Decision) -> Application:
    """The application of a stored decision, with the sources that were masked then."""
    request, record = orjson.loads(decision.request), orjson.loads(decision.record)
    return Application(
        application_id=request["application_id"],
        applicant_id=request["applicant_id"],
        branch=request["branch_id"],
        officer=request["officer_id"],
        values={name: v for source in request["sources"].values() for name, v in source.items()},
        masked={part["source"]: part["status"] for part in record["masked_sources"]},
        request=decision.request,
    )


def _record_parts(stored: dict[str, Any], computed: dict[str, Any]) -> list[Difference]:
    """The parts of two records; contributions one by one."""
    parts = []
    for name in {**stored, **computed}:
        before, after = stored.get(name), computed.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            inner = {**before, **after}
            parts += [Difference(f"{name}.{n}", before.get(n), after.get(n)) for n in inner]
        else:
            parts.append(Difference(name, before, after))
    return parts


def _same(stored: Any, computed: Any) -> bool:
    """Equal, and of one type: 0.0 and -0.0 are equal, as SQLite has no sign of a zero."""
    return type(stored) is type(computed) and bool(stored == computed)
