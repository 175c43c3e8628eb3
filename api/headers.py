"""Headers of a request as they came."""

from starlette.types import Scope


def header(scope: Scope, name: bytes) -> str:
    """The first value of the header ``name`` (in lower case); empty when there is none."""
    for given, value in scope["headers"]:
        if given == name:
            text: str = value.decode("latin-1")
            return text
    return ""
