"""The tables of people who sign in at the pages: accounts and sessions."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, text

from data.store.tables import UtcDateTime, decisions, metadata

BY_PERSON = text("substr(key_id, 1, 7) = 'person:'")
"""Decisions that people asked for at the pages; those of API keys cost this index nothing."""

people = Table(
    "people",
    metadata,
    Column("person_id", String(16), primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("branch", String(64)),
    Column("language", String(2)),
    Column("password", String(255)),
    Column("link", String(64), unique=True),
    Column("link_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)
"""Rows stay when a person leaves: decisions name them. ``password``: argon2id in its encoded form;
``link``: HMAC of the one-time link with which the person chooses one."""

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person_id", ForeignKey(people.c.person_id), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
)
"""``digest``: HMAC of the random id that the cookie carries, which is not stored."""

Index(
    "ix_decisions_person",
    decisions.c.key_id,
    decisions.c.position,
    sqlite_where=BY_PERSON,
    postgresql_where=BY_PERSON,
)
