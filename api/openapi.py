"""The OpenAPI document, with the request schema of the model that is in service."""

from importlib.metadata import version
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.addresses import discovery_url
from api.examples import example_application, example_outcomes, example_statement
from api.intake import MOST_APPLICATIONS, Intake
from api.outcomes_schema import Outcomes
from api.problems import ProblemReply
from api.serving import Champion, Serving
from data.store.consents import SCORING

_SUMMARY = "Credit scoring for microfinance institutions: a score, its reasons, a stored decision."
_REF = "#/components/schemas/{model}"
_BATCH = {
    "title": "Batch",
    "type": "object",
    "additionalProperties": False,
    "required": ["applications"],
    "properties": {
        "applications": {
            "type": "array",
            "items": {"$ref": _REF.format(model="Application")},
            "minItems": 1,
            "maxItems": MOST_APPLICATIONS,
        }
    },
}


class Description:
    """The document of ``app``, made again when another model comes into service.

    ``issuer``: whose tokens are accepted besides our keys.
    """

    def __init__(self, app: FastAPI, champion: Champion, issuer: str | None = None) -> None:
        self._app, self._champion, self._issuer = app, champion, issuer
        self._made: tuple[Serving | None, bytes] | None = None

    def document(self) -> bytes:
        """The document as JSON; without a model in service an application is any object."""
        serving = self._champion.find()
        if self._made is None or self._made[0] is not serving:
            document = _describe(self._app, serving.intake if serving else None)
            if self._issuer is not None:
                _accept_tokens(document, self._issuer)
            self._made = serving, orjson.dumps(document)
        return self._made[1]


def _accept_tokens(document: dict[str, Any], issuer: str) -> None:
    """Let a token do wherever a key does."""
    document["components"]["securitySchemes"]["oidc"] = {
        "type": "openIdConnect",
        "openIdConnectUrl": discovery_url(issuer),
    }
    for path in document["paths"].values():
        for operation in path.values():
            if "security" in operation:
                operation["security"].append({"oidc": []})


def _describe(app: FastAPI, intake: Intake | None) -> dict[str, Any]:
    document = get_openapi(
        title="microscore",
        version=version("microscore"),
        summary=_SUMMARY,
        routes=app.routes,
    )
    schemas = document["components"]["schemas"]
    _add(schemas, "ProblemReply", ProblemReply.model_json_schema(ref_template=_REF))
    application = intake.json_schema() if intake else {"title": "Application", "type": "object"}
    _add(schemas, "Application", application)
    schemas["Batch"] = _BATCH
    protected = intake.protected_schema() if intake else {"title": "Protected", "type": "object"}
    _add(schemas, "Protected", protected)
    stated = intake.consents_schema() if intake else {"title": "StatedConsents", "type": "object"}
    _add(schemas, "StatedConsents", stated)
    _add(schemas, "Outcomes", Outcomes.model_json_schema(ref_template=_REF))
    paths = document["paths"]
    paths["/outcomes"]["post"]["requestBody"] = _body(
        "Outcomes", {"loan": {"summary": "A loan is paid out", "value": example_outcomes()}}
    )
    paths["/applicants/{applicant_id}/consents"]["put"]["requestBody"] = _body(
        "StatedConsents", _consent_examples(intake)
    )
    paths["/applicants/{applicant_id}/protected"]["put"]["requestBody"] = _body(
        "Protected", _protected_examples(intake)
    )
    paths["/score"]["post"]["requestBody"] = _body("Application", _examples(intake))
    paths["/score/batch"]["post"]["requestBody"] = _body(
        "Batch",
        {
            name: {**e, "value": {"applications": [e["value"]]}}
            for name, e in _examples(intake).items()
        },
    )
    return document


def _add(schemas: dict[str, Any], name: str, schema: dict[str, Any]) -> None:
    schemas |= schema.pop("$defs", {})
    schemas[name] = schema


def _examples(intake: Intake | None) -> dict[str, dict[str, Any]]:
    if intake is None:
        return {}
    complete = example_application(intake.contract)
    least = example_application(intake.contract, complete=False)
    return {
        "complete": {"summary": "All sources given", "value": complete},
        "least": {"summary": "Only what is required", "value": least},
    }


def _protected_examples(intake: Intake | None) -> dict[str, dict[str, Any]]:
    if intake is None:
        return {}
    stated = example_statement(intake.contract)
    return {
        "stated": {"summary": "What the person states", "value": stated},
        "withdrawn": {"summary": "Nothing is stated any more", "value": dict.fromkeys(stated)},
    }


def _consent_examples(intake: Intake | None) -> dict[str, dict[str, Any]]:
    if intake is None:
        return {}
    sources = sorted(intake.contract.on_consent)
    return {
        "granted": {"summary": "A yes to all", "value": {s: {SCORING: True} for s in sources}},
        "withdrawn": {"summary": "A no to all", "value": {s: {SCORING: False} for s in sources}},
    }


def _body(schema: str, examples: dict[str, dict[str, Any]]) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": {"$ref": _REF.format(model=schema)}}
    if examples:
        media["examples"] = examples
    return {"required": True, "content": {"application/json": media}}
