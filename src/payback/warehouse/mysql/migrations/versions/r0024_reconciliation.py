"""Make the table reconciliation."""

from payback.warehouse.mysql.migrations import run

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Make the table reconciliation."""
    run("r0024_reconciliation.sql")
