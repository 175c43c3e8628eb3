"""The signing keys of the identity provider: fetched, kept for a while, and not too often.

OpenID Connect Discovery 1.0 says where they are, RFC 7517 what they look like.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import orjson
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from api.addresses import discovery_url, trustworthy
from api.log import Event, Log
from api.problems import Problem
from data.errors import AccessError

FRESH_SECONDS = 300.0
"""Keys older than this are fetched again, while the old ones serve."""
KEPT_SECONDS = 12 * 3600.0
"""Keys serve for so long while the issuer cannot be asked."""
PAUSE_SECONDS = 10.0
"""At least this long between two tries, whatever key ids are asked for."""
_TIMEOUT = 2.0
_PATIENCE = 4.0
_MOST_BYTES = 256 * 1024
_MOST_KEYS = 100

Keys = Mapping[tuple[str, str], PyJWK]
"""By key id and algorithm."""

_FORMS = {
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "PS256": ("RSA", None),
    "PS384": ("RSA", None),
    "PS512": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}
"""Type and curve of the keys of each algorithm (RFC 7518, RFC 8037)."""


class IssuerKeys:
    """Finds keys by id; call it from the event loop only."""

    def __init__(
        self, fetch: Callable[[], Keys], log: Log, clock: Callable[[], float] = monotonic
    ) -> None:
        self._fetch, self._log, self._clock = fetch, log, clock
        self._keys: Keys = {}
        self._fetched = self._tried = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str, algorithm: str) -> PyJWK | None:
        """The key, or None when the issuer has none such. Raises Problem 503 if nobody knows."""
        key = self._current().get((key_id, algorithm))
        if key is None:
            await self._refresh()
            key = self._current().get((key_id, algorithm))
        elif self._clock() - self._fetched > FRESH_SECONDS:
            self._start()
        if key is None and self._tried > self._fetched:
            raise Problem("issuer-unavailable")
        return key

    def _current(self) -> Keys:
        return self._keys if self._clock() - self._fetched <= KEPT_SECONDS else {}

    def _start(self) -> asyncio.Task[None] | None:
        """The fetch that is under way, or a new one unless it is too early."""
        if self._fetching is None and self._clock() - self._tried >= PAUSE_SECONDS:
            self._tried = self._clock()
            self._fetching = asyncio.create_task(self._replace())
        return self._fetching

    async def _refresh(self) -> None:
        fetching = self._start()
        if fetching is not None:
            await asyncio.shield(fetching)

    async def _replace(self) -> None:
        try:
            self._keys = await asyncio.wait_for(asyncio.to_thread(self._fetch), _PATIENCE)
            self._fetched = self._tried
        except Exception as error:
            self._log.error(Event.ISSUER_FAILURE, error)
        finally:
            self._fetching = None


def fetch_keys(issuer: str, jwks_url: str | None, algorithms: tuple[str, ...]) -> Keys:
    """Ask the issuer for its keys of these ``algorithms``.

    Raises AccessError when it cannot be asked or its answer is not what the standards say.
    """
    if jwks_url is None:
        jwks_url = discovered(issuer, "jwks_uri")["jwks_uri"]
    keys = ask_issuer(jwks_url).get("keys")
    if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
        raise AccessError(f"the issuer's key set must have a list of at most {_MOST_KEYS} keys")
    return {name: key for jwk in keys for name, key in _usable(jwk, algorithms)}


def _usable(jwk: Any, algorithms: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], PyJWK]]:
    """The key under each algorithm it serves; nothing when it is for another purpose."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return
    key_id = jwk.get("kid")
    for algorithm in algorithms:
        fits = _FORMS[algorithm] in {(jwk.get("kty"), jwk.get("crv")), (jwk.get("kty"), None)}
        if isinstance(key_id, str) and fits and jwk.get("alg", algorithm) == algorithm:
            try:
                yield (key_id, algorithm), PyJWK(jwk, algorithm)
            except PyJWTError:  # of no use to us; the others may be
                continue


class _NoRedirect(HTTPRedirectHandler):
    """An issuer does not send us elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def discovered(issuer: str, *names: str) -> dict[str, str]:
    """The addresses ``names`` in the issuer's discovery document. Raises AccessError."""
    found = ask_issuer(discovery_url(issuer))
    addresses = {name: found.get(name) for name in names}
    if found.get("issuer") != issuer or not all(isinstance(a, str) for a in addresses.values()):
        raise AccessError("the discovery document is not that of the issuer")
    return {name: str(address) for name, address in addresses.items()}


class IssuerRefusedError(AccessError):
    """The issuer says no to what it is asked."""


def ask_issuer(
    url: str, form: bytes | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object at ``url``, or in the answer to ``form`` sent there; blocks for seconds.

    Raises IssuerRefusedError for an answer of 4xx, AccessError when there is no good answer.
    """
    if not trustworthy(url):
        raise AccessError("the issuer's addresses must begin with https://")
    given = {"Accept": "application/json", **(headers or {})}
    request = Request(url, form, given)  # noqa: S310  (checked above)
    try:
        with build_opener(_NoRedirect).open(request, timeout=_TIMEOUT) as reply:
            body = reply.read(_MOST_BYTES + 1)
        answer = orjson.loads(body) if len(body) <= _MOST_BYTES else None
    except (OSError, ValueError) as error:
        if isinstance(error, HTTPError):
            error.close()
            if 400 <= error.code < 500:
                raise IssuerRefusedError(f"the issuer refuses ({error.code})") from None
        raise AccessError(f"the issuer cannot be asked ({type(error).__name__})") from error
    if not isinstance(answer, dict):
        raise AccessError("the issuer's answer is not a JSON object of usual size")
    return answer
