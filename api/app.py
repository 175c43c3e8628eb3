"""The web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from api.direct import DirectRoute
from api.edge import EVERY, PROBLEMS, Edge
from api.lifespan import opened
from api.log import Log
from api.metrics import Metrics
from api.problems import Problem, on_error
from api.readiness import Stopping
from api.routes import (
    applicants,
    documentation,
    drift,
    explanations,
    health,
    models,
    outcomes,
    oversight,
    protected,
    scores,
    shadow,
)
from api.settings import Settings
from api.web.lost import on_lost
from api.web.routes import routes as pages
from data.errors import StoreError


class Application(FastAPI):
    """The framework's application behind our edge: nothing stands before it."""

    edge: Edge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        scope["app"] = self
        await self.edge(scope, receive, send)

    def behind_edge(self) -> ASGIApp:
        """What answers all that the edge does not answer itself."""
        return super().__call__


def create_app(settings: Settings, stopping: Stopping | None = None) -> FastAPI:
    """The application of these settings; nothing is opened before it starts.

    Who runs it sets ``stopping`` some time before ending it, so that it says so on /readyz.
    """
    metrics, log = Metrics(), Log()
    stopping = stopping or Stopping()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with log.libraries():
            async with opened(app, settings, metrics, log, stopping) as service:
                app.state.service = service
                yield

    app = Application(
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    for kind in (Problem, StoreError, RequestValidationError, Exception):
        app.add_exception_handler(kind, on_error)
    app.add_exception_handler(HTTPException, on_lost)
    for module in (
        scores,
        explanations,
        oversight,
        applicants,
        protected,
        models,
        drift,
        shadow,
        outcomes,
        health,
        documentation,
    ):
        app.router.routes += module.router.routes  # flat: one look-up a request
    app.router.routes += pages()
    direct = [route for route in app.routes if isinstance(route, DirectRoute)]
    told = PROBLEMS if settings.request_log == "problems" else EVERY
    app.edge = Edge(app.behind_edge(), metrics, log, direct, told)
    return app
