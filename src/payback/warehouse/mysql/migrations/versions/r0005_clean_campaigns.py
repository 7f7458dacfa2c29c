"""Make the table clean_campaigns."""

from payback.warehouse.mysql.migrations import run

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table clean_campaigns."""
    run("r0005_clean_campaigns.sql")
