"""One explanation for three readers: the client, the officer and the auditor.

Everything comes from the decision, its stored explanation and the texts that this one names, so
that it reads the same at any time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Literal, NamedTuple

import orjson

from data.contract import Language, Text
from data.store.decisions import Decision
from scoring.capacity import CODES
from scoring.explanation_texts import texts, with_unit

Audience = Literal["client", "officer", "auditor"]

Section = dict[str, Any]
Record = Mapping[str, Any]


class Line(NamedTuple):
    """One sentence: the id of its text, or of the contract's, and the words."""

    id: str
    text: str


def tell(
    decision: Decision, explanation: bytes, audience: Audience, language: Language
) -> dict[str, Any]:
    """The explanation for ``audience`` in ``language``; the decision must not be erased."""
    record = orjson.loads(explanation)
    teller = _Teller(decision, record, language)
    reply: dict[str, Any] = {
        "decision_id": decision.decision_id,
        "audience": audience,
        "language": language,
        "recommendation": decision.recommendation,
        "method": record["method"],
        "texts": record["texts"],
        "sections": [] if audience == "auditor" else list(getattr(teller, f"for_{audience}")()),
    }
    if audience == "auditor":
        reply["evidence"] = _evidence(decision, record, explanation)
    return reply


def tell_options(decision: Decision, explanation: bytes, language: Language) -> dict[str, Any]:
    """What would have helped, and what-if ranges, with titles in ``language``."""
    record = orjson.loads(explanation)
    teller = _Teller(decision, record, language)
    return {
        "decision_id": decision.decision_id,
        "language": language,
        "recommendation": decision.recommendation,
        "status": teller.status(),
        "options": [
            {
                **option,
                "changes": [teller.titled(change) for change in option["changes"]],
                "follows": [teller.titled(change) for change in option["follows"]],
            }
            for option in record["options"]
        ],
        "ranges": record["ranges"],
    }


class _Teller:
    """Sentences about one decision in one language."""

    def __init__(self, decision: Decision, record: Record, language: Language) -> None:
        self._decision, self._record, self._language = decision, record, language
        self._texts = texts(record["texts"])
        self._told = orjson.loads(decision.record)

    def for_client(self) -> Iterator[Section]:
        """Sentences of at most 12 words, numbers as counts of ten."""
        yield self._section("result", [*self._result(), self._line("result.person")])
        if self._decision.scored:
            yield self._section("chance", [self._of_ten()])
            yield self._section("reasons", [*self._capacity(), *self._reasons()])
        yield self._section("used", self._used_by_client())
        if self._decision.scored:
            yield self._section("help", self._help())
        steps = [self._line(f"appeal.{n}") for n in ("ask", "how", "who")]
        when = self._line("appeal.when", count=self._record["appeal_days"])
        yield self._section("appeal", [*steps, when, self._line("appeal.data")])

    def for_officer(self) -> Iterator[Section]:
        """The result, its reasons, what is missing, and what to check on site."""
        yield self._section("result", [*self._result(), *self._notes(), *self._of_hundred()])
        if self._decision.scored:
            yield self._section("reasons", [*self._capacity(), *self._reasons()])
            yield self._section("check", self._checks())
        yield self._section("used", self._used_by_officer())
        if self._decision.scored:
            yield self._section("help", self._help())
        decide = [self._line("decide.you")]
        if self._decision.recommendation in {"approve", "decline"}:
            decide.append(self._line("decide.differ"))
        yield self._section("decide", decide)

    def status(self) -> str:
        """Whether options were found, none were, or none are needed."""
        if self._decision.recommendation == "approve":
            return "not_needed"
        if not self._decision.scored:
            return "not_scored"
        return "found" if self._record["options"] else "none_found"

    def titled(self, change: Record) -> dict[str, Any]:
        """A change with the title and unit of its field."""
        field = self._record["fields"][change["field"]]
        return {**change, "title": self._say(field["title"]), "unit": field["unit"]}

    def _section(self, name: str, lines: list[Line]) -> Section:
        return {
            "id": name,
            "title": self._line(f"title.{name}").text,
            "lines": [line._asdict() for line in lines],
        }

    def _line(self, text_id: str, **values: Any) -> Line:
        return Line(text_id, self._texts[text_id].in_language(self._language).format(**values))

    def _say(self, text: Mapping[str, str]) -> str:
        return Text.model_validate(text).in_language(self._language)

    def _result(self) -> list[Line]:
        rule = self._line(f"rule.{self._record['rule']['id']}")
        return [self._line(f"result.{self._decision.recommendation}"), rule]

    def _notes(self) -> list[Line]:
        """Reasons that are no features': that chance, or no model, decided."""
        aside = CODES if self._decision.scored else set()
        reasons = self._record["reasons"]
        notes = [r for r in reasons if r["direction"] is None and r["code"] not in aside]
        return [Line(f"reason.{r['code']}", self._say(r["text"])) for r in notes]

    def _capacity(self) -> list[Line]:
        """The reason of the rule about what can be repaid, which is not the model's."""
        notes = [r for r in self._record["reasons"] if r["code"] in CODES]
        return [Line(f"reason.{r['code']}", self._say(r["text"])) for r in notes]

    def _of_ten(self) -> Line:
        count = round(self._decision.numbers.pd * 10)
        if count == 0:
            return self._line("chance.few")
        return self._line("chance.some" if count > 1 else "chance.one", count=count)

    def _of_hundred(self) -> list[Line]:
        if not self._decision.scored:
            return []
        return [self._line("chance.hundred", count=round(self._decision.numbers.pd * 100))]

    def _reasons(self) -> list[Line]:
        reasons = [r for r in self._record["reasons"] if r["direction"] is not None]
        if not reasons:
            return [self._line("reasons.none")]
        way = "lowers" if reasons[0]["direction"] == "lowers_risk" else "raises"
        own = [Line(f"reason.{r['code']}", self._say(r["text"])) for r in reasons]
        return [self._line(f"reasons.{way}"), *own]

    def _checks(self) -> list[Line]:
        lines = []
        for reason in self._record["reasons"]:
            if reason["check"] is not None:
                lines.append(Line(f"check.{reason['code']}", self._say(reason["check"])))
            for name in reason["fields"]:
                value = self._value(name, self._record["values"][name])
                lines.append(self._line("check.field", field=self._title(name), value=value))
        return lines

    def _used_by_client(self) -> list[Line]:
        lines = []
        if missing := self._told["missing_fields"]:
            lines.append(self._line("used.missing", count=len(missing)))
        if any(part["status"] == "no_consent" for part in self._told["masked_sources"]):
            lines.append(self._line("used.no_consent"))
        return lines or [self._line("used.all")]

    def _used_by_officer(self) -> list[Line]:
        masked = [part["source"] for part in self._told["masked_sources"]]
        sources = [self._say(self._record["sources"][name]) for name in masked]
        lines = [self._line("used.source", source=source) for source in sources]
        missing = [self._title(name) for name in self._told["missing_fields"]]
        lines += [self._line("used.missing_field", field=field) for field in missing]
        return lines or [self._line("used.all")]

    def _help(self) -> list[Line]:
        status = self.status()
        if status != "found":
            return [self._line("help.none" if status == "none_found" else "help.not_needed")]
        lines = []
        for option in self._record["options"]:
            lines.append(self._line(f"help.{option['recommendation']}"))
            for change in option["changes"]:
                kind = "help.change_with_time" if change["with_time"] else "help.change"
                lines.append(self._changed(kind, change))
            lines += [self._changed("help.follows", change) for change in option["follows"]]
        return [*lines, self._line("help.no_promise")]

    def _changed(self, text_id: str, change: Record) -> Line:
        name, value = change["field"], self._value(change["field"], change["to"])
        return self._line(text_id, field=self._title(name), value=value)

    def _title(self, name: str) -> str:
        return self._say(self._record["fields"][name]["title"])

    def _value(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return self._line("value.yes" if value else "value.no").text
        if isinstance(value, str):
            return value.replace("_", " ")
        unit = self._record["fields"][name]["unit"]
        return with_unit(value, unit, self._language, self._record["texts"])


def _evidence(decision: Decision, record: Record, explanation: bytes) -> dict[str, Any]:
    """All that stands behind a decision and its explanation."""
    told = orjson.loads(decision.record)
    return {
        "decided_at": decision.created_at.isoformat(),
        "key_id": decision.key_id,
        "branch": decision.branch,
        "versions": {
            "model": decision.model_version,
            "contract": decision.contract_hash,
            "policy": decision.policy_version,
            "background": record["background"],
            "texts": record["texts"],
        },
        "probability_of_default": decision.pd,
        "log_odds": decision.log_odds,
        "points": decision.points,
        "band": decision.band,
        "rule": record["rule"],
        "capacity": told.get("capacity"),
        "base": record["base"],
        "contributions": record["contributions"],
        "values": record["values"],
        "reasons": record["reasons"],
        "as_served": {
            "method": told["explanation_method"],
            "base": told.get("base"),
            "contributions": told.get("contributions"),
            "reasons": told["reasons"],
        },
        "masked_sources": told["masked_sources"],
        "missing_fields": told["missing_fields"],
        "options": record["options"],
        "request": orjson.loads(decision.request),
        "explanation_sha256": sha256(explanation).hexdigest(),
    }
