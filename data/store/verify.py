"""Walks the whole chain and names what others did to it, to decisions or to their content.

Then to the other rows that it vouches for (``attested``): consents, aliases, audits.

Read in batches, each one state of the database, while servers go on writing: rows are only ever
added at the end, and content is only ever erased with an event further on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from data.errors import VaultError
from data.store.attested import find_faults
from data.store.chain import DECISION, ERASURE, decision_digest
from data.store.decisions import COLUMNS
from data.store.engine import Store
from data.store.heads import Head
from data.store.links import Fault, Follower, Link
from data.store.raw import Row, all_rows, moment_of, one_state
from data.vault import Vault

_BATCH = 2_000
_LINKS = "position, kind, at, ref, entry, digest, link"
_ID, _AT = COLUMNS.index("decision_id"), COLUMNS.index("created_at")
_SHA256, _SEALED, _ROW_KEY = (COLUMNS.index(n) for n in ("sealed_sha256", "sealed", "row_key"))


class Verdict(NamedTuple):
    """What was looked at, and all that is wrong."""

    rows: int
    decisions: int
    heads: int
    faults: list[Fault]


def verify(
    store: Store,
    vault: Vault,
    heads: Sequence[Head],
    progress: Callable[[float], None] | None = None,
) -> Verdict:
    """Check every link, digest and sealed content, the signed ``heads`` and all attested rows.

    Raises StoreError.
    """
    walk = _Walk(vault, {head.position: head for head in heads})
    last = _last_position(store)
    for links, rows in _batches(store):
        walk.take(links, rows)
        if progress is not None:
            progress(min(1.0, walk.links.position / last) if last else 1.0)
    walk.finish(store)
    walk.links.faults += find_faults(store)
    return Verdict(walk.rows, walk.decisions, len(heads), walk.links.finish())


@dataclass
class _Walk:
    vault: Vault
    heads: Mapping[int, Head]
    links: Follower = field(default_factory=Follower)
    rows: int = 0
    decisions: int = 0
    empty: dict[int, str] = field(default_factory=dict)
    """Decisions without content for which no event was met yet."""
    full: dict[int, str] = field(default_factory=dict)
    """Decisions with content, although an event says that it was erased, by its reference."""

    def say(self, position: int, ref: str | None, what: Any, detail: str) -> None:
        self.links.faults.append(Fault(position, ref, what, detail))

    def take(self, links: Sequence[Row], rows: Mapping[int, Row]) -> None:
        on_chain = set()
        for position, kind, at, ref, entry, digest, link in links:
            on_chain.add(position)
            self.links.take(Link(position, kind, moment_of(at), ref, digest, link))
            self._head(position, link)
            if kind == DECISION:
                self._decision(position, ref, digest, rows.get(position))
            else:
                self._event(position, kind, ref, entry, digest)
                if position in rows:
                    self.say(position, rows[position][_ID], "inserted", "an event stands here")
        self.rows += len(links)
        for position in sorted(rows.keys() - on_chain):
            self.say(position, rows[position][_ID], "inserted", "the decision is not on the chain")

    def _decision(self, position: int, ref: str, digest: bytes, row: Row | None) -> None:
        self.decisions += 1
        if row is None:
            self.say(position, ref, "deleted", "the decision is gone from the store")
        elif row[_ID] != ref:
            self.say(position, ref, "reordered", f"the decision {row[_ID]} stands in its place")
        elif not _is(digest, row):
            self.say(position, ref, "changed", "the decision is not as it was written")
        elif row[_SEALED] is None or row[_ROW_KEY] is None:
            self.empty[position] = ref
        else:
            self._content(position, ref, row)

    def _content(self, position: int, ref: str, row: Row) -> None:
        if sha256(row[_SEALED]).digest() != row[_SHA256]:
            self.say(position, ref, "changed", "the sealed content is not what was written")
            return
        try:
            self.vault.unseal(row[_SEALED], row[_ROW_KEY], ref)
        except VaultError:
            detail = "the key of the row was changed, or its master key is missing"
            self.say(position, ref, "unreadable", detail)

    def _event(self, position: int, kind: str, ref: str, entry: Any, digest: bytes) -> None:
        if not isinstance(entry, bytes) or sha256(entry).digest() != digest:
            self.say(position, ref, "changed", f"the entry of the {kind} is not as it was written")
        elif kind == ERASURE:
            for erased in _positions(entry):
                if self.empty.pop(erased, None) is None:
                    self.full[erased] = ref

    def _head(self, position: int, link: bytes) -> None:
        head = self.heads.get(position)
        if head is not None and head.link != link:
            detail = f"this row or one before it was changed after the signed head of {head.day}"
            self.say(position, None, "rewritten", detail)

    def finish(self, store: Store) -> None:
        for position, ref in self.empty.items():
            self.say(position, ref, "erased", "its content is gone and no erasure is on the chain")
        for position in _with_content(store, sorted(self.full)):
            detail = f"its content is here, although it was erased (event {self.full[position]})"
            self.say(position, None, "changed", detail)
        for head in self.heads.values():
            if head.position > self.links.position:
                detail = f"the signed head of {head.day} was at position {head.position}"
                self.say(self.links.position, None, "truncated", detail)


def _positions(entry: bytes) -> list[int]:
    """The decisions that an erasure lists; none when somebody else wrote the entry."""
    try:
        return [int(position) for position in json.loads(entry)["positions"]]
    except (ValueError, TypeError, KeyError):
        return []


def _is(digest: bytes, row: Row) -> bool:
    try:
        return decision_digest(moment_of(row[_AT]), row) == digest
    except (TypeError, ValueError, AttributeError):  # SQLite keeps any type in any column
        return False


def _batches(store: Store) -> Iterator[tuple[list[Row], dict[int, Row]]]:
    """Rows of the chain and the decisions of the same positions, by position."""
    after, more = 0, True
    while more:
        with store.read() as connection:
            mark = one_state(connection)
            links = all_rows(
                connection,
                f"SELECT {_LINKS} FROM audit_chain WHERE position > {mark} "  # noqa: S608
                f"ORDER BY position LIMIT {_BATCH}",
                (after,),
            )
            more = len(links) == _BATCH
            until, last = (f" AND position <= {mark}", (links[-1][0],)) if more else ("", ())
            rows = all_rows(
                connection,
                f"SELECT {', '.join(COLUMNS)} FROM decisions WHERE position > {mark}{until}",  # noqa: S608
                (after, *last),
            )
        yield links, {row[0]: row for row in rows}
        after = links[-1][0] if links else after


def _with_content(store: Store, positions: Sequence[int]) -> Iterator[int]:
    for start in range(0, len(positions), _BATCH):
        listed = ", ".join(str(int(p)) for p in positions[start : start + _BATCH])
        with store.read() as connection:
            query = (
                f"SELECT position FROM decisions WHERE position IN ({listed}) "  # noqa: S608
                "AND sealed IS NOT NULL ORDER BY position"
            )
            yield from (row[0] for row in all_rows(connection, query, ()))


def _last_position(store: Store) -> int:
    with store.read() as connection:
        newest = all_rows(connection, "SELECT coalesce(max(position), 0) FROM audit_chain", ())
    return int(newest[0][0])
