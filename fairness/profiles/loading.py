"""Reading a jurisdiction profile from YAML, with the line and field of every mistake."""

import json
from importlib.resources import files

from pydantic import ValidationError

from data.contract_loading import read_description
from data.contract_messages import type_problems
from data.contract_yaml import read_yaml
from data.errors import ContractError, ContractProblem, ProfileError
from fairness.profiles.profile import Profile
from fairness.profiles.rules import findings

_SHIPPED = files("fairness") / "profiles"


def shipped_profiles() -> list[str]:
    """Names of the profiles that come with microscore."""
    names = (entry.name for entry in _SHIPPED.iterdir())
    return sorted(n.removesuffix(".yaml") for n in names if n.endswith(".yaml"))


def load_profile(name_or_path: str) -> Profile:
    """Load a shipped profile by its name, or any other by the path of its YAML file.

    Raises ProfileError with every wrong place.
    """
    known = shipped_profiles()
    if name_or_path in known:
        return parse_profile((_SHIPPED / f"{name_or_path}.yaml").read_text("utf-8"), name_or_path)
    try:
        text = read_description(name_or_path, "profile", known)
    except ContractError as error:
        raise ProfileError(error.path, error.problems) from None
    return parse_profile(text, name_or_path)


def parse_profile(text: str, path: str = "profile") -> Profile:
    """Parse YAML ``text``; ``path`` is only used in messages. Raises ProfileError."""
    document = read_yaml(text)
    if document.problems:
        raise ProfileError(path, document.problems)
    if not isinstance(document.value, dict):
        problem = ContractProblem(1, "profile", "must be a mapping of fields to values")
        raise ProfileError(path, [problem])
    try:
        profile = Profile.model_validate_json(json.dumps(document.value), strict=True)
    except ValidationError as error:
        raise ProfileError(path, type_problems(error, document, Profile)) from None
    problems = [
        ContractProblem(document.line(where), ".".join(where), message)
        for where, message in findings(profile)
    ]
    if problems:
        raise ProfileError(path, sorted(problems, key=lambda problem: problem.line))
    return profile
