"""Bearer tokens of the institution's identity provider, verified strictly.

JSON Web Tokens (RFC 7519) as access tokens (RFC 9068), with the advice of RFC 8725: asymmetric
algorithms from a fixed list, one issuer, one audience, all times required. PyJWT verifies; what
it lets pass and we do not is refused here.
"""

from base64 import b32encode, urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from re import fullmatch
from typing import Any, NamedTuple, cast

import jwt

from api.accounts import PERSON
from api.auth import Limits, Principal
from api.clock import Clock, utc_now
from api.issuer_keys import IssuerKeys
from api.json_body import parse
from api.problem_details import NEEDS_BRANCH, ONE_ROLE
from api.problems import Problem
from api.request_schema import KEY_PATTERN
from api.roles import ROLES, SCOPES_BY_ROLE, Role
from api.settings import OidcSettings

_MOST_CLAIMS = 500
_LONGEST_KEY_ID = 256
_TYPES = {"at+jwt", "application/at+jwt", "jwt"}
_REFUSED = {"crit", "jwk", "jku", "x5c", "x5u", "b64", "enc", "zip"}
"""Parts of a header that bring a key of their own or change how a token is read."""
_TIMES = ("exp", "iat", "nbf")
_REQUIRED = ["exp", "iat", "iss", "aud", "sub"]
_OF_OTHERS = {"cnf", "events"}
"""Claims of tokens bound to a key that we do not see, and of events."""
_OF_ID_TOKENS = {"nonce", "at_hash", "c_hash"}


class Member(NamedTuple):
    """Who signed in at the issuer, and with which rights.

    ``person_id``: from issuer and subject, which no other person ever has; ``name``: how the
    issuer calls the person, if it fits here; it may change.
    """

    person_id: str
    name: str | None
    role: Role
    branch: str | None


class OidcTokens:
    """Verifies tokens of one issuer."""

    def __init__(
        self,
        settings: OidcSettings,
        keys: IssuerKeys,
        limits: Limits,
        clock: Clock = utc_now,
    ) -> None:
        self._settings, self._keys = settings, keys
        self._limits, self._clock = limits, clock

    async def principal(self, token: str) -> Principal:
        """Whose ``token`` this is.

        Raises Problem: 401 when it is not valid here and now, 403 when its role or branch is
        missing, 503 when the issuer's keys are not known and cannot be asked for.
        """
        claims = await self._claims(token, self._settings.audience)
        for_us = _OF_ID_TOKENS.isdisjoint(claims) and claims.get("typ", "Bearer") == "Bearer"
        if not for_us:
            raise Problem("unauthorized")
        return self._owner(claims)

    async def member(self, token: str, client: str, nonce: str) -> Member:
        """Who signed in, by the ID token ``token`` that was made for ``client`` and ``nonce``.

        The rules of OpenID Connect Core 1.0, section 3.1.3.7. Raises Problem as ``principal``.
        """
        claims = await self._claims(token, client)
        said = claims.get("nonce")
        fits = isinstance(said, str) and compare_digest(said.encode(), nonce.encode())
        if not fits or claims.get("azp", client) != client or claims.get("typ", "ID") != "ID":
            raise Problem("unauthorized")
        role, branch = self._rights(claims)
        name = claims.get("preferred_username")
        known = name if isinstance(name, str) and fullmatch(KEY_PATTERN, name) else None
        return Member(_person_id(claims), known, role, branch)

    async def _claims(self, token: str, audience: str | None) -> dict[str, Any]:
        """The claims of a token for ``audience`` that is valid here and now."""
        algorithm, key_id = self._header(token)
        key = await self._keys.find(key_id, algorithm)
        if key is None:
            raise Problem("unauthorized")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=self._settings.issuer,
                audience=audience,
                leeway=self._settings.leeway_seconds,
                options={
                    "require": _REQUIRED,
                    "strict_aud": True,
                    "enforce_minimum_key_length": True,
                },
            )
        except jwt.PyJWTError:
            raise Problem("unauthorized") from None
        _object(token.split(".")[1])
        self._check(claims)
        return claims

    def _header(self, token: str) -> tuple[str, str]:
        """Algorithm and key id, if the header has a form that we accept."""
        header = _object(token.partition(".")[0])
        algorithm, key_id = header.get("alg"), header.get("kid")
        kind = header.get("typ", "jwt")
        if (
            _REFUSED.isdisjoint(header)
            and algorithm in self._settings.algorithms
            and isinstance(key_id, str)
            and len(key_id) <= _LONGEST_KEY_ID
            and isinstance(kind, str)
            and kind.lower() in _TYPES
        ):
            return cast(str, algorithm), key_id
        raise Problem("unauthorized")

    def _check(self, claims: Mapping[str, Any]) -> None:
        """What PyJWT does not look at: types of times, age, and whom it is about."""
        times = [claims[name] for name in _TIMES if name in claims]
        if not all(type(time) in {int, float} for time in times):
            raise Problem("unauthorized")
        oldest = self._settings.max_age_minutes * 60 + self._settings.leeway_seconds
        too_old = self._clock().timestamp() - claims["iat"] > oldest
        if too_old or not _OF_OTHERS.isdisjoint(claims) or not claims["sub"]:
            raise Problem("unauthorized")

    def _owner(self, claims: Mapping[str, Any]) -> Principal:
        role, branch = self._rights(claims)
        return Principal(
            key_id=f"{PERSON}{_person_id(claims)}",
            role=role,
            branch=branch,
            scopes=SCOPES_BY_ROLE[role],
            limits=self._limits,
        )

    def _rights(self, claims: Mapping[str, Any]) -> tuple[Role, str | None]:
        """Role and branch. Raises Problem 403."""
        role = _role(_claim(claims, self._settings.role_claim))
        return role, _branch(claims, self._settings.branch_claim) if role == "officer" else None


def _person_id(claims: Mapping[str, Any]) -> str:
    """One for a token and a visit to the pages: who may not agree with themselves is one person."""
    subject = sha256(f"{claims['iss']}\0{claims['sub']}".encode()).digest()
    return b32encode(subject)[:16].decode().lower()


def _object(segment: str) -> dict[str, Any]:
    """The JSON object in a part of a token, each name once. Raises Problem 401."""
    try:
        content = parse(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)), _MOST_CLAIMS)
    except (Problem, Base64Error, ValueError):
        raise Problem("unauthorized") from None
    if not isinstance(content, dict):
        raise Problem("unauthorized")
    return content


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """The claim ``name``, or the one that its dotted path leads to."""
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _role(claimed: Any) -> Role:
    """The one role of ours in a text or a list of texts. Raises Problem 403."""
    named = claimed if isinstance(claimed, list) else [claimed]
    ours = [role for role in ROLES if role in named]
    if len(ours) != 1:
        raise Problem("forbidden", ONE_ROLE.of())
    return ours[0]


def _branch(claims: Mapping[str, Any], name: str) -> str:
    branch = _claim(claims, name)
    if not isinstance(branch, str) or not fullmatch(KEY_PATTERN, branch):
        raise Problem("forbidden", NEEDS_BRANCH.of())
    return branch
