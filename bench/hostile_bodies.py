"""How long the real server takes to refuse hostile bodies.

    python bench/hostile_bodies.py

Every body of tests/web/test_hostile_bodies.py, 100,000 brackets and 10 MB, sent to a server of
its own on loopback; the best of three tries of each counts, the slowest body is printed.
"""

import http.client
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.bundles import small_bundle
from tests.web.process import running
from tests.web.test_hostile_bodies import NUMBER, PLANTED, RULES, SYNTAX
from tests.web.world import home_settings, make_key, promote

LIMIT_MS = 200.0
LARGE = {
    "100,000 arrays deep": b"[" * 100_000,
    "100,000 objects deep": b'{"a":' * 100_000,
    "10 MB of text": b'{"a":"' + b"x" * 10_000_000 + b'"}',
    "10 MB of brackets": b"[" * 10_000_000,
}


def _send(address: str, key: str, body: bytes) -> tuple[float, int, str, bytes]:
    connection = http.client.HTTPConnection(address, timeout=10)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    start = time.perf_counter()
    with suppress(BrokenPipeError, ConnectionResetError):  # it answers before it has read all
        connection.request("POST", "/score", body, headers)
    reply = connection.getresponse()
    text = reply.read()
    took = (time.perf_counter() - start) * 1000
    connection.close()
    return took, reply.status, reply.headers["content-type"] or "", text


def main() -> None:
    """Print how many bodies were refused rightly, and the slowest."""
    with tempfile.TemporaryDirectory() as folder:
        settings = home_settings(Path(folder))
        promote(settings, small_bundle())
        key = make_key(settings, "officer")[0]
        right, slowest = 0, (0.0, "")
        bodies = {**SYNTAX, **RULES, **LARGE}
        with running(Path(folder)) as server:
            address = server.url.removeprefix("http://")
            for name, body in bodies.items():
                tries = [_send(address, key, body) for _ in range(3)]
                slowest = max(slowest, (min(t[0] for t in tries), name))
                right += all(
                    400 <= status < 500
                    and kind.startswith("application/problem+json")
                    and PLANTED.encode() not in text
                    and NUMBER.encode() not in text
                    for _, status, kind, text in tries
                )
    print(f"{right} of {len(bodies)} bodies: always 4xx problem+json without a submitted value")
    print(f"slowest: {slowest[0]:.1f} ms ({slowest[1]}), limit {LIMIT_MS:.0f} ms")


if __name__ == "__main__":
    main()
