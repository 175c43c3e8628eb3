"""``microscore serve``: the HTTP server."""

from typing import Annotated

import typer


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Serve the champion on /score. The documentation is at /docs.

    SIGTERM ends it in order: for MICROSCORE_DRAIN_SECONDS it is not ready but answers, then it
    finishes what is in flight. Ctrl-C closes at once.
    """
    import socket

    from api.app import create_app
    from api.readiness import Stopping
    from api.settings import Settings
    from api.stopping import StoppingServer
    from data.errors import AccessError

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or "it cannot be listened on"
            raise AccessError(f"{host}:{port}: {reason}; choose another --port") from None
    settings, stopping = Settings(), Stopping()
    app = create_app(settings, stopping)
    StoppingServer(app, host, port, stopping, settings.drain_seconds).run()
