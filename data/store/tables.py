"""The tables of the store, the same on SQLite and PostgreSQL.

Changed only together with a new migration in ``migrations/versions``; a test compares the two.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
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
    UniqueConstraint,
    literal_column,
    text,
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


_LONG = BigInteger().with_variant(Integer(), "sqlite")


def _sequence(name: str) -> Column[int]:
    """A number that grows with every row and is never given twice."""
    return Column(name, _LONG, Identity(), primary_key=True)


BLOCK_BITS = 8
BLOCK = literal_column(f"(decisions.position >> {BLOCK_BITS})", Integer)
"""The block of neighbours that a decision is in."""

decisions = Table(
    "decisions",
    metadata,
    Column("position", _LONG, primary_key=True, autoincrement=False),
    Column("decision_id", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("branch", String),
    Column("officer", String),
    Column("applicant", String(64), nullable=False),
    Column("application", String(64), nullable=False),
    Column("model_version", String(128), nullable=False),
    Column("contract_hash", String(64), nullable=False),
    Column("policy_version", String, nullable=False),
    Column("pd", Double),
    Column("log_odds", Double),
    Column("points", Integer),
    Column("band", String),
    Column("recommendation", String(16), nullable=False),
    Column("sealed_sha256", LargeBinary, nullable=False),
    Column("row_key", LargeBinary),
    Column("sealed", LargeBinary),
    Index(None, "branch", "position"),
    Index("ix_decisions_block_applicant", text(f"(position >> {BLOCK_BITS})"), "applicant"),
    Index(None, "created_at"),
)
"""Pseudonyms are in no order: an index on them alone would write a page of its own for each new
decision, which costs more than the decision. So they are in order within a block, and a person is
found by a look into each (see ``decisions.about``).

``applicant`` and ``application`` are pseudonyms; ``sealed`` holds what is personal, encrypted
under a key of its own, which ``row_key`` holds, wrapped. Erasing a person empties both, and the
SHA-256 of what was sealed stays. ``pd`` to ``band`` are null where no model was asked."""

EVENT = text("kind <> 'decision'")
"""Rows of the chain that are no decisions: few, and found by their reference."""

audit_chain = Table(
    "audit_chain",
    metadata,
    Column("position", _LONG, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("ref", String(128), nullable=False),
    Column("entry", LargeBinary),
    Column("digest", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
    Index(None, "ref", sqlite_where=EVENT, postgresql_where=EVENT),
)
"""One row for each decision (``entry`` is null: it stands in ``decisions``) and each other event,
without gaps. ``link`` is SHA-256 over the link before and this row."""

consents = Table(
    "consents",
    metadata,
    _sequence("id"),
    Column("applicant", String(64), nullable=False),
    Column("source", String(64), nullable=False),
    Column("purpose", String(64), nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("key_id", String(64), nullable=False),
    Index(None, "applicant", "id"),
    sqlite_autoincrement=True,
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key_id", String(64), primary_key=True),
    Column("token", String(64), primary_key=True),
    Column("body", String(64), nullable=False),
    Column("decision_ids", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "created_at"),
)

key_usage = Table(
    "key_usage",
    metadata,
    Column("key_id", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("scores", Integer, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("scopes", JSON(none_as_null=True)),
    Column("branch", String),
    Column("name", String, nullable=False),
    Column("scores_per_day", Integer),
    Column("requests_per_minute", Integer),
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

fairness_audits = Table(
    "fairness_audits",
    metadata,
    Column("audit_id", String(64), primary_key=True),
    Column("model_version", ForeignKey(model_versions.c.version), nullable=False),
    Column("champion", String(128)),
    Column("profile", String(64), nullable=False),
    Column("profile_hash", String(64), nullable=False),
    Column("about", String(16), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("result", LargeBinary, nullable=False),
    Index(None, "model_version", "made_at"),
)
"""``about``: ``data`` or ``decisions``; ``result``: the JSON of the audit, whole."""

audit_acceptances = Table(
    "audit_acceptances",
    metadata,
    _sequence("id"),
    Column("audit_id", ForeignKey(fairness_audits.c.audit_id), nullable=False),
    Column("person", String, nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("reason", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("audit_id", "person"),
    sqlite_autoincrement=True,
)

disclosures = Table(
    "disclosures",
    metadata,
    _sequence("id"),
    Column("subject", String(192), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("register", JSON, nullable=False),
    sqlite_autoincrement=True,
)
"""All counts that audits have published; the newest row of a subject is in force.

``subject``: the files of a contract, or the decisions of a version: nobody is in two of them in a
way that subtraction could use."""

jobs = Table(
    "jobs",
    metadata,
    _sequence("id"),
    Column("kind", String(64), nullable=False),
    Column("slot", String(64), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("worker", String(64)),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("result", JSON(none_as_null=True)),
    Column("error", String),
    UniqueConstraint("kind", "slot"),
    Index(None, "state", "due_at"),
    sqlite_autoincrement=True,
)
"""``slot`` names the one time that a job is for, such as a week, so that it is due only once."""
