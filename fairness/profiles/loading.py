"""Reading a jurisdiction profile from YAML, with the line and field of every mistake."""

from importlib.resources import files

from data.description import parse_description, read_description
from data.errors import ContractError, ProfileError
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
    try:
        return parse_description(text, Profile, findings, path, "profile")
    except ContractError as error:
        raise ProfileError(path, error.problems) from None
