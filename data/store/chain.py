"""The hash chain over decisions and other events: what its bytes are.

``link = SHA-256(link before || digest || text)``, where ``text`` is position, kind, time and
reference of the row, and ``digest`` is the SHA-256 of what the row is about: a decision's kept
columns with the SHA-256 of its sealed content, or an event's entry. Texts are netstrings
(``length:text``, ``-`` for null), so that no two rows have the same bytes; numbers with a
fraction are hexadecimal, to the last bit. None of it depends on a library's formatting.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

START = bytes(32)
"""The link before the first row."""
DECISION = "decision"
"""Kind of the rows whose content stands in ``decisions``."""
ERASURE = "erasure"
"""Kind of the events that list the ``positions`` of decisions without content from then on."""


@lru_cache(64)  # a group of decisions has one time
def moment(at: datetime) -> str:
    """A time as the chain has it: UTC with microseconds. Raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def text(values: Iterable[str | None]) -> bytes:
    """The netstrings of ``values``."""
    return "".join(["-" if v is None else f"{len(v)}:{v}" for v in values]).encode()


def decision_digest(at: str, row: tuple[Any, ...]) -> bytes:
    """Digest of a row with ``decisions.COLUMNS``, made at ``at`` (see ``moment``).

    Position and time are in the link, and so not asked of the row.
    """
    (_, decision_id, _, key_id, branch, officer, applicant, application, *rest) = row
    model, contract, policy, pd, log_odds, points, band, recommendation, sealed_sha256, _, _ = rest
    kept = text(
        (
            decision_id,
            at,
            key_id,
            branch,
            officer,
            applicant,
            application,
            model,
            contract,
            policy,
            _number(pd),
            _number(log_odds),
            None if points is None else str(points),
            band,
            recommendation,
        )
    )
    return sha256(sealed_sha256 + kept).digest()


def _number(value: float | None) -> str | None:
    return None if value is None else (value + 0.0).hex()  # SQLite forgets the sign of a zero


def entry_bytes(entry: Mapping[str, Any]) -> bytes:
    """An event's entry as it is stored; its SHA-256 is the digest."""
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(before: bytes, position: int, kind: str, at: str, ref: str, digest: bytes) -> bytes:
    """The link of a row to the row before it."""
    return sha256(before + digest + text((str(position), kind, at, ref))).digest()
