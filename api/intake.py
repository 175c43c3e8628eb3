"""From the bytes of a request to applications that are checked against the contract."""

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from api.completing import Completion
from api.consenting import consent_adapter
from api.json_body import parse
from api.problem_details import OWN_BRANCH
from api.problem_kinds import Slug
from api.problem_rules import APPLICATIONS, MOST_BROKEN, OBJECT, REQUIRED, UNKNOWN
from api.problems import MOST_ERRORS, BrokenRule, Problem
from api.raw_rows import MOST_ROWS, ROWS, Rows, brought, raw_tables, row_columns
from api.request_schema import EITHER, request_adapter, sources_asked
from api.type_rules import rule_of
from data.contract import Contract
from data.sentences import Sentence
from data.statements import Stated, stated_values, statement_adapter
from data.store.consents import Purpose
from scoring.service import Application, MaskStatus

MOST_APPLICATIONS = 1000
_LISTABLE = 1000
_ROWS_NAME, _NULL = b'"rows"', b"null"
_NO_ROWS: frozenset[str] = frozenset()


class Intake:
    """Reads the applications of one contract. Immutable and safe to share between threads."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._adapter: TypeAdapter[dict[str, Any]] = request_adapter(contract)
        self._validate = self._adapter.validator.validate_python
        self._statements = statement_adapter(contract)
        self._consents = consent_adapter(contract)
        self._sources = {
            name: contract.sources[name].legal_basis == "consent"
            for name in sources_asked(contract)
        }
        self._most_members = 2 * (8 + 2 * len(self._sources) + len(contract.inputs))
        self._most_in_rows = sum(
            (2 + MOST_ROWS * (1 + len(row_columns(contract, table))))
            for source in self._sources
            for table in raw_tables(contract, source)
        )
        self.completion = Completion(contract)
        self._with_rows: dict[frozenset[str], TypeAdapter[dict[str, Any]]] = {}

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one application, with its parts as OpenAPI components."""
        published = request_adapter(self.contract, EITHER)
        return published.json_schema(ref_template="#/components/schemas/{model}")

    def protected_schema(self) -> dict[str, Any]:
        """JSON Schema of the protected attributes that a person may state."""
        return self._statements.json_schema(ref_template="#/components/schemas/{model}")

    def read_protected(self, body: bytes) -> dict[str, Stated]:
        """Read ``{attribute: value or null}``. Raises Problem (400 or 422)."""
        value = parse(body, 2 * len(self.contract.protected) + 2)
        try:
            checked = self._statements.validate_python(value)
        except ValidationError as error:
            raise Problem("invalid-statement", errors=field_errors(error)) from None
        return stated_values(self.contract, checked)

    def consents_schema(self) -> dict[str, Any]:
        """JSON Schema of what a person agrees to, or does not."""
        return self._consents.json_schema(ref_template="#/components/schemas/{model}")

    def read_consents(self, body: bytes) -> dict[str, dict[Purpose, bool]]:
        """Read ``{source: {purpose: granted}}``. Raises Problem (400 or 422)."""
        value = parse(body, 4 * len(self.contract.sources) + 4)
        try:
            return self._consents.validate_python(value)
        except ValidationError as error:
            raise Problem("invalid-consents", errors=field_errors(error)) from None

    def read_one(self, body: bytes, own_branch: str | None) -> Application:
        """Read the body of one application. Raises Problem (400, 403 or 422).

        ``own_branch`` is the only branch that the asking key may decide for; None is any.
        """
        with_rows = _ROWS_NAME in body
        value = parse(body, self._most(with_rows))
        try:
            checked = self._checked(value, with_rows)
        except ValidationError as error:
            raise Problem("invalid-application", errors=field_errors(error)) from None
        return self._application(checked, own_branch, with_rows or _NULL in body)

    def read_batch(self, body: bytes, own_branch: str | None) -> list[Application]:
        """Read ``{"applications": [...]}``; all are good or none is taken.

        Errors name the position in the list, from 0. Raises Problem (400, 403 or 422).
        """
        with_rows = _ROWS_NAME in body
        most = 2 + MOST_APPLICATIONS * (1 + self._most_members)
        value = parse(body, most + self._most(with_rows) - self._most_members)
        checked: list[dict[str, Any]] = []
        errors: list[BrokenRule] = []
        items = listed(
            value, "applications", "invalid-application", APPLICATIONS, MOST_APPLICATIONS
        )
        for i, item in enumerate(items):
            try:
                checked.append(self._checked(item, with_rows))
            except ValidationError as error:
                errors += field_errors(error, f"applications.{i}")
            if len(errors) >= MOST_ERRORS:
                break
        if errors:
            raise Problem("invalid-application", errors=errors)
        sparse = with_rows or _NULL in body
        return [self._application(item, own_branch, sparse) for item in checked]

    def _most(self, with_rows: bool) -> int:
        """Values that a body may have; those of a body without rows are few."""
        return self._most_members + (self._most_in_rows if with_rows else 0)

    def _checked(self, value: Any, with_rows: bool) -> dict[str, Any]:
        """One application, checked by the kinds of its sources."""
        raw = brought(value).intersection(self._sources) if with_rows else _NO_ROWS
        if not raw:
            checked: dict[str, Any] = self._validate(value)
            return checked
        adapter = self._with_rows.get(raw)
        if adapter is None:
            adapter = self._with_rows[raw] = request_adapter(self.contract, raw)
        return adapter.validate_python(value)

    def _application(
        self, checked: Mapping[str, Any], own_branch: str | None, sparse: bool
    ) -> Application:
        """What was checked, ready to be scored; ``sparse``: it may hold nulls, or rows."""
        branch = checked.get("branch_id")
        if own_branch is not None and branch not in {None, own_branch}:
            raise Problem("forbidden", OWN_BRANCH.of())
        consents = checked.get("consents", {})
        given = checked["sources"]
        masked: dict[str, MaskStatus] = {}
        used: dict[str, dict[str, Any]] = {}
        known: dict[str, Any] = {}
        rows: dict[str, Rows] = {}
        for source, on_consent in self._sources.items():
            values = given.get(source)
            if on_consent and not consents.get(source, values is None):
                masked[source] = "no_consent"
            elif values is None:
                masked[source] = "not_given"
            else:
                if ROWS in values:
                    rows[source] = values[ROWS]
                if sparse and (ROWS in values or None in values.values()):
                    values = {n: v for n, v in values.items() if v is not None and n != ROWS}
                used[source] = values
                known.update(values)
        asked = {
            "application_id": checked["application_id"],
            "applicant_id": checked["applicant_id"],
            "branch_id": branch or own_branch,
            "officer_id": checked.get("officer_id"),
            "sources": used,
            "consents": consents,
        }
        return Application(
            application_id=asked["application_id"],
            applicant_id=asked["applicant_id"],
            branch=asked["branch_id"],
            officer=asked["officer_id"],
            values=known,
            masked=masked,
            request=orjson.dumps(asked, option=orjson.OPT_SORT_KEYS),
            rows=rows,
        )


def listed(value: Any, name: str, slug: Slug, rule: Sentence, most: int) -> list[Any]:
    """The list of 1 to ``most`` items in the body ``{name: [...]}``.

    Raises the Problem ``slug``; ``rule`` says what the list must be.
    """
    broken = BrokenRule(name, rule.of(most=most))
    if not isinstance(value, dict):
        broken = BrokenRule("", OBJECT.of())
    elif name not in value:
        broken = BrokenRule(name, REQUIRED.of())
    elif len(value) > 1:
        broken = BrokenRule("", UNKNOWN.of())
    elif isinstance(items := value[name], list) and 1 <= len(items) <= most:
        return items
    raise Problem(slug, errors=[broken])


def field_errors(error: ValidationError, prefix: str = "") -> list[BrokenRule]:
    """Path and rule of each error, without a word of what was sent."""
    if error.error_count() > _LISTABLE:
        return [BrokenRule(prefix, MOST_BROKEN.of(most=_LISTABLE))]
    details = error.errors(include_url=False, include_input=False)
    return list(dict.fromkeys(BrokenRule(_path(e, prefix), rule_of(e)) for e in details))


def _path(e: ErrorDetails, prefix: str) -> str:
    known = e["loc"][:-1] if e["type"] == "extra_forbidden" else e["loc"]
    return ".".join([*filter(None, [prefix]), *map(str, known)])
