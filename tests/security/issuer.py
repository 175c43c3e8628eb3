"""An identity provider on loopback, for tests: its keys, its tokens and how it can fail."""

import json
import threading
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "microscore-test"


@dataclass
class Issuer:
    """``keys`` are private keys by id; ``asked`` counts requests by path."""

    url: str = ""
    keys: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    down: bool = False

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
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
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
