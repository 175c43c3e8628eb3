"""Style sheet, scripts and icon: named by their hash, compressed once, cached for ever."""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
FOR_EVER = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    plain: bytes
    packed: bytes
    media_type: str


@cache
def _all() -> tuple[dict[str, str], dict[str, Asset]]:
    """Name to hashed name, and hashed name to file."""
    names, found = {}, {}
    for file in (files("api.web") / "assets").iterdir():
        stem, _, kind = file.name.rpartition(".")
        if kind in MEDIA_TYPES:
            plain = file.read_bytes()
            hashed = f"{stem}.{sha256(plain).hexdigest()[:12]}.{kind}"
            names[file.name] = hashed
            found[hashed] = Asset(plain, gzip.compress(plain, 9, mtime=0), MEDIA_TYPES[kind])
    return names, found


def address(name: str) -> str:
    """Where a page finds the file ``name``. Raises KeyError for a file that is not there."""
    return f"/assets/{_all()[0][name]}"


def find(hashed: str) -> Asset | None:
    """The file of this hashed name."""
    return _all()[1].get(hashed)


def plain(name: str) -> bytes:
    """The bytes of the file ``name``."""
    return _all()[1][_all()[0][name]].plain


def packed(request: Request, response: Response) -> Response:
    """``response`` compressed if the reader takes gzip and it is worth it."""
    if len(response.body) > 500 and takes_gzip(request):
        response.body = gzip.compress(response.body, 6, mtime=0)
        response.headers["content-length"] = str(len(response.body))
        response.headers["content-encoding"] = "gzip"
    response.headers["vary"] = "accept-encoding"
    return response


def takes_gzip(request: Request) -> bool:
    """Whether the reader takes gzip."""
    return "gzip" in request.headers.get("accept-encoding", "")
