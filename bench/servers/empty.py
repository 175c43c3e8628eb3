"""The yardstick: an empty FastAPI endpoint that validates the same body, and does nothing else.

python -m bench.servers.empty PORT
"""

import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from api.request_schema import request_type
from bench.servers.portfolio import contract


class Reply(BaseModel):
    """What the endpoint answers."""

    status: str


def create_app() -> FastAPI:
    """One ``async def`` route with a validated body and a return annotation."""
    app = FastAPI()
    application = request_type(contract())

    @app.post("/score")
    async def score(body: application) -> Reply:  # noqa: ARG001
        return Reply(status="ok")

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(), port=int(sys.argv[1]), access_log=False, log_level="warning")
