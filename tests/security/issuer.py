"""An identity provider on loopback, for tests: its keys, its tokens and how it can fail."""

import json
import threading
from base64 import b64encode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "microscore-test"
CLIENT, SECRET = "pages", "a client secret: with signs"


@dataclass
class Issuer:
    """``keys`` are private keys by id; ``asked`` counts requests by path."""

    url: str = ""
    keys: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    down: bool = False
    signing_in: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    """``signing_in``: changes to the claims of ID tokens; ``codes``: code to what asked for it."""

    def authorized(self, address: str) -> str:
        """Where the browser is sent back to that came to ``address`` and signed in here."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.url}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def granted(self, form: dict[str, str], authorization: str | None) -> dict[str, Any] | None:
        """The answer of the token endpoint, None for a wrong request; a code works once."""
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = sha256(form.get("code_verifier", "").encode()).digest()
        basic = b64encode(f"{CLIENT}:{quote_plus(SECRET)}".encode()).decode()
        right = (
            asked is not None
            and urlsafe_b64encode(verifier).decode().rstrip("=") == asked["code_challenge"]
            and form.get("redirect_uri") == asked["redirect_uri"]
            and form.get("grant_type") == "authorization_code"
            and authorization == f"Basic {basic}"
        )
        if asked is None or not right:
            return None
        claims = {"aud": CLIENT, "nonce": asked["nonce"], "preferred_username": "amina"}
        return {"id_token": self.token(**(claims | self.signing_in)), "token_type": "Bearer"}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Claims of a good token of an officer; a change to None leaves one out."""
        now = int(time())
        good = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "7a1f",
            "iat": now,
            "exp": now + 300,
            "role": "officer",
            "branch": "Kisumu",
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(self, key_id: str = "rsa", headers: dict[str, Any] | None = None, **c: Any) -> str:
        """A signed token; ``c`` changes claims."""
        algorithm = {"rsa": "RS256", "ec": "ES256", "ed": "EdDSA"}[key_id.partition("-")[0]]
        given = {"kid": key_id} | (headers or {})
        return jwt.encode(self.claims(**c), self.keys[key_id], algorithm, given)

    def jwks(self) -> dict[str, Any]:
        """The public keys as a JWK set."""
        return {"keys": [public_jwk(key) | {"kid": name} for name, key in self.keys.items()]}

    def document(self, path: str) -> Any:
        """What stands at ``path``."""
        if path in self.documents:
            return self.documents[path]
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/keys",
                "authorization_endpoint": f"{self.url}/authorize?tenant=1",
                "token_endpoint": f"{self.url}/token",
            }
        return self.jwks() if path == "/keys" else None


def public_jwk(key: PrivateKeyTypes) -> dict[str, Any]:
    """The public half as a JWK."""
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return RSAAlgorithm.to_jwk(public, as_dict=True)
    if isinstance(public, ec.EllipticCurvePublicKey):
        return ECAlgorithm.to_jwk(public, as_dict=True)
    assert isinstance(public, ed25519.Ed25519PublicKey)
    return OKPAlgorithm.to_jwk(public, as_dict=True)


def raw_token(header: str, payload: str, signature: bytes = b"x") -> str:
    """A token put together by hand."""
    parts = (header.encode(), payload.encode(), signature)
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def signed_raw(issuer: Issuer, payload: str, header: str | None = None) -> str:
    """``payload`` as it stands, signed with the issuer's RSA key."""
    head = header or '{"alg":"RS256","kid":"rsa","typ":"JWT"}'
    signed = raw_token(head, payload, b"").rstrip(".")
    algorithm = RSAAlgorithm(RSAAlgorithm.SHA256)
    signature = algorithm.sign(signed.encode(), issuer.keys["rsa"])
    return f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


@contextmanager
def serving() -> Iterator[Issuer]:
    """An issuer with an RSA, an EC and an Ed25519 key, listening on loopback."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked[self.path] += 1
            document = None if issuer.down else issuer.document(self.path)
            moved = isinstance(document, str)
            self.send_response(503 if issuer.down else 302 if moved else 200 if document else 404)
            if moved:
                self.send_header("Location", str(document))
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def do_POST(self) -> None:
            issuer.asked[self.path] += 1
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = issuer.granted(dict(parse_qsl(body)), self.headers["Authorization"])
            self.send_response(503 if issuer.down else 200 if given else 400)
            self.end_headers()
            self.wfile.write(json.dumps(given or {"error": "invalid_grant"}).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
    issuer.keys |= {
        "rsa": rsa.generate_private_key(65537, 2048),
        "ec": ec.generate_private_key(ec.SECP256R1()),
        "ed": ed25519.Ed25519PrivateKey.generate(),
    }
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
