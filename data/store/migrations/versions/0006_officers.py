"""Tables of officers."""

revision = "6"
down_revision = "5"


def upgrade() -> None:
    """Make the tables."""
