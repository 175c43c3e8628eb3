"""Tables of monitoring."""

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Make the tables."""
