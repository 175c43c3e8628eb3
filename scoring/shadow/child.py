"""The challenger's own process: it may hang or die, and nobody but it notices.

Questions and answers are JSON, each after its length in eight bytes: ``{"shared": [...],
"requests": [...]}`` is answered with the columns of ``Seen``, an ``error`` for each request (null
for none) and the seconds that it took.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from data.processes import stand_back
from scoring.scorer import Scorer
from scoring.shadow.seeing import Seen, see

LENGTH = 8
FAILED = "failed"
"""Error of a request that the model cannot score."""


def read_frame(file: BinaryIO) -> bytes | None:
    """The next message; None when the other side has gone."""
    size = file.read(LENGTH)
    if len(size) < LENGTH:
        return None
    content = file.read(int.from_bytes(size, "big"))
    return content if len(content) == int.from_bytes(size, "big") else None


def write_frame(file: BinaryIO, content: bytes) -> None:
    """Send a message."""
    file.write(len(content).to_bytes(LENGTH, "big"))
    file.write(content)
    file.flush()


def answer(scorer: Scorer, question: Mapping[str, Any]) -> dict[str, Any]:
    """Score all requests at once, or one by one where one of them cannot be scored."""
    wall, cpu = time.perf_counter(), time.process_time()
    requests, shared = question["requests"], question["shared"]
    try:
        seen, errors = see(scorer, requests, shared), [None] * len(requests)
    except ValueError:
        seen, errors = _one_by_one(scorer, requests, shared)
    spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    return seen._asdict() | {"error": errors} | spent


def _one_by_one(
    scorer: Scorer, requests: Sequence[Mapping[str, Any]], shared: Sequence[str]
) -> tuple[Seen, list[Any]]:
    rows: list[tuple[Any, ...]] = []
    errors: list[str | None] = []
    for request in requests:
        try:
            rows.append(tuple(column[0] for column in see(scorer, [request], shared)))
            errors.append(None)
        except ValueError:
            rows.append((None,) * len(Seen._fields))
            errors.append(FAILED)
    return Seen(*(list(column) for column in zip(*rows, strict=True))), errors


def main(folder: str, keys: str, threads: str, longest: str) -> None:
    """Load the model in ``folder``, then answer until standard input ends.

    No canary goes before: this process may die of the model itself.

    An answer that takes ``longest`` seconds ends the process, even when nobody waits any more.
    """
    from scoring.canary import check_golden
    from scoring.sealing import open_bundle
    from scoring.signing import TrustedKeys

    stand_back()
    answers = os.dup(1)
    os.dup2(2, 1)  # what libraries print is no answer
    bundle, version = open_bundle(Path(folder), TrustedKeys(Path(keys)))
    scorer = Scorer(bundle, version, int(threads))
    golden = scorer.score_matrix(bundle.golden.matrix())
    if golden.contributions is not None:
        check_golden(bundle, golden.log_odds, golden.contributions)
    with os.fdopen(answers, "wb") as file:
        write_frame(file, b"{}")
        while (content := read_frame(sys.stdin.buffer)) is not None:
            signal.alarm(int(longest))
            reply = orjson.dumps(answer(scorer, orjson.loads(content)))
            signal.alarm(0)
            write_frame(file, reply)


if __name__ == "__main__":
    main(*sys.argv[1:])
