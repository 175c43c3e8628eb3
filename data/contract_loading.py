"""Reading a contract from YAML, with the line and field of every mistake."""

import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DictSchema

from data.contract import Contract
from data.contract_messages import did_you_mean, type_problems
from data.contract_rules import findings
from data.contract_yaml import Document, read_yaml
from data.errors import ContractError, ContractProblem

MAX_CONTRACT_BYTES = 500_000
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


def read_description(path: str, what: str, shipped: list[str]) -> str:
    """Text of the file at ``path``, which should be a ``what`` unless it is one of ``shipped``.

    Raises ContractError when it cannot be had.
    """
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(MAX_CONTRACT_BYTES + 1)
        if len(content) <= MAX_CONTRACT_BYTES:
            return content.decode()
        message, line = f"is larger than {MAX_CONTRACT_BYTES:,} bytes", 1
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8; save the file as UTF-8"
    except (FileNotFoundError, ValueError):
        line = 1
        message = f"is no file, and no shipped {what} ({', '.join(shipped)})"
        message += did_you_mean(path, shipped)
    except OSError:
        message, line = "is no file that can be read; check the path and its permissions", 1
    raise ContractError(path, [ContractProblem(line, what, message)])


def parse_contract(text: str, path: str = "contract") -> Contract:
    """Parse YAML (or JSON, which is YAML) ``text``; ``path`` is only used in messages.

    Raises ContractError with every wrong place.
    """
    document = read_yaml(text)
    if document.problems:
        raise ContractError(path, document.problems)
    if not isinstance(document.value, dict):
        problem = ContractProblem(1, "contract", "must be a mapping of fields to values")
        raise ContractError(path, [problem])
    return _checked(json.dumps(document.value), document, path)


def contract_from_json(content: bytes, path: str = "contract.json") -> Contract:
    """Read back what ``canonical_json`` gives, without the detour through YAML."""
    return _checked(content, Document(), path)


def _checked(content: str | bytes, document: Document, path: str) -> Contract:
    """Validate JSON ``content``; ``document`` knows the lines of what it was made from."""
    try:
        contract = Contract.model_validate_json(content, strict=True)
    except ValidationError as error:
        raise ContractError(path, type_problems(error, document)) from None
    problems = [
        ContractProblem(document.line(where), ".".join(where), message)
        for where, message in findings(contract)
    ]
    if problems:
        raise ContractError(path, sorted(problems, key=lambda problem: problem.line))
    return contract


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
