"""Tables of people."""

import sqlalchemy as sa
from alembic import op

from data.store.tables import UtcDateTime

revision = "5"
down_revision = "4"

BY_PERSON = sa.text("substr(key_id, 1, 7) = 'person:'")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "people",
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("branch", sa.String(64)),
        sa.Column("language", sa.String(2)),
        sa.Column("password", sa.String(255)),
        sa.Column("link", sa.String(64)),
        sa.Column("link_until", UtcDateTime),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.PrimaryKeyConstraint("person_id", name="pk_people"),
        sa.UniqueConstraint("login", name="uq_people_login"),
        sa.UniqueConstraint("link", name="uq_people_link"),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"),
        sa.ForeignKeyConstraint(["person_id"], ["people.person_id"], name="fk_sessions_person_id"),
    )
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])
    op.create_index("ix_sessions_seen_at", "sessions", ["seen_at"])
    op.create_index(
        "ix_decisions_person",
        "decisions",
        ["key_id", "position"],
        sqlite_where=BY_PERSON,
        postgresql_where=BY_PERSON,
    )
