"""Tables of shadow."""

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Make the tables."""
