"""Signing in to the pages at the institution's identity provider: the authorization code flow.

OpenID Connect Core 1.0 with PKCE (RFC 7636, S256), state, nonce and the issuer's name in the
answer where it gives one (RFC 9207). A browser that begins gets a random cookie; state, nonce and
the code verifier are HMACs of it, so that nothing is kept here and nobody else's answer fits.
"""

from __future__ import annotations

import asyncio
import hmac
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from api.addresses import trustworthy
from api.api_keys import Pepper
from api.clock import Clock, utc_now
from api.issuer_keys import FRESH_SECONDS, IssuerRefusedError, ask_issuer, discovered
from api.limits import Buckets, come_later
from api.log import Event, Log
from api.oidc import Member, OidcTokens
from api.problems import Problem
from api.settings import OidcSettings
from data.errors import AccessError

LASTS = timedelta(minutes=10)
"""How long a person may take at the issuer."""
PER_MINUTE = 60
"""Sign-ins that one address may begin and end in a minute."""
_PATIENCE = 6.0
_LONGEST = 4096
_ENDPOINTS = ("authorization_endpoint", "token_endpoint")


class Begun(NamedTuple):
    """Where the browser goes, and the cookie ``flow`` that it brings back."""

    address: str
    flow: str


class CodeFlow:
    """Sends browsers to the issuer and finds out who came back; call it from the event loop."""

    def __init__(
        self,
        settings: OidcSettings,
        tokens: OidcTokens,
        pepper: Pepper,
        log: Log,
        clock: Clock = utc_now,
    ) -> None:
        self._settings, self._tokens, self._pepper = settings, tokens, pepper
        self._log, self._clock = log, clock
        self._asked = Buckets()
        self._known: dict[str, str] = {}
        self._known_at = float("-inf")

    async def begin(self, wanted: str, address: str) -> Begun:
        """Send a browser at ``address`` to the issuer; ``wanted`` is where it goes in the end.

        Raises Problem 429, 503.
        """
        self._pace(address)
        flow = f"{token_urlsafe(32)}.{int(self._clock().timestamp())}.{quote(wanted, safe='/')}"
        challenge = sha256(self._derived("verifier", flow).encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.redirect_url,
            "scope": "openid profile",
            "state": self._derived("state", flow),
            "nonce": self._derived("nonce", flow),
            "code_challenge": urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        endpoint = (await self._endpoints())["authorization_endpoint"]
        mark = "&" if urlsplit(endpoint).query else "?"
        return Begun(f"{endpoint}{mark}{urlencode(query)}", flow)

    async def finish(self, flow: str | None, answer: Mapping[str, str], address: str) -> Member:
        """Who came back with the issuer's ``answer`` (the query) and the cookie ``flow``.

        Raises Problem: 401 for an answer that is not to a question of this browser or is not
        good, 403 for who has no role here, 429, 503 when the issuer cannot be asked.
        """
        self._pace(address)
        if flow is None or not self._fresh(flow):
            raise Problem("unauthorized")
        state, code = answer.get("state", ""), answer.get("code", "")
        mine = hmac.compare_digest(state.encode(), self._derived("state", flow).encode())
        named = answer.get("iss", self._settings.issuer) == self._settings.issuer
        if not mine or not named or not 0 < len(code) <= _LONGEST:
            raise Problem("unauthorized")
        token = await self._token(code, self._derived("verifier", flow))
        client, nonce = self._settings.client_id or "", self._derived("nonce", flow)
        return await self._tokens.member(token, client, nonce)

    def _pace(self, address: str) -> None:
        if seconds := self._asked.take(address, PER_MINUTE):
            raise come_later("too-many-requests", seconds)

    def _fresh(self, flow: str) -> bool:
        """Whether ``flow`` began a short time ago; that it is ours, its state shows."""
        at = flow.split(".")[1] if flow.count(".") >= 2 else ""
        if len(flow) > _LONGEST or not at.isdecimal() or len(at) > 12:
            return False
        return 0 <= self._clock().timestamp() - int(at) <= LASTS.total_seconds()

    def _derived(self, what: str, flow: str) -> str:
        return self._pepper.digest(b"oidc", what.encode(), flow.encode())

    async def _token(self, code: str, verifier: str) -> str:
        """The ID token that the issuer gives for ``code``."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_url,
            "client_id": self._settings.client_id,
            "code_verifier": verifier,
        }
        endpoint = (await self._endpoints())["token_endpoint"]
        given = await self._ask(endpoint, urlencode(form).encode(), self._authorization())
        token = given.get("id_token")
        if not isinstance(token, str) or len(token) > 4 * _LONGEST:
            raise Problem("unauthorized")
        return token

    def _authorization(self) -> dict[str, str]:
        """How the client says who it is (RFC 6749, section 2.3.1)."""
        if self._settings.client_secret is None:
            return {}
        secret = self._settings.client_secret.get_secret_value()
        pair = f"{quote_plus(self._settings.client_id or '')}:{quote_plus(secret)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    async def _endpoints(self) -> dict[str, str]:
        if monotonic() - self._known_at > FRESH_SECONDS:
            found = await self._patiently(discovered, self._settings.issuer or "", *_ENDPOINTS)
            if not all(trustworthy(address) for address in found.values()):
                raise Problem("issuer-unavailable")
            self._known, self._known_at = found, monotonic()
        return self._known

    async def _ask(self, url: str, form: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        answer: dict[str, Any] = await self._patiently(ask_issuer, url, form, headers)
        return answer

    async def _patiently(self, ask: Any, *arguments: Any) -> Any:
        """What the issuer answers, asked in a thread. Raises Problem 401, 503."""
        try:
            return await asyncio.wait_for(asyncio.to_thread(ask, *arguments), _PATIENCE)
        except IssuerRefusedError:
            raise Problem("unauthorized") from None
        except (AccessError, TimeoutError) as error:
            self._log.error(Event.ISSUER_FAILURE, error)
            raise Problem("issuer-unavailable") from None


def wanted_of(flow: str) -> str:
    """Where the person wanted to go who began ``flow``, still quoted."""
    return flow.split(".", 2)[2] if flow.count(".") >= 2 else "/"
