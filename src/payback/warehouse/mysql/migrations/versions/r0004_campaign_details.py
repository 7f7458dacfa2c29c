"""Make the table campaign_details."""

from payback.warehouse.mysql.migrations import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table campaign_details."""
    run("r0004_campaign_details.sql")
