"""``microscore serve``: the HTTP server."""

from typing import Annotated

import typer


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Serve the champion on /score. The documentation is at /docs."""
    import uvicorn

    from api.app import create_app
    from api.settings import Settings

    uvicorn.run(
        create_app(Settings()),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=10,
    )
