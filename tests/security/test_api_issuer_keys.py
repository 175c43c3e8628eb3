"""The issuer's keys: fetched when needed, kept while it is away, and never too often."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt import PyJWK

from api.issuer_keys import FRESH_SECONDS, KEPT_SECONDS, PAUSE_SECONDS, IssuerKeys, fetch_keys
from api.log import Log
from api.problems import Problem
from data.errors import AccessError
from tests.security.issuer import Issuer, public_jwk, serving

ALGORITHMS = ("RS256", "ES256", "EdDSA")


class Fake:
    """An issuer in memory; ``now`` is the time of its cache."""

    def __init__(self) -> None:
        self.keys = {("a", "RS256"): cast(PyJWK, "key a")}
        self.now, self.fetched, self.down = 1000.0, 0, False
        self.cache = IssuerKeys(self.fetch, Log(), lambda: self.now)

    def fetch(self) -> dict[tuple[str, str], PyJWK]:
        self.fetched += 1
        if self.down:
            raise AccessError("away")
        return dict(self.keys)

    async def find(self, key_id: str = "a") -> Any:
        try:
            return await self.cache.find(key_id, "RS256")
        except Problem as problem:
            return problem.slug
        finally:
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                await task


def play(story: Callable[[Fake], Awaitable[None]]) -> None:
    async def run() -> None:
        await story(Fake())

    asyncio.run(run())


def test_keys_are_fetched_once_and_then_now_and_again() -> None:
    async def story(issuer: Fake) -> None:
        for _ in range(3):
            assert await issuer.find() == "key a"
        assert issuer.fetched == 1
        issuer.now += FRESH_SECONDS + 1
        issuer.keys = {("a", "RS256"): cast(PyJWK, "new a")}
        assert await issuer.find() == "key a", "nobody waits for the refresh"
        assert await issuer.find() == "new a"
        assert issuer.fetched == 2

    play(story)


def test_a_new_key_is_found_and_junk_does_not_hammer_the_issuer() -> None:
    async def story(issuer: Fake) -> None:
        assert await issuer.find() == "key a"
        issuer.keys[("b", "RS256")] = cast(PyJWK, "key b")
        assert await issuer.find("b") is None, "too early to ask again"
        issuer.now += PAUSE_SECONDS
        assert await issuer.find("b") == "key b"
        for i in range(100):
            assert await issuer.find(f"junk {i}") is None
        assert issuer.fetched == 2
        issuer.now += PAUSE_SECONDS
        for i in range(100):
            assert await issuer.find(f"junk {i}") is None
        assert issuer.fetched == 3

    play(story)


def test_a_withdrawn_key_is_forgotten() -> None:
    async def story(issuer: Fake) -> None:
        assert await issuer.find() == "key a"
        issuer.keys = {}
        issuer.now += FRESH_SECONDS + 1
        await issuer.find()
        assert await issuer.find() is None

    play(story)


def test_keys_serve_for_a_while_when_the_issuer_is_away() -> None:
    async def story(issuer: Fake) -> None:
        assert await issuer.find() == "key a"
        issuer.down = True
        issuer.now += KEPT_SECONDS - 1
        assert await issuer.find() == "key a"
        assert await issuer.find("b") == "issuer-unavailable", "b may be new: nobody knows"
        issuer.now += 2
        assert await issuer.find() == "issuer-unavailable"
        issuer.down = False
        assert await issuer.find() == "issuer-unavailable", "not asked again so soon"
        issuer.now += PAUSE_SECONDS
        assert await issuer.find() == "key a"

    play(story)


def test_many_who_wait_share_one_fetch() -> None:
    async def story(issuer: Fake) -> None:
        found = await asyncio.gather(*(issuer.cache.find("a", "RS256") for _ in range(20)))
        assert {str(key) for key in found} == {"key a"}
        assert issuer.fetched == 1

    play(story)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with serving() as made:
        yield made


def test_the_discovery_document_leads_to_the_keys(issuer: Issuer) -> None:
    found = fetch_keys(issuer.url, None, ALGORITHMS)
    assert set(found) == {("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")}
    assert set(fetch_keys(issuer.url, f"{issuer.url}/keys", ("PS256", "RS512"))) == {
        ("rsa", "PS256"),
        ("rsa", "RS512"),
    }


def test_only_keys_to_sign_with_are_taken(issuer: Issuer) -> None:
    key, curve = public_jwk(issuer.keys["rsa"]), public_jwk(ec.generate_private_key(ec.SECP384R1()))
    listed: list[Any] = [
        key | {"kid": "good", "use": "sig", "alg": "RS256", "x5c": ["ignored"]},
        key | {"kid": "to encrypt", "use": "enc"},
        key | {"kid": "other", "alg": "RSA-OAEP"},
        key | {"kid": 7},
        key,
        curve | {"kid": "another curve"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "secret", "alg": "HS256"},
        {"kty": "RSA", "kid": "broken", "n": "", "e": "AQAB"},
        "text",
    ]
    issuer.documents["/keys"] = {"keys": listed}
    assert set(fetch_keys(issuer.url, None, ALGORITHMS)) == {("good", "RS256")}


def elsewhere(issuer: Issuer) -> dict[str, Any]:
    return {"/.well-known/openid-configuration": {"issuer": issuer.url + "x", "jwks_uri": "k"}}


def insecure(issuer: Issuer) -> dict[str, Any]:
    document = {"issuer": issuer.url, "jwks_uri": "http://192.0.2.1/keys"}
    return {"/.well-known/openid-configuration": document}


@pytest.mark.parametrize(
    "documents",
    [elsewhere, insecure,
     lambda i: {"/.well-known/openid-configuration": {"issuer": i.url}},
     lambda i: {"/.well-known/openid-configuration": f"{i.url}/moved"},
     lambda i: {"/keys": f"{i.url}/moved", "/moved": i.jwks()},
     lambda _: {"/keys": {"keys": "none"}},
     lambda _: {"/keys": ["none"]},
     lambda _: {"/keys": {"keys": [], "junk": "x" * 300_000}},
     lambda _: {"/keys": {"keys": [{}] * 101}}],
)  # fmt: skip
def test_a_wrong_answer_is_refused(
    issuer: Issuer, documents: Callable[[Issuer], dict[str, Any]]
) -> None:
    issuer.documents |= documents(issuer)
    with pytest.raises(AccessError, match="issuer"):
        fetch_keys(issuer.url, None, ALGORITHMS)


def test_an_issuer_that_is_away_is_an_error(issuer: Issuer) -> None:
    issuer.down = True
    with pytest.raises(AccessError, match="cannot be asked"):
        fetch_keys(issuer.url, None, ALGORITHMS)
