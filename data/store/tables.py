"""The tables of the store, the same on SQLite and PostgreSQL.

Changed only together with a new migration in ``migrations/versions``; a test compares the two.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time with microseconds: aware on the way in, in UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite stores it without a zone. Raises ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)


def _sequence(name: str) -> Column[int]:
    """A number that grows with every row and is never given twice."""
    kind = BigInteger().with_variant(Integer(), "sqlite")
    return Column(name, kind, Identity(), primary_key=True)


decisions = Table(
    "decisions",
    metadata,
    _sequence("sequence"),
    Column("decision_id", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("branch", String),
    Column("officer", String),
    Column("application_id", String, nullable=False),
    Column("applicant_id", String, nullable=False),
    Column("model_version", String(128), nullable=False),
    Column("contract_hash", String(64), nullable=False),
    Column("policy_version", String, nullable=False),
    Column("pd", Double, nullable=False),
    Column("log_odds", Double, nullable=False),
    Column("points", Integer, nullable=False),
    Column("band", String, nullable=False),
    Column("recommendation", String(16), nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Index(None, "branch", "sequence"),
    sqlite_autoincrement=True,
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("branch", String),
    Column("name", String, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

model_versions = Table(
    "model_versions",
    metadata,
    Column("version", String(128), primary_key=True),
    Column("contract", String(64), nullable=False),
    Column("path", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("metrics", JSON, nullable=False),
    Column("created_by", String, nullable=False),
    Column("note", String, nullable=False),
)

aliases = Table(
    "aliases",
    metadata,
    Column("alias", String(32), primary_key=True),
    Column("version", ForeignKey(model_versions.c.version), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

alias_events = Table(
    "alias_events",
    metadata,
    _sequence("id"),
    Column("alias", String(32), nullable=False, index=True),
    Column("action", String(16), nullable=False),
    Column("from_version", ForeignKey(model_versions.c.version)),
    Column("to_version", ForeignKey(model_versions.c.version), nullable=False),
    Column("actor", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("gates", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)
