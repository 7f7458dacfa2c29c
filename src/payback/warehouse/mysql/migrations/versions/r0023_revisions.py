"""Make the table revisions."""

from payback.warehouse.mysql.migrations import run

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Make the table revisions."""
    run("r0023_revisions.sql")
