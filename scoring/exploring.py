"""The random-approval quota: chance recommends few loans among those declined near the cut-off.

Only so can anybody know how those declined would have paid, and whether another model would be
better (Banasik and Crook 2007). Each decision carries the probability that chance had, so that
outcomes can be weighted by its inverse (Horvitz and Thompson 1952).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Any

import orjson

from data.contract import Language
from data.store.decisions import Decision
from scoring.policy import DecisionRules

CODE = "RANDOMISED"
TEXT: dict[Language, str] = {
    "en": "This approval is recommended by chance, to learn how applicants near the limit repay: "
    "by the score alone it would be a decline. You may decide otherwise.",
    "fr": "Cette acceptation est recommandée par le hasard, pour apprendre comment remboursent les "
    "demandeurs proches de la limite\u00a0: selon le seul score, ce serait un refus. Vous pouvez "
    "décider autrement.",
    "sw": "Kukubali huku kunapendekezwa kwa bahati, ili kujifunza jinsi waombaji walio karibu na "
    "kikomo wanavyolipa: kwa alama pekee ombi lingekataliwa. Unaweza kuamua vingine.",
}
"""What an officer is told first where chance recommends a loan."""
_HEX = 16


@dataclass(frozen=True)
class Quota:
    """``share``: probability of a loan (0.01 to 0.05) for those declined whose log-odds are less
    than ``width`` above the cut-off."""

    share: float
    width: float

    def near(self, decision: Decision, rules: DecisionRules) -> bool:
        """Whether the score alone declines, and is next to the cut-off.

        Chance lends to nobody whose instalment is, or may be, above the capacity rule's limit.
        """
        if decision.recommendation != "decline" or decision.log_odds is None:
            return False
        if orjson.loads(decision.record).get("capacity", {}).get("status", "within") != "within":
            return False
        cut_off = log(rules.decline_from / (1 - rules.decline_from))
        return bool(decision.log_odds < cut_off + self.width)

    def draws(self, secret: str) -> bool:
        """Whether chance gives a loan, by a keyed hash (hexadecimal) of who asks in which month."""
        return int(secret[:_HEX], 16) < self.share * float(16**_HEX)


def explored(decision: Decision, exploration: Mapping[str, Any]) -> Decision:
    """``decision`` with ``exploration`` in its record: ``{"propensity": p, "drawn": bool}``.

    Where chance drew it, it is an approval, and says first that it is one by chance.
    """
    record = orjson.loads(decision.record)
    record["exploration"] = dict(exploration)
    if not exploration["drawn"]:
        return decision._replace(record=orjson.dumps(record))
    told = {"code": CODE, "direction": None, "contribution": None, "text": TEXT}
    record["reasons"] = [told, *record["reasons"]]
    return decision._replace(recommendation="approve", record=orjson.dumps(record))
