"""Reading a contract from YAML, with the line and field of every mistake."""

import hashlib
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from data.contract import Contract
from data.contract_rules import findings
from data.errors import ContractError, ContractProblem

MAX_CONTRACT_BYTES = 2_000_000
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
    path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(shipped_contracts())
        message = f"no such file, and not a shipped contract ({known})"
        raise ContractError(name_or_path, [ContractProblem(1, "contract", message)])
    if path.stat().st_size > MAX_CONTRACT_BYTES:
        problem = ContractProblem(1, "contract", f"larger than {MAX_CONTRACT_BYTES} bytes")
        raise ContractError(name_or_path, [problem])
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        problem = ContractProblem(1, "contract", f"not UTF-8 at byte {error.start}")
        raise ContractError(name_or_path, [problem]) from None
    return parse_contract(text, name_or_path)


def parse_contract(text: str, path: str = "contract") -> Contract:
    """Parse YAML (or JSON, which is YAML) ``text``; ``path`` is only used in messages."""
    try:
        plain = YAML(typ="safe", pure=True).load(text)
        marked = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = ContractProblem(line, "YAML", str(error.problem or error.context))
        raise ContractError(path, [problem]) from None
    except YAMLError as error:
        raise ContractError(path, [ContractProblem(1, "YAML", str(error))]) from None
    if not isinstance(plain, dict):
        raise ContractError(path, [ContractProblem(1, "contract", "must be a mapping")])
    return _checked(json.dumps(plain, default=str), marked, path)


def contract_from_json(content: bytes, path: str = "contract.json") -> Contract:
    """Read back what ``canonical_json`` gives, without the detour through YAML."""
    return _checked(content, CommentedMap(), path)


def _checked(content: str | bytes, marked: CommentedMap, path: str) -> Contract:
    """Validate JSON ``content``; ``marked`` knows the lines of what it was made from."""
    try:
        contract = Contract.model_validate_json(content, strict=True)
    except ValidationError as error:
        raise ContractError(path, list(_type_problems(error, marked))) from None
    problems = [
        ContractProblem(_line(marked, where), ".".join(where), message)
        for where, message in findings(contract)
    ]
    if problems:
        raise ContractError(path, problems)
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
    schema = Contract.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _type_problems(error: ValidationError, marked: CommentedMap) -> Iterator[ContractProblem]:
    for e in error.errors(include_url=False, include_context=False):
        where = tuple(str(part) for part in e["loc"])
        line = _line(marked, where[:-1] if e["type"] == "missing" else where)
        yield ContractProblem(line, ".".join(where) or "contract", e["msg"])


def _line(marked: CommentedMap, where: tuple[str, ...]) -> int:
    """1-based line of the deepest part of ``where`` that stands in the file."""
    node: Any = marked
    line = 1
    for part in where:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
            node = node[part]
        elif isinstance(node, CommentedSeq) and part.isdigit() and int(part) < len(node):
            line = node.lc.item(int(part))[0] + 1
            node = node[int(part)]
    return line
