"""Tables of outcomes."""

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Make the tables."""
