"""Make the table campaigns."""

from payback.warehouse.mysql.migrations import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table campaigns."""
    run("r0001_campaigns.sql")
