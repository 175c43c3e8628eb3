"""Permissions as types: a route's signature says who may call it.

``asker: Annotated[Principal, requires("score:write")]`` lets a key or token with that scope in
and nobody else. A route without such a parameter is public and stands in ``PUBLIC``; a test
compares the two.
"""

from typing import Any

from fastapi import Depends
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.requests import Request

from api.auth import Authenticator, Principal
from api.headers import header
from api.problem_details import LACKS_SCOPE
from api.problems import Problem
from api.roles import Scope

PUBLIC = frozenset(
    {
        "/livez",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/docs/assets/{name}",
        "/problems/{slug}",
    }
)
"""Routes without a key: they hold nothing about a person."""


class _KeyWith(SecurityBase):
    """The dependency on a key; being a SecurityBase, it stands in the OpenAPI document."""

    model = HTTPBearer(
        description="A key made by `microscore keys create`, or a token of the identity provider."
    )
    scheme_name = "api_key"

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def __call__(self, request: Request) -> Principal:
        """Who is asking. Raises Problem (401, 403, 429 or 503), StoreError."""
        return await admit(request.app.state.service.authenticator, request, self._scope)


async def admit(authenticator: Authenticator, request: Request, scope: Scope) -> Principal:
    """Who sends ``request``, if ``scope`` is theirs. Raises Problem (401 to 503), StoreError."""
    scheme, _, key = header(request.scope, b"authorization").partition(" ")
    if scheme.lower() != "bearer":
        raise Problem("unauthorized")
    client = request.scope.get("client")
    address = client[0] if client else ""
    principal = await authenticator.principal(key, address)
    request.scope["key_id"] = principal.key_id
    if not principal.may(scope):
        raise Problem("forbidden", LACKS_SCOPE.of(scope=scope))
    return principal


def requires(scope: Scope) -> Any:
    """Dependency on a key that carries ``scope``: 401 without key, 403 without scope."""
    return Depends(_KeyWith(scope))
