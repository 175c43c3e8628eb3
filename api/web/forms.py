"""The application form of a contract: what it asks, what was typed, and what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from api.problem_rules import (
    AT_LEAST,
    AT_MOST,
    KEY,
    NO_SCORE,
    NUMBER,
    ONE_OF,
    REQUIRED,
    TRUE_OR_FALSE,
    WHOLE_NUMBER,
)
from api.problems import BrokenRule
from api.request_schema import is_required, sources_asked
from api.web.translations import Words, mark
from api.web.writing import Writing
from data.contract import Contract, FieldSpec, Text
from data.sentences import Sentence

Kind = Literal["number", "integer", "choice", "boolean"]
APPLICANT, APPLICATION = "applicant_id", "application_id"
GENERAL = "form"
"""Stands for an error that belongs to no field."""

RULES = {
    REQUIRED: mark("Fill this in."),
    NUMBER: mark("Enter a number."),
    WHOLE_NUMBER: mark("Enter a whole number."),
    TRUE_OR_FALSE: mark("Choose yes or no."),
    ONE_OF: mark("Choose one of the list."),
    KEY: mark("Use 1 to 64 letters, digits or the signs . _ : - without spaces."),
    NO_SCORE: mark("Without this consent there is no score."),
}
NOT_A_NUMBER = RULES[NUMBER]
OTHER_RULE = mark("Correct this.")


@dataclass(frozen=True)
class Question:
    """One field of the form: how it is asked, what was typed and what is wrong with it."""

    name: str
    title: Text
    kind: Kind
    unit: str | None
    between: tuple[float, float] | None
    choices: tuple[str, ...]
    required: bool
    value: str
    error: str | None

    @property
    def id(self) -> str:
        """The id of the field in the page."""
        return self.name.replace(".", "-")


@dataclass(frozen=True)
class Part:
    """One source of the contract as a part of the form. ``agreed``: yes, no, or not asked."""

    source: str
    title: Text
    purpose: Text
    on_consent: bool
    required: bool
    agreed: str
    error: str | None
    questions: tuple[Question, ...]

    @property
    def is_open(self) -> bool:
        """Whether it is unfolded from the start."""
        filled = any(q.value for q in self.questions)
        return self.required or filled or bool(self.agreed or self.error)


def parts(
    contract: Contract, values: Mapping[str, str], errors: Mapping[str, str]
) -> tuple[Part, ...]:
    """The form with what was typed (by name of the field) and what is wrong (the same names)."""
    return tuple(_part(contract, name, values, errors) for name in sources_asked(contract))


def _part(
    contract: Contract, name: str, values: Mapping[str, str], errors: Mapping[str, str]
) -> Part:
    source = contract.sources[name]
    asked = [(f"f.{i}", i) for i in contract.inputs_by_source[name]]
    return Part(
        source=name,
        title=source.title,
        purpose=source.purpose,
        on_consent=source.legal_basis == "consent",
        required=source.required,
        agreed=values.get(f"c.{name}", ""),
        error=errors.get(f"c.{name}"),
        questions=tuple(
            _question(contract, field, i, values.get(field, ""), errors.get(field))
            for field, i in asked
        ),
    )


def _question(
    contract: Contract, name: str, feature: str, value: str, wrong: str | None
) -> Question:
    spec = contract.spec(feature)
    return Question(
        name=name,
        title=contract.features[feature].title,
        kind=kind_of(spec),
        unit=spec.unit,
        between=spec.range,
        choices=spec.categories or (),
        required=is_required(contract, feature),
        value=value,
        error=wrong,
    )


def kind_of(spec: FieldSpec) -> Kind:
    """How a field of this kind is asked for."""
    if spec.categories:
        return "choice"
    if spec.type == "boolean":
        return "boolean"
    return "integer" if spec.type == "integer" else "number"


def body_of(
    contract: Contract, values: Mapping[str, str], writing: Writing, officer: str, key: str
) -> dict[str, Any]:
    """The body of POST /score that the form stands for.

    What cannot be read as its type stays a text, so that the one check of bodies finds it. A
    source without any value is left out; an application without a number is named by ``key``.
    """
    sources: dict[str, Any] = {}
    for name in sources_asked(contract):
        given = {}
        for feature in contract.inputs_by_source[name]:
            text = values.get(f"f.{feature}", "")
            if text:
                given[feature] = typed(kind_of(contract.spec(feature)), text, writing)
        if given or contract.sources[name].required:
            sources[name] = given
    consents = {
        name: values.get(f"c.{name}") == "yes"
        for name in sources_asked(contract)
        if contract.sources[name].legal_basis == "consent"
    }
    body: dict[str, Any] = {
        APPLICATION: values.get(APPLICATION) or f"A-{key[-12:]}",
        APPLICANT: values.get(APPLICANT, ""),
        "officer_id": officer,
        "sources": sources,
    }
    return body | ({"consents": consents} if consents else {})


def consents_of(contract: Contract, values: Mapping[str, str]) -> dict[str, bool]:
    """What the client said about each source that rests on consent; silent ones are left out."""
    given = {name: values.get(f"c.{name}") for name in contract.on_consent}
    return {name: word == "yes" for name, word in given.items() if word in {"yes", "no"}}


def typed(kind: Kind, text: str, writing: Writing) -> Any:
    """The value that a text stands for; the text itself where it is none of its kind."""
    if kind == "choice":
        return text
    if kind == "boolean":
        return {"yes": True, "no": False}.get(text, text)
    value = writing.read_number(text)
    return text if value is None else value


def errors_of(
    contract: Contract,
    found: Iterable[BrokenRule],
    values: Mapping[str, str],
    words: Words,
    writing: Writing,
) -> dict[str, str]:
    """What is wrong, by name of the form's field, in the reader's words."""
    told: dict[str, str] = {}
    for error in found:
        name = _field(error.field)
        rule = REQUIRED if name == APPLICANT and not values.get(name) else error.rule.sentence
        told.setdefault(name, _told(contract, name, rule, words, writing))
    return told


def _field(path: str) -> str:
    steps = path.split(".")
    match steps:
        case ["sources", _, feature]:
            return f"f.{feature}"
        case ["consents", source]:
            return f"c.{source}"
        case [name] if name in {APPLICANT, APPLICATION}:
            return name
    return GENERAL


def _told(contract: Contract, name: str, rule: Sentence, words: Words, writing: Writing) -> str:
    if rule in (AT_LEAST, AT_MOST) and name.startswith("f."):
        spec = contract.spec(name[2:])
        if spec.range is not None:
            low, high = (writing.amount(v, spec.unit) for v in spec.range)
            told = words.gettext(mark("Enter a value from %(low)s to %(high)s."))
            return told % {"low": low, "high": high}
    return words.gettext(RULES.get(rule, OTHER_RULE))
