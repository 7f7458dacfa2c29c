"""Make the table campaign_traffic."""

from payback.warehouse.mysql.migrations import run

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Make the table campaign_traffic."""
    run("r0022_campaign_traffic.sql")
