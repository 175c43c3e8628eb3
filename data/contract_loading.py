"""Reading a contract from YAML, with the line and field of every mistake."""

import hashlib
import json
from importlib.resources import files
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DictSchema

from data.contract import Contract
from data.contract_rules import findings
from data.contract_yaml import Document
from data.description import check_description, parse_description, read_description

_SHIPPED = files("data") / "contracts"


def shipped_contracts() -> list[str]:
    """Names of the contracts that come with microscore."""
    names = (entry.name for entry in _SHIPPED.iterdir())
    return sorted(n.removesuffix(".yaml") for n in names if n.endswith(".yaml"))


def load_contract(name_or_path: str) -> Contract:
    """Load a shipped contract by its name, or any other by the path of its YAML file.

    Raises ContractError with every wrong place.
    """
    if name_or_path in shipped_contracts():
        return parse_contract((_SHIPPED / f"{name_or_path}.yaml").read_text("utf-8"), name_or_path)
    text = read_description(name_or_path, "contract", shipped_contracts())
    return parse_contract(text, name_or_path)


def parse_contract(text: str, path: str = "contract") -> Contract:
    """Parse YAML (or JSON, which is YAML) ``text``; ``path`` is only used in messages.

    Raises ContractError with every wrong place.
    """
    return parse_description(text, Contract, findings, path, "contract")


def contract_from_json(content: bytes, path: str = "contract.json") -> Contract:
    """Read back what ``canonical_json`` gives, without the detour through YAML."""
    return check_description(content, Contract, findings, path, Document())


def canonical_json(contract: Contract) -> bytes:
    """The contract as JSON bytes, the form that is hashed and put into bundles.

    Keys are not sorted: the order of the features is the order of the model's matrix.
    """
    return json.dumps(contract.model_dump(mode="json"), ensure_ascii=False, indent=1).encode()


def contract_hash(contract: Contract) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical_json(contract)).hexdigest()


def contract_json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a contract, for editors."""
    schema = Contract.model_json_schema(schema_generator=_ClosedSchema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


class _ClosedSchema(GenerateJsonSchema):
    """A mapping whose keys follow a pattern has no other keys."""

    def dict_schema(self, schema: DictSchema) -> JsonSchemaValue:
        """JSON Schema of a mapping."""
        closed = super().dict_schema(schema)
        if "patternProperties" in closed:
            closed["additionalProperties"] = False
        return closed
