"""The API documentation: Swagger UI from installed files, without any outside request."""

from functools import cache
from importlib.resources import files
from typing import Literal

Asset = Literal["swagger-ui.css", "swagger-ui-bundle.js", "docs.js"]
_OWN = files("api") / "static"
MEDIA_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'none'; script-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
"""Swagger UI styles its parts inline; scripts run from our own files only."""


@cache
def page() -> bytes:
    """The documentation page."""
    return (_OWN / "docs.html").read_bytes()


@cache
def asset(name: Asset) -> tuple[bytes, str]:
    """Bytes and media type of a file that the page loads."""
    folder = _OWN if name == "docs.js" else files("fastapi_offline") / "static"
    return (folder / name).read_bytes(), MEDIA_TYPES[name.rpartition(".")[2]]
