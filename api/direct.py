"""Routes that skip the framework's solving of dependencies, which costs more than their parameters.

A ``DirectRoute`` is declared as any other: its signature makes its OpenAPI entry, and who may
call it stands there. A request without query and without the optional headers gets from the
signature exactly what FastAPI would have given it; every other request goes FastAPI's way.
"""

from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, signature
from typing import Any

from fastapi.params import Depends, Header, Query
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.headers import headers

Call = Callable[..., Awaitable[Any]]


class DirectRoute(APIRoute):
    """A route whose parameters are the request, dependencies on it, and optional ones."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self._plan = _Plan(endpoint)

    def takes(self, scope: Scope) -> bool:
        """Whether the method is right and none of the optional parameters is there."""
        if scope["query_string"] or scope["method"] not in (self.methods or ()):
            return False
        return self._plan.optional.isdisjoint(headers(scope))

    def answer(self, scope: Scope, receive: Receive) -> Awaitable[Response]:
        """The response to a request that it takes. Raises what the endpoint raises."""
        return self._plan.call(Request(scope, receive))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer any request to this route."""
        if self.takes(scope):
            await (await self.answer(scope, receive))(scope, receive, send)
        else:
            await super().handle(scope, receive, send)


class _Plan:
    """How to call a function for a request that has none of its optional parameters."""

    def __init__(self, function: Call) -> None:
        self._function = function
        self._of_request: list[str] = []
        self._needed: list[tuple[str, _Plan]] = []
        self.optional: frozenset[bytes] = frozenset()
        parameters = signature(function, eval_str=True).parameters
        for name, parameter in parameters.items():
            self._add(name, parameter)
        self.call: Callable[[Request], Awaitable[Any]] = self._call
        if not self._needed and self._of_request == [_first(parameters)]:
            self.call = function  # which takes the request first, and needs nothing else

    def _add(self, name: str, parameter: Parameter) -> None:
        metadata = getattr(parameter.annotation, "__metadata__", ())
        if parameter.annotation is Request:
            self._of_request.append(name)
            return
        for part in metadata:
            if isinstance(part, Depends) and part.dependency is not None:
                plan = _Plan(part.dependency)
                self._needed.append((name, plan))
                self.optional |= plan.optional
                return
            if isinstance(part, (Header, Query)) and parameter.default is not Parameter.empty:
                if isinstance(part, Header):
                    self.optional |= {_header_name(name, part)}
                return
        raise TypeError(f"a direct route cannot have the parameter {name}")

    async def _call(self, request: Request) -> Any:
        """Call the function, its dependencies first, in the order of its signature."""
        arguments: dict[str, Any] = dict.fromkeys(self._of_request, request)
        for name, plan in self._needed:
            arguments[name] = await plan.call(request)
        return await self._function(**arguments)


def _first(parameters: Mapping[str, Parameter]) -> str | None:
    """The name of the parameter that gets the first argument, if one does."""
    named = (n for n, p in parameters.items() if p.kind is not Parameter.KEYWORD_ONLY)
    return next(named, None)


def _header_name(name: str, header: Header) -> bytes:
    return (header.alias or name.replace("_", "-")).lower().encode("latin-1")
