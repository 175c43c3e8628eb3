"""Tables of officers: explanations, people's own decisions, feedback and appeals."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from data.store.tables import UtcDateTime

revision = "6"
down_revision = "5"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("explanations", "human_decisions", "feedback", "appeals", "appeal_resolutions")


def upgrade() -> None:
    """Make the tables."""
    _make(
        "explanations",
        *_of_decision("explanations"),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("decision_id", name="uq_explanations_decision_id"),
    )
    _make(
        "human_decisions",
        *_of_decision("human_decisions"),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32)),
        *_who_and_when(),
    )
    _make(
        "feedback",
        sa.Column("feedback_id", sa.String(36), nullable=False),
        *_of_decision("feedback"),
        sa.Column("theme", sa.String(32), nullable=False),
        *_who_and_when(),
        sa.Column("sealed", sa.LargeBinary),
        sa.UniqueConstraint("feedback_id", name="uq_feedback_feedback_id"),
    )
    _make(
        "appeals",
        sa.Column("appeal_id", sa.String(36), nullable=False),
        *_of_decision("appeals"),
        sa.Column("ground", sa.String(32), nullable=False),
        *_who_and_when(),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.UniqueConstraint("appeal_id", name="uq_appeals_appeal_id"),
    )
    _make(
        "appeal_resolutions",
        sa.Column("appeal_id", sa.String(36), nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        *_who_and_when(),
        sa.Column("sealed", sa.LargeBinary),
        sa.ForeignKeyConstraint(
            ["appeal_id"], ["appeals.appeal_id"], name="fk_appeal_resolutions_appeal_id"
        ),
        sa.UniqueConstraint("appeal_id", name="uq_appeal_resolutions_appeal_id"),
    )
    _indexes()
    for table in TABLES:
        _refuse_changes(table)


def _make(table: str, *parts: Any) -> None:
    number = sa.Column("id", LONG, sa.Identity(), nullable=False)
    key = sa.PrimaryKeyConstraint("id", name=f"pk_{table}")
    op.create_table(table, number, *parts, key, sqlite_autoincrement=True)


def _of_decision(table: str) -> tuple[Any, ...]:
    name = f"fk_{table}_decision_id"
    return (
        sa.Column("decision_id", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.decision_id"], name=name),
    )


def _who_and_when() -> tuple[Any, ...]:
    return (
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )


def _indexes() -> None:
    for table, columns in (
        ("human_decisions", ["decision_id", "id"]),
        ("human_decisions", ["at"]),
        ("feedback", ["decision_id"]),
        ("feedback", ["theme", "at"]),
        ("appeals", ["decision_id", "id"]),
        ("appeals", ["due_at"]),
    ):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def _refuse_changes(table: str) -> None:
    """Let the database itself refuse to change or delete rows."""
    message = f"'{table} is append-only'"
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, {message}); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION {message}; END $$"
    )
    for action in ("UPDATE", "DELETE", "TRUNCATE"):
        each = "STATEMENT" if action == "TRUNCATE" else "ROW"
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {table}_append_only()"
        )
