"""Model versions, the aliases that point to them, and every change of an alias."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from data.store.attested import ALIASES
from data.store.engine import Store
from data.store.ledger import record
from data.store.tables import alias_events, aliases, model_versions


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One registered bundle; ``path`` is relative to the home folder."""

    version: str
    contract: str
    path: str
    sha256: str
    created_at: datetime
    metrics: Mapping[str, Any]
    created_by: str
    note: str


Action = Literal["propose", "promote", "rollback", "suspend", "resume"]


@dataclass(frozen=True, slots=True)
class AliasEvent:
    """Something done to an alias, and by whom and why; ``gates`` are the checks it had passed.

    Only ``promote`` and ``rollback`` move it; the others name the version that they are about.
    """

    alias: str
    action: Action
    from_version: str | None
    to_version: str
    actor: str
    reason: str
    gates: list[dict[str, Any]]
    at: datetime


_EVENTS = select(*(alias_events.c[field.name] for field in fields(AliasEvent)))


def add_version(store: Store, version: ModelVersion) -> None:
    """Store a new version. Raises RowRefusedError when it is there already, StoreError."""
    with store.write() as connection:
        connection.execute(insert(model_versions), asdict(version))


def find_version(store: Store, version: str) -> ModelVersion | None:
    """The version of exactly this name. Raises StoreError."""
    with store.read() as connection:
        query = select(model_versions).where(model_versions.c.version == version)
        row = connection.execute(query).one_or_none()
    return ModelVersion(*row) if row else None


def all_versions(store: Store) -> list[ModelVersion]:
    """All versions, newest first. Raises StoreError."""
    newest = model_versions.c.created_at.desc(), model_versions.c.version
    with store.read() as connection:
        query = select(model_versions).order_by(*newest)
        return [ModelVersion(*row) for row in connection.execute(query)]


def all_aliases(store: Store) -> dict[str, str]:
    """Alias to version. Raises StoreError."""
    with store.read() as connection:
        rows = connection.execute(select(aliases.c.alias, aliases.c.version))
        return {row.alias: row.version for row in rows}


def alias_version(store: Store, alias: str) -> str | None:
    """The version that ``alias`` points to. Raises StoreError."""
    with store.read() as connection:
        query = select(aliases.c.version).where(aliases.c.alias == alias)
        return connection.execute(query).scalar()


def lock_alias(connection: Connection, alias: str) -> str | None:
    """The alias's version, held against other writers until the transaction ends."""
    query = select(aliases.c.version).where(aliases.c.alias == alias).with_for_update()
    return connection.execute(query).scalar()


def move_alias(connection: Connection, event: AliasEvent) -> None:
    """Point the alias to ``event.to_version`` and keep the event, in one transaction.

    ``event.from_version`` must come from ``lock_alias`` in the same transaction.
    """
    target = {"version": event.to_version, "changed_at": event.at}
    if event.from_version is None:
        connection.execute(insert(aliases).values(alias=event.alias, **target))
    else:
        here = aliases.c.alias == event.alias
        connection.execute(update(aliases).where(here).values(target))
    add_event(connection, event)


def add_event(connection: Connection, event: AliasEvent) -> None:
    """Keep an event, and put it on the audit chain, in the caller's transaction."""
    row = asdict(event)
    told = {n: row[n] for n in ("alias", "action", "actor")}
    record(connection, ALIASES.kind, event.to_version, told | ALIASES.entry([row]))
    connection.execute(insert(alias_events), row)


def newest_event(store: Store, alias: str, actions: Collection[Action]) -> AliasEvent | None:
    """The newest of these things done to ``alias``. Raises StoreError."""
    of_these = (alias_events.c.alias == alias) & alias_events.c.action.in_(actions)
    query = _EVENTS.where(of_these).order_by(alias_events.c.id.desc()).limit(1)
    with store.read() as connection:
        row = connection.execute(query).one_or_none()
    return AliasEvent(*row) if row else None


def events_of(connection: Connection, alias: str) -> list[AliasEvent]:
    """All that was done to ``alias``, oldest first."""
    query = _EVENTS.where(alias_events.c.alias == alias).order_by(alias_events.c.id)
    return [AliasEvent(*row) for row in connection.execute(query)]
