"""Make the table campaign_keys."""

from payback.warehouse.mysql.migrations import run

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the table campaign_keys."""
    run("r0015_campaign_keys.sql")
