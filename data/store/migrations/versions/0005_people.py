"""Tables of people."""

revision = "5"
down_revision = "4"


def upgrade() -> None:
    """Make the tables."""
