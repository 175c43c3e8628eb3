"""Decisions as the program knows them, and as rows: what is personal leaves only sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from struct import Struct
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, literal_column, select

from data.store.tables import BLOCK, BLOCK_BITS, decisions
from data.vault import Vault

COLUMNS = tuple(column.name for column in decisions.columns)
_LENGTHS = Struct(">III")


class Numbers(NamedTuple):
    """What a model says of one application."""

    pd: float
    log_odds: float
    points: int
    band: str


class Decision(NamedTuple):
    """One decision.

    ``request`` is what was asked and ``record`` what was answered beyond the other fields, both
    as the bytes of a JSON document; ``pd`` and ``log_odds`` come back to the last bit (SQLite
    only forgets the sign of a zero); they, ``points`` and ``band`` are None where the model was
    suspended and a person decides. When it is ``erased``, ``application_id``, ``applicant_id``,
    ``request`` and ``record`` are empty.
    """

    decision_id: str
    created_at: datetime
    key_id: str
    branch: str | None
    officer: str | None
    application_id: str
    applicant_id: str
    model_version: str
    contract_hash: str
    policy_version: str
    pd: float | None
    log_odds: float | None
    points: int | None
    band: str | None
    recommendation: str
    request: bytes
    record: bytes

    @property
    def scored(self) -> bool:
        """Whether a model decided."""
        return self.pd is not None

    @property
    def numbers(self) -> Numbers:
        """What the model said. Raises ValueError where none was asked."""
        if self.pd is None or self.log_odds is None or self.points is None or self.band is None:
            raise ValueError("the model was suspended: this decision has no numbers")
        return Numbers(self.pd, self.log_odds, self.points, self.band)

    @property
    def erased(self) -> bool:
        """Whether what was personal is gone."""
        return not self.applicant_id


def pack(decision: Decision) -> bytes:
    """What is sealed: the two ids, the request and the record, each with its length."""
    application = decision.application_id.encode()
    applicant = decision.applicant_id.encode()
    lengths = _LENGTHS.pack(len(application), len(applicant), len(decision.request))
    return b"".join((lengths, application, applicant, decision.request, decision.record))


def unpack(plain: bytes) -> tuple[str, str, bytes, bytes]:
    """What ``pack`` put together: application id, applicant id, request, record."""
    sizes = _LENGTHS.unpack_from(plain)
    parts, at = [], _LENGTHS.size
    for size in sizes:
        parts.append(plain[at : at + size])
        at += size
    return parts[0].decode(), parts[1].decode(), parts[2], plain[at:]


def decision_of(row: Sequence[Any], vault: Vault) -> Decision:
    """The decision of a row with ``COLUMNS``. Raises VaultError when it cannot be opened."""
    decision_id, row_key, sealed = row[1], row[-2], row[-1]
    erased = sealed is None or row_key is None
    opened = ("", "", b"", b"") if erased else unpack(vault.unseal(sealed, row_key, decision_id))
    application, applicant, request, record = opened
    fields = [*row[1:6], application, applicant, *row[8:16], request, record]
    return Decision(*fields)


def about(person: str) -> ColumnElement[bool]:
    """Whether a decision is about the pseudonym ``person``: a look into each block of the index."""
    newest = select(func.max(decisions.c.position)).scalar_subquery()
    first = select(literal_column("0").label("block")).cte("blocks", recursive=True)
    last = newest.op(">>")(literal_column(str(BLOCK_BITS)))
    blocks = first.union_all(select(first.c.block + 1).where(first.c.block < last))
    found = (
        select(decisions.c.position)
        .select_from(blocks)
        .join(decisions, blocks.c.block == BLOCK)
        .where(decisions.c.applicant == person)
    )
    return decisions.c.position.in_(found)
