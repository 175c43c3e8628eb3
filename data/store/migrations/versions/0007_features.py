"""Tables of features."""

revision = "7"
down_revision = "6"


def upgrade() -> None:
    """Make the tables."""
