"""Headers of a request as they came."""

from starlette.types import Scope

_KEPT = "microscore.headers"


def headers(scope: Scope) -> dict[bytes, bytes]:
    """The headers by their names in lower case; of two alike the first counts."""
    found: dict[bytes, bytes] | None = scope.get(_KEPT)
    if found is None:
        found = scope[_KEPT] = dict(reversed(scope["headers"]))
    return found


def header(scope: Scope, name: bytes) -> str:
    """The first value of the header ``name`` (in lower case); empty when there is none."""
    return headers(scope).get(name, b"").decode("latin-1")
