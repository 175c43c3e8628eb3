"""Bearer tokens: which get in, and a table of those that must not."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.roles import ROLES
from api.settings import OidcSettings
from tests.security.issuer import AUDIENCE, Issuer, public_jwk, raw_token, serving, signed_raw
from tests.web.world import World, application, home_settings, served

STRANGER = rsa.generate_private_key(65537, 2048)
CURVE = ec.generate_private_key(ec.SECP384R1())


def oidc(issuer: Issuer, **changes: Any) -> OidcSettings:
    given = {"algorithms": "RS256, ES256,EdDSA"} | changes
    return OidcSettings(issuer=issuer.url, audience=AUDIENCE, **given)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def world(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = home_settings(tmp_path_factory.mktemp("oidc"), oidc=oidc(issuer))
    with served(settings) as made:
        yield made


def read(world: World, token: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return world.client.get(f"/scores/{uuid4()}", headers=headers)


def score(world: World, token: str, **changes: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return world.client.post("/score", json=application(**changes), headers=headers)


@pytest.mark.parametrize("key_id", ["rsa", "ec", "ed"])
def test_a_good_token_gets_in(world: World, issuer: Issuer, key_id: str) -> None:
    assert score(world, issuer.token(key_id), branch_id="Kisumu").status_code == 200


def test_a_token_signed_by_hand_gets_in_too(world: World, issuer: Issuer) -> None:
    assert read(world, signed_raw(issuer, json.dumps(issuer.claims()))).status_code == 404


def test_the_log_names_the_subject_by_a_digest_alone(
    issuer: Issuer, tmp_path: Path, capsysbinary: Any
) -> None:
    with served(home_settings(tmp_path, oidc=oidc(issuer)), champion=False) as world:
        for subject in ("PLANTED4711", "PLANTED4711", "other"):
            token = issuer.token(email="PLANTED@example.org", sub=subject)
            assert read(world, token).status_code == 404
    written = capsysbinary.readouterr().err
    keys = [json.loads(line).get("key") for line in written.splitlines()]
    first, again, other = [key for key in keys if key]
    assert first == again != other
    assert re.fullmatch("person:[a-z2-7]{16}", first)
    assert b"PLANTED" not in written


def test_an_officer_has_the_branch_of_the_token(world: World, issuer: Issuer) -> None:
    assert score(world, issuer.token(branch="Mwanza"), branch_id="Kisumu").status_code == 403
    made = score(world, issuer.token(branch="Mwanza"), branch_id=None).json()["decision_id"]
    for branch, status in (("Mwanza", 200), ("Kisumu", 404)):
        token = issuer.token(branch=branch, sub="another")
        headers = {"Authorization": f"Bearer {token}"}
        assert world.client.get(f"/scores/{made}", headers=headers).status_code == status


@pytest.mark.parametrize("role", [["offline", "officer"], "officer"])
def test_the_role_may_stand_in_a_list(world: World, issuer: Issuer, role: Any) -> None:
    assert read(world, issuer.token(role=role)).status_code == 404


@pytest.mark.parametrize(
    "claims",
    [{"role": None}, {"role": "owner"}, {"role": ["officer", "admin"]}, {"role": []},
     {"role": {"officer": 1}}, {"role": 3}, {"role": "Officer"}, {"branch": None},
     {"branch": "a b"}, {"branch": 7}, {"branch": ["Kisumu"]}, {"branch": ""}],
)  # fmt: skip
def test_without_a_role_or_branch_nothing_is_allowed(
    world: World, issuer: Issuer, claims: dict[str, Any]
) -> None:
    reply = read(world, issuer.token(**claims))
    assert (reply.status_code, reply.json()["type"]) == (403, "/problems/forbidden")


def now(seconds: float) -> float:
    return time() + seconds


def pem(issuer: Issuer) -> bytes:
    public = issuer.keys["rsa"].public_key()
    return bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def confused(issuer: Issuer) -> str:
    """Signed with HMAC, the public key being the secret (PyJWT itself would not)."""
    import hashlib
    import hmac

    head, claims = '{"alg":"HS256","kid":"rsa","typ":"JWT"}', json.dumps(issuer.claims())
    signed = raw_token(head, claims, b"").rstrip(".")
    return raw_token(head, claims, hmac.new(pem(issuer), signed.encode(), hashlib.sha256).digest())


def none(issuer: Issuer, name: str = "none") -> str:
    head = json.dumps({"alg": name, "kid": "rsa", "typ": "JWT"})
    return raw_token(head, json.dumps(issuer.claims()), b"").rstrip(".") + "."


def forged(issuer: Issuer, key_id: str = "rsa", **headers: Any) -> str:
    return jwt.encode(issuer.claims(), STRANGER, "RS256", {"kid": key_id} | headers)


def twice(issuer: Issuer) -> str:
    claims = json.dumps(issuer.claims())
    return signed_raw(issuer, claims[:-1] + ', "role": "admin"}')


def twice_in_header(issuer: Issuer) -> str:
    head = '{"alg":"none","alg":"RS256","kid":"rsa"}'
    return signed_raw(issuer, json.dumps(issuer.claims()), head)


def other_branch(issuer: Issuer) -> str:
    head, claims, signature = issuer.token().split(".")
    changed = raw_token("", json.dumps(issuer.claims(branch="Mwanza"))).split(".")[1]
    assert changed != claims
    return f"{head}.{changed}.{signature}"


Make = Callable[[Issuer], str]
BAD: dict[str, Make] = {
    "alg none": none,
    "alg None": lambda i: none(i, "None"),
    "alg nonE, no kid": lambda i: raw_token('{"alg":"nonE"}', json.dumps(i.claims()), b""),
    "HS256 with the public key": confused,
    "alg not accepted": lambda i: jwt.encode(i.claims(), i.keys["rsa"], "RS512", {"kid": "rsa"}),
    "alg of another key": lambda i: jwt.encode(i.claims(), i.keys["ec"], "ES256", {"kid": "rsa"}),
    "curve of another alg": lambda i: jwt.encode(i.claims(), CURVE, "ES384", {"kid": "ec"}),
    "another key": forged,
    "unknown kid": lambda i: forged(i, "nobody"),
    "kid with a path": lambda i: forged(i, "../../rsa"),
    "no kid": lambda i: jwt.encode(i.claims(), i.keys["rsa"], "RS256"),
    "kid not a text": lambda i: signed_raw(i, json.dumps(i.claims()), '{"alg":"RS256","kid":1}'),
    "own jwk": lambda i: forged(i, jwk=public_jwk(STRANGER)),
    "jku": lambda i: i.token(headers={"jku": f"{i.url}/keys"}),
    "x5u": lambda i: i.token(headers={"x5u": f"{i.url}/keys"}),
    "crit": lambda i: i.token(headers={"crit": ["x"], "x": 1}),
    "typ of a logout token": lambda i: i.token(headers={"typ": "logout+jwt"}),
    "typ not a text": lambda i: signed_raw(
        i, json.dumps(i.claims()), '{"alg":"RS256","kid":"rsa","typ":["JWT"]}'
    ),
    "another issuer": lambda i: i.token(iss="https://login.example.org"),
    "issuer with a slash": lambda i: i.token(iss=i.url + "/"),
    "no issuer": lambda i: i.token(iss=None),
    "another audience": lambda i: i.token(aud="another"),
    "list audience": lambda i: i.token(aud=[AUDIENCE, "another"]),
    "list of one audience": lambda i: i.token(aud=[AUDIENCE]),
    "no audience": lambda i: i.token(aud=None),
    "no subject": lambda i: i.token(sub=None),
    "empty subject": lambda i: i.token(sub=""),
    "subject not a text": lambda i: i.token(sub=7),
    "expired": lambda i: i.token(exp=int(now(-31))),
    "no exp": lambda i: i.token(exp=None),
    "exp as text": lambda i: signed_raw(i, json.dumps(i.claims(exp=str(int(now(300)))))),
    "exp true": lambda i: signed_raw(i, json.dumps(i.claims(exp=True))),
    "exp infinite": lambda i: signed_raw(i, json.dumps(i.claims(exp=float("inf")))),
    "exp NaN": lambda i: signed_raw(i, json.dumps(i.claims(exp=float("nan")))),
    "not yet valid": lambda i: i.token(nbf=int(now(60))),
    "from the future": lambda i: i.token(iat=int(now(60)), exp=int(now(600))),
    "no iat": lambda i: i.token(iat=None),
    "iat as text": lambda i: signed_raw(i, json.dumps(i.claims(iat=str(int(now(0)))))),
    "too old": lambda i: i.token(iat=int(now(-7300)), exp=int(now(60))),
    "an ID token": lambda i: i.token(nonce="n", at_hash="h"),
    "a refresh token": lambda i: i.token(typ="Refresh"),
    "bound to a key": lambda i: i.token(cnf={"jkt": "x"}),
    "role twice": twice,
    "alg twice": twice_in_header,
    "changed": other_branch,
    "truncated": lambda i: i.token()[:-10],
    "no signature": lambda i: i.token().rpartition(".")[0] + ".",
    "two parts": lambda i: i.token().rpartition(".")[0],
    "four parts": lambda i: i.token() + ".x",
    "padded": lambda i: i.token() + "===",
    "huge": lambda i: i.token(junk="x" * 10_000),
    "many claims": lambda i: i.token(junk=list(range(600))),
    "deep": lambda i: signed_raw(i, "[" * 900 + "]" * 900),
    "a list": lambda i: signed_raw(i, "[1]"),
    "not JSON": lambda i: signed_raw(i, "{"),
    "not UTF-8": lambda i: signed_raw(i, json.dumps(i.claims()), '{"alg":"RS256","kid":"\\ud800"}'),
    "dots": lambda _: "..",
    "empty": lambda _: "",
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_gets_nobody_in(world: World, issuer: Issuer, kind: str) -> None:
    token = BAD[kind](issuer)
    reply = read(world, token)
    assert (reply.status_code, reply.json()["type"]) == (401, "/problems/unauthorized")
    assert reply.headers["www-authenticate"] == "Bearer"
    if token:
        assert token[-20:] not in reply.text


def test_every_role_may_come_by_token(world: World, issuer: Issuer) -> None:
    for role in ROLES:
        assert read(world, issuer.token(role=role)).status_code == 404


def test_clocks_may_differ_a_little(world: World, issuer: Issuer) -> None:
    near: dict[str, Any] = {"iat": int(now(20)), "nbf": int(now(20)), "exp": int(now(300))}
    assert read(world, issuer.token(**near)).status_code == 404
    assert read(world, issuer.token(exp=int(now(-10)))).status_code == 404


def test_without_an_issuer_no_token_gets_in(issuer: Issuer, tmp_path: Path) -> None:
    with served(home_settings(tmp_path, oidc=OidcSettings()), champion=False) as world:
        assert read(world, issuer.token()).status_code == 401


def test_a_role_at_the_end_of_a_path(issuer: Issuer, tmp_path: Path) -> None:
    settings = oidc(issuer, role_claim="realm_access.roles", branch_claim="https://x.org/branch")
    with served(home_settings(tmp_path, oidc=settings), champion=False) as world:
        good: dict[str, Any] = {
            "realm_access": {"roles": ["uma", "risk"]},
            "role": "admin",
            "branch": None,
        }
        assert read(world, issuer.token(**good)).status_code == 404
        assert read(world, issuer.token(realm_access={"roles": "x"})).status_code == 403
        own: dict[str, Any] = {
            "realm_access": {"roles": ["officer"]},
            "https://x.org/branch": "Kisumu",
        }
        assert read(world, issuer.token(**own)).status_code == 404


def test_the_documentation_says_that_tokens_do(world: World, issuer: Issuer) -> None:
    document = world.client.get("/openapi.json").json()
    scheme = document["components"]["securitySchemes"]["oidc"]
    assert scheme["openIdConnectUrl"] == f"{issuer.url}/.well-known/openid-configuration"
    assert document["paths"]["/score"]["post"]["security"] == [{"api_key": []}, {"oidc": []}]
    assert "security" not in document["paths"]["/livez"]["get"]
