"""Make the view v_campaign_roi."""

from payback.warehouse.mysql.migrations import run

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the view v_campaign_roi."""
    run("r0019_v_campaign_roi.sql")
