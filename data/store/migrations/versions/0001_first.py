"""Decisions, API keys, model versions and aliases."""

import sqlalchemy as sa
from alembic import op

from data.store.tables import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "decisions",
        _sequence("sequence"),
        sa.Column("decision_id", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("branch", sa.String),
        sa.Column("officer", sa.String),
        sa.Column("application_id", sa.String, nullable=False),
        sa.Column("applicant_id", sa.String, nullable=False),
        sa.Column("model_version", sa.String(128), nullable=False),
        sa.Column("contract_hash", sa.String(64), nullable=False),
        sa.Column("policy_version", sa.String, nullable=False),
        sa.Column("pd", sa.Double, nullable=False),
        sa.Column("log_odds", sa.Double, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("band", sa.String, nullable=False),
        sa.Column("recommendation", sa.String(16), nullable=False),
        sa.Column("request", sa.LargeBinary, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_decisions"),
        sa.UniqueConstraint("decision_id", name="uq_decisions_decision_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decisions_branch_sequence", "decisions", ["branch", "sequence"])
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("branch", sa.String),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("revoked_at", UtcDateTime),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_keys"),
    )
    op.create_table(
        "model_versions",
        sa.Column("version", sa.String(128), nullable=False),
        sa.Column("contract", sa.String(64), nullable=False),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("metrics", sa.JSON, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_model_versions"),
    )
    op.create_table(
        "aliases",
        sa.Column("alias", sa.String(32), nullable=False),
        _version("version", nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("alias", name="pk_aliases"),
        _version_key("aliases", "version"),
    )
    op.create_table(
        "alias_events",
        _sequence("id"),
        sa.Column("alias", sa.String(32), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        _version("from_version", nullable=True),
        _version("to_version", nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("gates", sa.JSON, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alias_events"),
        _version_key("alias_events", "from_version"),
        _version_key("alias_events", "to_version"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alias_events_alias", "alias_events", ["alias"])
    _append_only("alias_events")


def _sequence(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, sa.Identity(), nullable=False)


def _version(name: str, nullable: bool) -> sa.Column[str]:
    return sa.Column(name, sa.String(128), nullable=nullable)


def _version_key(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], ["model_versions.version"], name=name)


def _append_only(table: str) -> None:
    """Let the database itself refuse to change or delete rows of ``table``."""
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"EXECUTE FUNCTION {table}_append_only()"
    )
