"""Files in which people describe something (contract, profile, baseline): YAML read into a model.

Every mistake is told with its line and field.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from data.contract_messages import did_you_mean, type_problems
from data.contract_yaml import Document, read_yaml
from data.contract_yaml import Path as Place
from data.errors import ContractError, ContractProblem

MAX_BYTES = 500_000
M = TypeVar("M", bound=BaseModel)


def read_description(path: str, what: str, shipped: list[str]) -> str:
    """Text of the file at ``path``, which should be a ``what`` unless it is one of ``shipped``.

    Raises ContractError when it cannot be had.
    """
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) <= MAX_BYTES:
            return content.decode()
        message, line = f"is larger than {MAX_BYTES:,} bytes", 1
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


def parse_description(
    text: str,
    model: type[M],
    findings: Callable[[M], Iterable[tuple[Place, str]]],
    path: str,
    what: str,
) -> M:
    """Parse YAML (or JSON, which is YAML) ``text``, a ``what``, into a ``model``.

    ``findings`` gives place and message of each rule that is broken and that types cannot express;
    ``path`` is only used in messages. Raises ContractError with every wrong place.
    """
    document = read_yaml(text)
    if document.problems:
        raise ContractError(path, document.problems)
    if not isinstance(document.value, dict):
        problem = ContractProblem(1, what, "must be a mapping of fields to values")
        raise ContractError(path, [problem])
    return check_description(json.dumps(document.value), model, findings, path, document)


def check_description(
    content: str | bytes,
    model: type[M],
    findings: Callable[[M], Iterable[tuple[Place, str]]],
    path: str,
    document: Document,
) -> M:
    """Validate JSON ``content``; ``document`` knows the lines of what it was made from.

    Raises ContractError with every wrong place.
    """
    try:
        found = model.model_validate_json(content, strict=True)
    except ValidationError as error:
        raise ContractError(path, type_problems(error, document, model)) from None
    problems = [
        ContractProblem(document.line(where), ".".join(where), message)
        for where, message in findings(found)
    ]
    if problems:
        raise ContractError(path, sorted(problems, key=lambda problem: problem.line))
    return found
