"""All tables: decisions and their chain, consents, keys, models, audits and jobs."""

import sqlalchemy as sa
from alembic import op

from data.store.tables import UtcDateTime

revision = "1"
down_revision = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("alias_events", "audit_chain", "consents", "fairness_audits", "audit_acceptances")
DECISION = (
    "position",
    "decision_id",
    "created_at",
    "key_id",
    "branch",
    "officer",
    "applicant",
    "application",
    "model_version",
    "contract_hash",
    "policy_version",
    "pd",
    "log_odds",
    "points",
    "band",
    "recommendation",
    "sealed_sha256",
    "row_key",
    "sealed",
)
ERASABLE = ("sealed", "row_key")


def upgrade() -> None:
    _decisions()
    _people()
    _access()
    _models()
    _audits()
    _jobs()
    for table in APPEND_ONLY:
        _refuse(table, "UPDATE", "DELETE")
    kept = [column for column in DECISION if column not in ERASABLE]
    _refuse("decisions", f"UPDATE OF {', '.join(kept)}", "DELETE")


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("position", LONG, autoincrement=False, nullable=False),
        sa.Column("decision_id", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("branch", sa.String),
        sa.Column("officer", sa.String),
        sa.Column("applicant", sa.String(64), nullable=False),
        sa.Column("application", sa.String(64), nullable=False),
        sa.Column("model_version", sa.String(128), nullable=False),
        sa.Column("contract_hash", sa.String(64), nullable=False),
        sa.Column("policy_version", sa.String, nullable=False),
        sa.Column("pd", sa.Double),
        sa.Column("log_odds", sa.Double),
        sa.Column("points", sa.Integer),
        sa.Column("band", sa.String),
        sa.Column("recommendation", sa.String(16), nullable=False),
        sa.Column("sealed_sha256", sa.LargeBinary, nullable=False),
        sa.Column("row_key", sa.LargeBinary),
        sa.Column("sealed", sa.LargeBinary),
        sa.PrimaryKeyConstraint("position", name="pk_decisions"),
        sa.UniqueConstraint("decision_id", name="uq_decisions_decision_id"),
    )
    op.create_index("ix_decisions_applicant_position", "decisions", ["applicant", "position"])
    op.create_index("ix_decisions_branch_position", "decisions", ["branch", "position"])
    op.create_index("ix_decisions_created_at", "decisions", ["created_at"])
    op.create_table(
        "audit_chain",
        sa.Column("position", LONG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("ref", sa.String(128), nullable=False),
        sa.Column("entry", sa.LargeBinary),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("link", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_audit_chain"),
    )
    event = sa.text("kind <> 'decision'")
    op.create_index(
        "ix_audit_chain_ref", "audit_chain", ["ref"], sqlite_where=event, postgresql_where=event
    )
    op.create_table(
        "idempotency",
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("body", sa.String(64), nullable=False),
        sa.Column("decision_ids", sa.JSON, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("key_id", "token", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])


def _people() -> None:
    op.create_table(
        "consents",
        sa.Column("id", LONG, sa.Identity(), nullable=False),
        sa.Column("applicant", sa.String(64), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(64), nullable=False),
        sa.Column("granted", sa.Boolean, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consents_applicant_id", "consents", ["applicant", "id"])


def _access() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("scopes", sa.JSON(none_as_null=True)),
        sa.Column("branch", sa.String),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("scores_per_day", sa.Integer),
        sa.Column("requests_per_minute", sa.Integer),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("revoked_at", UtcDateTime),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_keys"),
    )
    op.create_table(
        "key_usage",
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("scores", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key_id", "day", name="pk_key_usage"),
    )


def _models() -> None:
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
        sa.Column("version", sa.String(128), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["version"], ["model_versions.version"], name="fk_aliases_version"),
        sa.PrimaryKeyConstraint("alias", name="pk_aliases"),
    )
    op.create_table(
        "alias_events",
        sa.Column("id", LONG, sa.Identity(), nullable=False),
        sa.Column("alias", sa.String(32), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("from_version", sa.String(128)),
        sa.Column("to_version", sa.String(128), nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("gates", sa.JSON, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["from_version"], ["model_versions.version"], name="fk_alias_events_from_version"
        ),
        sa.ForeignKeyConstraint(
            ["to_version"], ["model_versions.version"], name="fk_alias_events_to_version"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alias_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alias_events_alias", "alias_events", ["alias"])


def _audits() -> None:
    op.create_table(
        "fairness_audits",
        sa.Column("audit_id", sa.String(64), nullable=False),
        sa.Column("model_version", sa.String(128), nullable=False),
        sa.Column("champion", sa.String(128)),
        sa.Column("profile", sa.String(64), nullable=False),
        sa.Column("profile_hash", sa.String(64), nullable=False),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("result", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["model_version"], ["model_versions.version"], name="fk_fairness_audits_model_version"
        ),
        sa.PrimaryKeyConstraint("audit_id", name="pk_fairness_audits"),
    )
    op.create_index(
        "ix_fairness_audits_model_version_made_at", "fairness_audits", ["model_version", "made_at"]
    )
    op.create_table(
        "audit_acceptances",
        sa.Column("id", LONG, sa.Identity(), nullable=False),
        sa.Column("audit_id", sa.String(64), nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["fairness_audits.audit_id"], name="fk_audit_acceptances_audit_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_audit_acceptances"),
        sa.UniqueConstraint("audit_id", "person", name="uq_audit_acceptances_audit_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "disclosures",
        sa.Column("id", LONG, sa.Identity(), nullable=False),
        sa.Column("subject", sa.String(192), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("register", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disclosures"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_disclosures_subject", "disclosures", ["subject"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", LONG, sa.Identity(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("slot", sa.String(64), nullable=False),
        sa.Column("arguments", sa.JSON, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("worker", sa.String(64)),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("started_at", UtcDateTime),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("result", sa.JSON(none_as_null=True)),
        sa.Column("error", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("kind", "slot", name="uq_jobs_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_state_due_at", "jobs", ["state", "due_at"])


def _refuse(table: str, *actions: str) -> None:
    """Let the database itself refuse ``actions`` on rows of ``table``."""
    message = f"'{table} is append-only'"
    if op.get_bind().dialect.name == "sqlite":
        for action in actions:
            name = f"{table}_no_{action.split()[0].lower()}"
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, {message}); END"
            )
        return
    function = f"{table}_append_only"
    op.execute(
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION {message}; END $$"
    )
    for action in (*actions, "TRUNCATE"):
        each = "STATEMENT" if action == "TRUNCATE" else "ROW"
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.split()[0].lower()} BEFORE {action} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {function}()"
        )
