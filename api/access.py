"""Permissions as types: a route's signature says who may call it.

``asker: Annotated[Principal, requires("score:write")]`` lets a key with that scope in and
nobody else. A route without such a parameter is public and stands in ``PUBLIC``; a test
compares the two.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from api.auth import Authenticator, Principal
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

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="api_key",
    description="A key made by `microscore keys create`.",
)
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


def requires(scope: Scope) -> Any:
    """Dependency on a key whose role carries ``scope``: 401 without key, 403 without scope."""
    return Depends(_check(scope))


def _check(
    scope: Scope,
) -> Callable[[Request, _Credentials], Coroutine[Any, Any, Principal]]:
    async def check(request: Request, credentials: _Credentials) -> Principal:
        if credentials is None:
            raise Problem("unauthorized")
        authenticator: Authenticator = request.app.state.service.authenticator
        principal = await authenticator.principal(credentials.credentials)
        request.scope["key_id"] = principal.key_id
        if not principal.may(scope):
            raise Problem("forbidden", f"the role of this key lacks the scope {scope}")
        return principal

    return check
